/**
 * How a figure gets into prose: always from a piece of evidence, always with its citation behind it. Nothing that the
 * committee writes holds a number that was typed or computed on the way.
 */
import { formatFigure } from '../core/format.ts'
import { formatEvidence, type Evidence, type MeasuredEvidence } from './decision.ts'
import type { Ledger } from './evidence/ledger.ts'
import { findCitations } from './figures-in-text/citations.ts'
import { escapeText } from './quoted-text.ts'

/** `584.00 [E4]`. */
export function cite(item: MeasuredEvidence, options: { signed?: boolean; absolute?: boolean } = {}): string {
  const value = options.absolute ? Math.abs(item.value) : item.value
  return `${formatFigure(value, item.unit, options)} [${item.id}]`
}

/** A count with what it counts, one of it in the singular. */
export function citeCount(item: MeasuredEvidence): string {
  return `${cite(item)} ${item.value === 1 ? item.unit.replace(/s$/, '') : item.unit}`
}

/** The ids cited in a text, each once, in the order of their first mention. */
export function citedIds(text: string): string[] {
  return [...new Set(findCitations(text).flatMap(({ ids }) => ids))]
}

export interface Quoter {
  /** The figure called `label`, cited. Throws where it was not measured. */
  of(label: string): string
  /** The same with a leading sign, for changes and distances. */
  signed(label: string): string
  /** The same without its sign, where the words around it say the direction. */
  size(label: string): string
  /** A count with what it counts: `24 [E64] trades`, `1 [E1] bar`. */
  count(label: string): string
  /** A table of those of `labels` that were measured; empty text where none was. */
  table(labels: readonly string[]): string
}

export function createQuoter(ledger: Ledger): Quoter {
  return {
    of: (label) => cite(ledger.get(label)),
    signed: (label) => cite(ledger.get(label), { signed: true }),
    size: (label) => cite(ledger.get(label), { absolute: true }),
    count: (label) => citeCount(ledger.get(label)),
    table(labels) {
      const items = labels.flatMap((label) => ledger.find(label) ?? [])
      return items.length === 0
        ? ''
        : tabulate(['Measure', 'Value', 'Evidence'], items.map(rowOf), ['', 'right', ''])
    },
  }
}

/** A Markdown table. Cells are taken as they are. */
export function tabulate(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly ('' | 'right')[] = [],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, column) => (align[column] === 'right' ? '---:' : '---'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

/** Markdown blocks with an empty line between them; empty ones fall away. */
export function joinBlocks(...blocks: readonly (string | null | undefined)[]): string {
  return blocks.filter((block) => block !== null && block !== undefined && block !== '').join('\n\n')
}

export function listItems(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

const WORDS = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ')

/** Counts of people and points are words in a report, so that a figure is always a measured one. */
export function inWords(count: number): string {
  return WORDS[count] ?? 'many'
}

/** `none of the three`, `two of the three`, `all three`, for what there are `all` of. */
export function countInWords(count: number, all: number): string {
  if (count === 0) return `none of the ${inWords(all)}`
  return count === all && all > 1 ? `all ${inWords(all)}` : `${inWords(count)} of the ${inWords(all)}`
}

/** `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

export function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function rowOf(item: Evidence): string[] {
  return [item.label, escapeText(formatEvidence(item)), `[${item.id}]`]
}
