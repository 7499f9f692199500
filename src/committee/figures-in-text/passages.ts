/**
 * A text in the pieces within which words belong together: sentences, rows of tables, headings; and a sentence in its
 * clauses. Markdown or plain.
 */
import { CITATION_PATTERN } from './citations.ts'
import type { Span } from './figure.ts'

export interface Passage extends Span {
  /** Of a table's row, its cells; null of a sentence. */
  cells: readonly Span[] | null
  /** The cells of the row at the head of that table. */
  head: readonly Span[] | null
}

const CITATION_AFTER = new RegExp(`(?:[ \\t\\u00a0"”’)*_]{0,4}${CITATION_PATTERN})+`, 'y')
const SENTENCE_END = /[.!?…]["”’)*_\]]{0,4}(?=\s|$|\[\s?E\d)/g
const ABBREVIATIONS =
  /(?:\b(?:vs|e\.g|i\.e|approx|ca|cf|etc|Inc|Corp|Co|Ltd|No|Nos|St|Mr|Mrs|Ms|Dr|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|resp|incl|excl|est|avg|p\.a|a\.m|p\.m)|\b[A-Z]|\bU\.S)$/
const LIST_ITEM = /^[ \t>]{0,12}(?:[-*+•]|\d{1,3}[.)]|#{1,3}[.)]?)[ \t]/
const HEADING = /^[ \t]{0,3}#{1,6}[ \t]/
const TABLE_RULE = /^[ \t|:-]+$/

/** In the order of the text; what lies between them holds nothing to read. */
export function splitPassages(text: string): Passage[] {
  const passages: Passage[] = []
  let paragraph: Span | null = null
  let head: readonly Span[] | null = null
  const flush = () => {
    if (paragraph) splitSentences(text, paragraph, passages)
    paragraph = null
  }
  for (let start = 0; start <= text.length;) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const line = text.slice(start, Math.min(end, start + 400))
    if (isRow(line)) {
      flush()
      if (!TABLE_RULE.test(line)) {
        const cells = splitCells(text, { start, end })
        passages.push({ start, end, cells, head })
        head ??= cells
      }
    } else {
      head = null
      if (line.trim() === '') flush()
      else if (HEADING.test(line)) {
        flush()
        passages.push({ start, end, cells: null, head: null })
      } else if (LIST_ITEM.test(line) || paragraph === null) {
        flush()
        paragraph = { start, end }
      } else paragraph = { start: (paragraph as Span).start, end }
    }
    start = end + 1
  }
  flush()
  return passages
}

function isRow(line: string): boolean {
  const trimmed = line.trimStart()
  if (trimmed.startsWith('|')) return true
  const first = line.indexOf(' | ')
  return first !== -1 && line.includes(' | ', first + 3)
}

function splitCells(text: string, row: Span): Span[] {
  const cells: Span[] = []
  let start = row.start
  for (let at = row.start; at <= row.end; at++) {
    if (at !== row.end && text[at] !== '|') continue
    if (at > start) cells.push({ start, end: at })
    start = at + 1
  }
  return cells
}

function splitSentences(text: string, { start, end }: Span, into: Passage[]): void {
  let from = start
  const region = end === text.length && start === 0 ? text : text.slice(start, end)
  for (const match of region.matchAll(SENTENCE_END)) {
    const at = start + match.index
    if (text[at] === '.' && ABBREVIATIONS.test(text.slice(Math.max(from, at - 8), at))) continue
    let stop = at + match[0].length
    CITATION_AFTER.lastIndex = stop
    if (CITATION_AFTER.test(text)) stop = CITATION_AFTER.lastIndex
    // What goes on in lower case has not ended.
    if (/^\s{1,3}[a-z]/.test(text.slice(stop, stop + 4))) continue
    if (stop <= from) continue
    into.push({ start: from, end: Math.min(stop, end), cells: null, head: null })
    from = Math.min(stop, end)
  }
  if (from < end) into.push({ start: from, end, cells: null, head: null })
}

const CLAUSE_BREAK =
  /[,;](?=\s|$)|[()|\n—]|\s[–-]\s|\b(?:and|but|while|whereas|although|though|with|yet|versus|against|despite|so|because)\b/gi

/** Where clauses of the sentence begin, its own start first. `kept` are stretches that hold together whatever is in them. */
export function findClauses(text: string, sentence: Span, kept: readonly Span[]): Span[] {
  const clauses: Span[] = []
  let from = sentence.start
  let next = 0
  for (const match of text.slice(sentence.start, sentence.end).matchAll(CLAUSE_BREAK)) {
    const at = sentence.start + match.index
    while (next < kept.length && kept[next]!.end <= at) next++
    if (next < kept.length && kept[next]!.start <= at) continue
    if (at > from) clauses.push({ start: from, end: at })
    from = at
  }
  if (from < sentence.end) clauses.push({ start: from, end: sentence.end })
  return clauses
}
