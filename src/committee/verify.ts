/**
 * Does every figure in a text come from the evidence? Reads prose and tables as a person would: a figure is a number with
 * its sign and its `%`; names that hold digits (SMA 50, a 20-day low, a date, a citation) are no figures.
 */
import type { Evidence } from './decision.ts'

export interface Figure {
  /** As written, with sign and thousands separators, without the unit. */
  number: string
  value: number
  decimals: number
  hasSign: boolean
  isPercent: boolean
  /** The evidence cited right behind it, if any. */
  cited: string | null
  /** The words around it. */
  text: string
}

/** Values a text may also state, besides the evidence: those of the risk and position blocks. */
export type KnownValues = readonly (number | null)[]

const FIGURE =
  /(?<![\p{L}\p{N}_.,])([+\-−]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\p{L}\p{N}_]|[.,]\d)(\s?%)?(?:\s*\[(E\d+)\])?/gu
/** Dates, run ids and times of day; `20-day`, `52-week`; citations that stand alone; the number of a list item. */
const NO_FIGURES = [
  /\b[A-Z0-9^][A-Z0-9.\-^=]*--\d{4}-\d{2}-\d{2}_[\d.]+--[0-9a-f]{6}\b/g,
  /\b\d{4}-\d{2}-\d{2}\b/g,
  /\b\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\b/g,
  /\b\d+-(?:bar|day|week|month|year|quarter)\b/gi,
  /^\s*\d+[.)]\s/gm,
]
const CONTEXT_CHARS = 40

/** `names` are words that may hold digits without being figures, such as the labels of the evidence. */
export function findFigures(text: string, names: readonly string[] = []): Figure[] {
  const masked = maskNames(text, names)
  return Array.from(masked.matchAll(FIGURE), (match) => {
    const [, sign, whole, fraction = '', percent, cited] = match as unknown as [
      string,
      string,
      string,
      string?,
      string?,
      string?,
    ]
    const value = Number(whole.replaceAll(',', '') + fraction)
    const start = Math.max(0, match.index - CONTEXT_CHARS)
    return {
      number: `${sign}${whole}${fraction}`,
      value: sign === '-' || sign === '−' ? -value : value,
      decimals: Math.max(0, fraction.length - 1),
      hasSign: sign !== '',
      isPercent: percent !== undefined,
      cited: cited ?? null,
      text: text
        .slice(start, match.index + match[0].length + CONTEXT_CHARS)
        .replace(/\s+/g, ' ')
        .trim(),
    }
  })
}

/** The figures of `text` that neither evidence nor a known value bears out. A figure that cites must match what it cites. */
export function unmatchedFigures(
  text: string,
  evidence: readonly Evidence[],
  known: KnownValues = [],
): Figure[] {
  const labels = evidence.map((item) => item.label)
  return findFigures(text, labels).filter((figure) => {
    const candidates = figure.cited === null ? evidence : evidence.filter((item) => item.id === figure.cited)
    if (candidates.some((item) => isBorneOut(figure, item.value, item.unit === '%'))) return false
    if (figure.cited !== null) return true
    return !known.some(
      (value) => value !== null && (isBorneOut(figure, value, false) || isBorneOut(figure, value, true)),
    )
  })
}

/** Equal after rounding to the decimals shown. Without a sign only the size counts, for words may carry the direction. */
function isBorneOut(figure: Figure, value: number, isPercent: boolean): boolean {
  const measured = figure.isPercent === isPercent ? value : figure.isPercent ? value * 100 : Number.NaN
  const shown = figure.hasSign ? figure.value : Math.abs(figure.value)
  const compared = figure.hasSign ? measured : Math.abs(measured)
  const halfStep = 0.5 * 10 ** -figure.decimals
  return Math.abs(compared - shown) <= halfStep * (1 + 1e-9) + Math.abs(compared) * 1e-12
}

/** Blanks out what looks like a figure and is none, keeping every other character where it is. */
function maskNames(text: string, names: readonly string[]): string {
  const holdDigits = names
    .filter((name) => /\d/.test(name))
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
  let masked = text
  for (const name of holdDigits) masked = masked.replaceAll(name, blank)
  for (const pattern of NO_FIGURES) masked = masked.replace(pattern, blank)
  return masked
}

function blank(matched: string): string {
  return matched.replace(/[\d]/g, '#').replace(/[+\-−]/g, '#')
}
