/**
 * Marks that are part of an indicator's definition or of everybody's use of it: 70 and 30 of an RSI, 25 of an ADX, the
 * zero line. To say that a value lies above one states nothing that evidence could bear out.
 */
import type { ScannedNumber, Span } from './figure.ts'
import { toLower } from './names.ts'

const MARKS: readonly (readonly [indicator: RegExp, marks: readonly number[]])[] = [
  [/\brsi\b|relative strength/, [0, 20, 30, 40, 50, 60, 70, 80, 100]],
  [/\bstochastics?\b|%[kd]\b/, [0, 20, 50, 80, 100]],
  [/\badx\b|directional|trend strength|trending/, [0, 18, 20, 25, 30, 40, 50]],
  [/z-score|standard deviation/, [0, 1, 2, 3]],
  [/bollinger|\bband/, [0, 50, 100]],
  [/\bmacd\b|histogram|momentum|signal/, [0]],
  [/percentile|\brank/, [0, 25, 50, 75, 80, 90, 100]],
  [/overbought|oversold|neutral/, [20, 30, 50, 70, 80]],
]
/** Right before the mark. */
const BEFORE =
  /(?:\b(?:above|below|over|under|past|beyond|than|through|the|crossed|crosses|between|and|to|of its|a|toward|towards|near|from|is)|[<>≥≤(–/-])[ \u00a0]?(?:the[ \u00a0])?$/i
/** A mark that is named as one needs no comparing word before it. */
const BEHIND =
  /^[ \u00a0-]?(?:mark|level|line|threshold|boundary|territory|zone|midline|mid-line|midpoint|cutoff|handle)\b/i
const COMPARES =
  /(?:\b(?:threshold of|mark of|level of|line of|cutoff of|above|below|over|under|past|beyond|than|crossed|crosses|through|between)|[<>≥≤])[ \u00a0]?(?:the[ \u00a0])?$/i
const BETWEEN = /\bbetween (?:the )?\d{1,3}(?: and|–|-)[ \u00a0]?$|\b\d{1,3}[–/-]$/i

/** For the figures of a sentence or a row: which of them are such marks. */
export function createMarkReader(text: string, sentence: Span): (number: ScannedNumber) => boolean {
  let spoken: { marks: Set<number>; inPercent: boolean } | null = null
  const read = () => {
    const lower = toLower(text.slice(sentence.start, sentence.end))
    const marks = new Set(MARKS.flatMap(([indicator, of]) => (indicator.test(lower) ? of : [])))
    return { marks, inPercent: /bollinger|rank|percentile/.test(lower) }
  }
  return (number) => {
    if (number.hasSign || number.decimals > 0 || number.scale !== 1 || number.value > 100) return false
    const kind = number.unit?.kind
    if (kind !== undefined && kind !== 'points' && kind !== 'percent') return false
    spoken ??= read()
    if (!spoken.marks.has(number.value) || (kind === 'percent' && !spoken.inPercent)) return false
    const before = text.slice(Math.max(0, number.start - 24), number.start)
    const isNamed = BEHIND.test(text.slice(number.unitEnd, number.unitEnd + 14)) && BEFORE.test(before)
    return isNamed || COMPARES.test(before) || BETWEEN.test(before)
  }
}
