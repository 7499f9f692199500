/**
 * How evidence is cited in a text: the one grammar by which all citations are read, whoever reads them. In square brackets,
 * as `[E12]`, `[E12, E15]`, `[E12–E15]` or among words: `[see E12]`.
 */
import type { Span } from './figure.ts'

export interface Citation extends Span {
  /** Those of a range with all between its ends. */
  ids: readonly string[]
}

/** One that begins with what it cites, as other patterns look for it; its digits may be blanked out. */
export const CITATION_PATTERN = String.raw`\[\s?[Ee]\s?[\d#][^\][\n]{0,120}\]`

const BRACKET = /\[([^\][\n]{1,160})\]/g
/** In brackets: `E12`, `E12–E15`, `E12-15`, `see E 12`. */
const ID_OR_RANGE = /(?<![\p{L}\p{N}])E\s?(\d+)(?:\s?(?:–|-|−|to)\s?(?:E\s?)?(\d+)(?![\d-]|[.,]\d))?/giu
/** Anywhere else; `P/E10` is something else. */
const ID = /(?<![\p{L}\p{N}/&])E\d+(?![\p{L}\p{N}])/gu
/** `[E12–E15]` names four; of a longer range only the ends count. */
const LONGEST_RANGE = 40

/** Everything in square brackets that names evidence, whatever else stands in them. */
export function findCitations(text: string): Citation[] {
  const citations: Citation[] = []
  for (const { 0: bracket, 1: inside, index } of text.matchAll(BRACKET)) {
    const ids = Array.from(inside!.matchAll(ID_OR_RANGE), ([, first, last]) => expand(first!, last)).flat()
    if (ids.length > 0) citations.push({ ids, start: index, end: index + bracket.length })
  }
  return citations
}

/** Every number of evidence that is written in the text, in brackets or not; of ranges both ends. */
export function listNamedIds(text: string): string[] {
  const inBrackets = Array.from(text.matchAll(BRACKET), ([, inside]) =>
    Array.from(inside!.matchAll(ID_OR_RANGE), ([, first, last]) => [first!, ...(last ? [last] : [])]).flat(),
  ).flat()
  const elsewhere = Array.from(text.matchAll(ID), ([id]) => id)
  return [...new Set([...inBrackets.map((digits) => `E${digits}`), ...elsewhere])]
}

/** Blanks what citations name; what else stands in their brackets stays to be read. */
export function blankCitations(text: string, blank: (matched: string) => string): string {
  return text.replace(BRACKET, (bracket) => bracket.replace(ID_OR_RANGE, blank))
}

/** A text from outside cites nothing of ours; what is taken out leaves no other citation behind. */
export function withoutCitations(text: string): string {
  let left = text
  for (let found = findCitations(left); found.length > 0; found = findCitations(left))
    left = found.reduceRight((all, { start, end }) => all.slice(0, start) + all.slice(end), left)
  return left
}

function expand(first: string, last: string | undefined): string[] {
  if (last === undefined) return [`E${first}`]
  const from = Number(first)
  const between = Number(last) - from - 1
  const inside =
    between > 0 && between < LONGEST_RANGE
      ? Array.from({ length: between }, (_, i) => `E${from + 1 + i}`)
      : []
  return [`E${first}`, ...inside, `E${last}`]
}
