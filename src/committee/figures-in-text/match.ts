/**
 * Whether one piece of evidence bears a figure out: the same unit, the same sign, the same value as far as digits are
 * shown.
 *
 * How few digits may be shown. A figure is the evidence rounded at its last digit, and either
 * - has as many decimals as the house shows of that unit (`formatFigure`), or
 * - is off by no more than half a percent of the value, or
 * - is a percentage with a decimal (4.27 % as 4.3 %), or an oscillator's whole points (55.6 as 56).
 * Everything else is rounded too far: 584.00 as 600, 4.27 % as 4 %, a ratio of 1.62 as 1.6.
 * Words such as `about` widen the half percent to two and a half, let zeros at the end of a whole number stand for
 * rounded digits (584.00 as about 580), and let whole percentages and tenths of a ratio pass while they are off by no
 * more than 15 % of the value (4.27 % as about 4 %). `more than`, `nearly` and their like do the same on their side only
 * (584.00 as more than 575, not as more than 590).
 *
 * Units. A figure without any matches prices, money, counts, points and ratios, and a percentage only where it is written
 * as the fraction (0.274 for 27.4 %). A ratio may be written in percent or basis points.
 *
 * Signs. A written sign must be that of the evidence. Without one, words of direction count: `fell 2.7 %` needs evidence
 * below zero, `rose` or `above` above it. With neither, the figure is positive, unless the evidence is by its name a loss
 * (drawdown, average loss).
 */
import { formatFigure } from '../../core/format.ts'
import type { MeasuredEvidence } from '../decision.ts'
import type { FigureUnit, Measure, ReadFigure } from './figure.ts'

const CLOSE = 0.005
/** Of evidence that is neither cited nor named: what happens to lie near is not yet meant. */
const EXACTLY = 0.001
const APPROXIMATELY = 0.025
const APPROXIMATELY_WHOLE = 0.15
const FARTHEST = 0.2
/** Of the spacing of floating point numbers, for values that lie exactly between two roundings. */
const SLACK = 1e-9

const LOSSES = /drawdown|\bloss(?:es)?\b|worst|decline|deficit|outflow|expense|cost/i
/** Percentages that are a level rather than a change: they have no direction. */
const LEVELS =
  /volatility|rank|position|\brate\b|size|width|\batr\b|\bvar\b|value at risk|margin|yield|\bshare|weight|exposure|\bratio\b|payout|confidence|allocation|owner|stake|held|holding|turnover/i
const RESULTS = /income|profit|earnings|\beps\b|cash flow|result|p&l/i

/** A piece of evidence with what it takes to compare it, worked out once. */
export interface Comparable {
  id: string
  value: number
  /** As the house formats it, so that a figure rounded from what was shown is no error. */
  shown: number
  decimals: number
  unit: string
  isLoss: boolean
  /** A percentage that says which way something went. */
  isDirected: boolean
  isResult: boolean
  isDifference: boolean
  isInAtr: boolean
  label: string
}

export function toComparable({ id, value, unit, label }: MeasuredEvidence): Comparable {
  const text = formatFigure(value, unit).replace(/[^\d.]/g, '')
  const point = text.indexOf('.')
  return {
    ...{ id, value, unit, label },
    shown: Math.abs(Number(text)),
    decimals: point === -1 ? 0 : text.length - point - 1,
    isLoss: LOSSES.test(label),
    isDirected: (unit === '%' && !LEVELS.test(label) && !LOSSES.test(label)) || /z-score/i.test(label),
    isResult: RESULTS.test(label),
    isDifference: /margin.*change|change.*(?:margin|rate|yield)|spread|difference/i.test(label),
    isInAtr: /\batr\b/i.test(label),
  }
}

/**
 * `isBound` says that the figure cites this evidence or names it: then the sign is that of the words, and a fraction may
 * stand for a percentage.
 */
export function isBorneOut(
  figure: ReadFigure,
  item: Comparable,
  isBound: boolean,
  currencies: ReadonlySet<string>,
): boolean {
  return (
    (isEqual(figure, figure, item, isBound, currencies) ||
      (figure.shared !== null && isEqual(figure, figure.shared, item, isBound, currencies))) &&
    isSignRight(figure, item, isBound)
  )
}

/** Whether the evidence could be meant at all, by its unit. */
export function isUnitFit(figure: ReadFigure, item: Comparable, currencies: ReadonlySet<string>): boolean {
  return (
    !Number.isNaN(factorOf(figure.unit, item, currencies)) ||
    (figure.shared !== null && !Number.isNaN(factorOf(figure.shared.unit, item, currencies)))
  )
}

