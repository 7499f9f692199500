/** A row of the comparison: the same thing of several runs, held against the first of them. */
import { formatFigure, formatNumber, formatPct, formatSigned } from '../../core/format.ts'

export interface Value {
  text: string
  /** The figure behind it, where it is one; what it changed by is worked out from that. */
  figure?: number | null
  /** As of evidence: `%` differs by points of percent, `of 1` by what lies between, everything else in proportion. */
  unit?: string
  /** What does not fit. */
  title?: string
}

export interface CompareCell {
  text: string
  title: string
  /** Not as the first run has it. */
  isOther: boolean
  /** By how much, where that can be told. */
  delta: string
  /** None of the others is better, and one is worse. */
  isBest?: boolean
}

export interface CompareRow {
  label: string
  cells: CompareCell[]
  isDifferent: boolean
  /** Prose or a quote: cells are as wide as they may be. */
  isText: boolean
}

/** A change that a whole row of digits would not make any clearer. */
const MOST_PCT = 999

export interface RowFacts {
  /** The figures mean the same in all of these runs; false for prices of different tickers. */
  isComparable?: boolean
  isText?: boolean
}

/** `null` stands for a run that cannot have it (yet): it is left open and never counts as different. */
export function createRow(
  label: string,
  values: readonly (Value | null)[],
  { isComparable = true, isText = false }: RowFacts = {},
): CompareRow {
  const base = values[0] ?? null
  const cells = values.map((value, i): CompareCell => {
    const isOther = isComparable && i > 0 && base !== null && value !== null && value.text !== base.text
    return {
      text: value?.text ?? '',
      title: value?.title ?? '',
      isOther,
      delta: isOther ? computeDelta(base, value) : '',
    }
  })
  return { label, cells, isDifferent: cells.some((cell) => cell.isOther), isText }
}

function computeDelta(from: Value, to: Value): string {
  const [a, b] = [from.figure ?? null, to.figure ?? null]
  if (a === null || b === null || from.unit !== to.unit) return ''
  if (to.unit === '%') return `${formatSigned(b - a)} pp`
  if (to.unit === 'of 1') return formatSigned(b - a)
  // In proportion to nothing, or to something on the other side of it, a change says nothing.
  if (a === 0 || a * b < 0) return formatChange(b - a, to.unit ?? '')
  const pct = ((b - a) / Math.abs(a)) * 100
  if (Math.abs(pct) > MOST_PCT) return pct > 0 ? `> +${MOST_PCT} %` : `< −${MOST_PCT} %`
  return `${formatSigned(pct, Math.abs(pct) < 10 ? 2 : 1)} %`
}

function formatChange(change: number, unit: string): string {
  return unit === 'ms' || unit === 'usd' ? '' : formatFigure(change, unit, { signed: true })
}

export function priceOf(value: number | null | undefined): Value {
  return { text: formatNumber(value), figure: value ?? null, unit: 'price' }
}

export function percentOf(value: number | null | undefined, decimals = 2): Value {
  return { text: formatPct(value, decimals), figure: value ?? null, unit: '%' }
}

/** A part of one, to a hundredth: its change is that between the figures shown. */
export function partOf(value: number): Value {
  return { text: formatNumber(value), figure: Math.round(value * 100) / 100, unit: 'of 1' }
}

export function numberOf(value: number | null | undefined, decimals = 2): Value {
  return { text: formatNumber(value, decimals), figure: value ?? null, unit: '' }
}

export function textOf(text: string, longest = Infinity): Value {
  return text.length > longest ? { text: `${text.slice(0, longest).trimEnd()}…`, title: text } : { text }
}
