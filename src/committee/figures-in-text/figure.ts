/** The shapes that the reading of figures passes from hand to hand. Offsets count UTF-16 units of the text that is read. */

/**
 * What a figure says it counts. `times` is a multiple, `atr` a multiple of the average true range, `percent_points` the
 * difference of two percentages, `period` a length of time that no evidence is measured in; anything else counted is a
 * `thing`.
 */
export type UnitKind =
  | 'percent'
  | 'percent_points'
  | 'bps'
  | 'times'
  | 'atr'
  | 'currency'
  | 'points'
  | 'shares'
  | 'bars'
  | 'days'
  | 'period'
  | 'trades'
  | 'answers'
  | 'thing'

export interface FigureUnit {
  kind: UnitKind
  /** Of a currency its code, of a thing its name in the singular. */
  name?: string
}

/** How the unit and the scale of a figure may be read. */
export interface Measure {
  /** Null where none is written. */
  unit: FigureUnit | null
  /** 1, or what `thousand`, `m`, `billion` multiply by. */
  scale: number
}

/** What the words in front allow: `about` either way, `more_than` and `less_than` one way. */
export type Approximation = 'about' | 'more_than' | 'less_than'

/** 1 up, −1 down, 0 not said; `either` where the words speak of a size or a distance only. */
export type Direction = 1 | -1 | 0 | 'either'

export interface Span {
  start: number
  end: number
}

/** A number as it stands in the text. */
export interface ScannedNumber extends Span, Measure {
  /** As written, with the sign right before it and thousands separators, without the unit. */
  number: string
  /** As the digits say, with the sign, before the scale; infinite where they cannot be read as a number. */
  value: number
  decimals: number
  hasSign: boolean
  /** The unit of the list or range it stands in, where that is written once, at its end. */
  shared: Measure | null
  /** It stands in a list or a range with the figure before or behind it. */
  isListed: boolean
  /** Where number, unit and what belongs to them end. */
  unitEnd: number
}

export interface ReadFigure extends ScannedNumber {
  isPercent: boolean
  /** The evidence cited right behind it, if any. */
  cited: string | null
  /** All evidence that one has to look at to bear it out, for its clause or its list cites no other; empty where none is. */
  citedIds: readonly string[]
  approximation: Approximation | null
  direction: Direction
  /** A loss or a deficit is spoken of. */
  saysLoss: boolean
  /** A mark that everybody knows, such as 70 of an RSI: no statement about the instrument. */
  isConvention: boolean
}

/** A figure placed in the text as it was written: offsets and `number` are those of that text. */
export interface Figure extends ReadFigure {
  /** The words around it. */
  text: string
}