function isEqual(
  figure: ReadFigure,
  measure: Measure,
  item: Comparable,
  isBound: boolean,
  currencies: ReadonlySet<string>,
): boolean {
  const factor = factorOf(measure.unit, item, currencies)
  if (Number.isNaN(factor)) {
    const isFraction = measure.unit === null && isBound && item.unit === '%' && figure.decimals >= 2
    return isFraction && isRounded(figure, item, 0.01, null, isBound)
  }
  return isRounded(figure, item, factor / measure.scale, measure.unit, isBound)
}

/** What the evidence is multiplied by to be counted in the figure's unit; NaN where the two do not go together. */
function factorOf(unit: FigureUnit | null, item: Comparable, currencies: ReadonlySet<string>): number {
  switch (unit?.kind) {
    case undefined:
      return item.unit === '%' || item.unit === 'text' ? Number.NaN : 1
    case 'percent':
      return item.unit === '%' ? 1 : item.unit === 'ratio' ? 100 : Number.NaN
    case 'percent_points':
      return item.unit === '%' && item.isDifference ? 1 : Number.NaN
    case 'bps':
      return item.unit === '%' ? 100 : item.unit === 'ratio' ? 10_000 : Number.NaN
    case 'times':
      return item.unit === 'ratio' ? 1 : Number.NaN
    case 'atr':
      return item.unit === 'ratio' && item.isInAtr ? 1 : Number.NaN
    case 'currency':
      return isMoney(item.unit, unit!.name!, currencies) ? 1 : Number.NaN
    case 'thing':
      return item.unit === `${unit!.name}s` || item.label.toLowerCase().includes(unit!.name!) ? 1 : Number.NaN
    case 'period':
      return Number.NaN
    case 'bars':
    case 'days':
    case 'points':
    case 'shares':
    case 'trades':
    case 'answers':
      return item.unit === unit!.kind ? 1 : Number.NaN
  }
}

function isMoney(unit: string, currency: string, currencies: ReadonlySet<string>): boolean {
  if (unit === 'price' || unit === 'money') return currencies.has(currency)
  return unit === currency || unit.startsWith(`${currency}/`)
}

function isRounded(
  figure: ReadFigure,
  item: Comparable,
  factor: number,
  unit: FigureUnit | null,
  isBound: boolean,
): boolean {
  const shown = Math.abs(figure.value)
  const measured = Math.abs(item.value) * factor
  const error = Math.abs(measured - shown)
  // Farther than any words allow.
  if (error > 0.5 + FARTHEST * Math.max(measured, shown)) return false
  const formatted = item.shown * factor
  const houseDecimals = item.decimals - Math.round(Math.log10(factor))
  const isFine = figure.decimals >= houseDecimals
  const isLoose = figure.approximation !== null && !isFine
  const zeros = isLoose && figure.decimals === 0 ? trailingZeros(figure.number) : -figure.decimals
  const halfStep = 0.5 * 10 ** zeros
  const slack = SLACK * Math.max(measured, halfStep)
  const fits = error <= halfStep + slack || Math.abs(formatted - shown) <= halfStep + slack
  if (isFine) return fits
  if (measured === 0) return shown === 0
  const off = error / measured
  const close = isBound ? CLOSE : EXACTLY
  if (!isLoose) return fits && shown > 0 && (off <= close || isCustomary(unit, item, figure.decimals))
  if (figure.approximation === 'more_than') return measured >= shown - slack && off <= APPROXIMATELY
  if (figure.approximation === 'less_than') return measured <= shown + slack && off <= APPROXIMATELY
  if (!fits || shown === 0) return false
  const isUsual = item.unit === 'ratio' ? figure.decimals >= 1 : isCustomary(unit, item, figure.decimals + 1)
  return off <= APPROXIMATELY || (off <= APPROXIMATELY_WHOLE && isUsual)
}

/** With how few decimals people write such a figure. */
function isCustomary(unit: FigureUnit | null, item: Comparable, decimals: number): boolean {
  if (unit?.kind === 'percent') return decimals >= 1
  if (unit?.kind === 'bps') return true
  return item.unit === 'points' && decimals >= 0
}

function trailingZeros(number: string): number {
  return /0*$/.exec(number.replace(/\D/g, ''))![0].length
}

function isSignRight(figure: ReadFigure, item: Comparable, isBound: boolean): boolean {
  const { value } = item
  if (value === 0 || figure.value === 0) return true
  if (figure.hasSign) return Math.sign(figure.value) === Math.sign(value)
  if (value > 0) {
    if (figure.direction !== -1) return true
    return !item.isDirected && !(item.isResult && figure.saysLoss)
  }
  if (figure.direction === 1) return false
  return (
    (!isBound && item.unit === '%') ||
    figure.direction !== 0 ||
    item.isLoss ||
    (item.isResult && figure.saysLoss)
  )
}
