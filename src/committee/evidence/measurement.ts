/** A value as a tool measures it, before it has a number in the evidence. */

/**
 * What a value is counted in: `price` and `money` in the instrument's currency, `%` already times 100, `points` for
 * oscillators, `ratio` for pure numbers.
 */
export type Unit =
  | 'price'
  | 'money'
  | '%'
  | 'points'
  | 'ratio'
  | 'shares'
  | 'bars'
  | 'days'
  | 'trades'
  | 'answers'
  | 'headlines'
  | 'changes'
  | 'text'

export interface Measurement {
  /** What it is called; unique among the evidence of one assessment. */
  label: string
  /** Text where the unit is `text`: a headline, quoted. */
  value: number | string
  unit: Unit
  /** What it is, for a label that does not say it by itself; follows the origin in the evidence's source. */
  meaning?: string
  /** Where it comes from, when that is not the bars of the window. */
  source?: string
  /** YYYY-MM-DD on which it became known, when that is not the last bar's day. */
  asOf?: string
}

/** Keeps what could be computed: a value that is no finite number is absent, never a placeholder. */
export function keepFinite(
  measurements: readonly (Omit<Measurement, 'value'> & { value: number | string | null | undefined })[],
): Measurement[] {
  return measurements.filter(
    (item): item is Measurement => typeof item.value === 'string' || Number.isFinite(item.value),
  )
}
