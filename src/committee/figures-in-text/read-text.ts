/** A text as its figures: every number with its unit, its sign, the words and the citations that belong to it. */
import { bindCitations } from './bind-citations.ts'
import { findCitations, type Citation } from './citations.ts'
import { createMarkReader } from './conventions.ts'
import type { ReadFigure, ScannedNumber, Span } from './figure.ts'
import { findClauses, splitPassages, type Passage } from './passages.ts'
import { scanNumbers } from './scan-numbers.ts'
import { readApproximation, readDirection } from './wording.ts'

const MOST_FIGURES = 2_000

/** A passage that holds figures. */
export interface Reading {
  text: string
  masked: string
  passage: Passage
  figures: ReadFigure[]
  /** Of a table's row its cells, of a sentence its clauses. */
  parts: readonly Span[]
  citedIds: ReadonlySet<string>
  /** False where it holds more figures than anyone says in a sentence: none of them counts as borne out. */
  isRead: boolean
}

/** Of plain text. `mask` blanks what holds digits without being a figure. */
export function readText(text: string, mask: (text: string) => string): Reading[] {
  const masked = mask(text)
  const numbers = scanNumbers(text, masked)
  if (numbers.length === 0) return []
  const citations = findCitations(text)
  const readings: Reading[] = []
  let number = 0
  let citation = 0
  for (const passage of splitPassages(text)) {
    const inPassage: ScannedNumber[] = []
    while (number < numbers.length && numbers[number]!.start < passage.end) inPassage.push(numbers[number++]!)
    const cited: Citation[] = []
    while (citation < citations.length && citations[citation]!.start < passage.end)
      cited.push(citations[citation++]!)
    if (inPassage.length > 0) readings.push(readPassage(text, masked, passage, inPassage, cited))
  }
  return readings
}

function readPassage(
  text: string,
  masked: string,
  passage: Passage,
  numbers: readonly ScannedNumber[],
  citations: readonly Citation[],
): Reading {
  if (numbers.length > MOST_FIGURES) return leaveUnread(text, masked, passage, numbers)
  const parts = passage.cells ?? findClauses(masked, passage, joinedSpans(numbers))
  const marks = new Set(numbers.filter(createMarkReader(text, passage)))
  const bound = bindCitations(text, passage, numbers, citations, parts, (one) => marks.has(one))
  const figures = numbers.map((one, i): ReadFigure => {
    const { cited, ids } = bound[i]!
    const from = numbers[i - 1]?.unitEnd ?? passage.start
    const { direction, saysLoss } = readDirection(masked, one, from, numbers[i + 1]?.start ?? passage.end)
    // The number becomes the figure: texts may hold very many.
    return Object.assign(one, {
      isPercent: (one.unit ?? one.shared?.unit)?.kind === 'percent',
      cited,
      citedIds: ids,
      approximation: readApproximation(masked, one, ids.length > 0),
      direction,
      saysLoss,
      isConvention: marks.has(one),
    })
  })
  return {
    text,
    masked,
    passage,
    figures,
    parts,
    citedIds: new Set(citations.flatMap(({ ids }) => ids)),
    isRead: true,
  }
}

const UNREAD = {
  isPercent: false,
  cited: null,
  citedIds: [],
  approximation: null,
  direction: 0,
  saysLoss: false,
  isConvention: false,
} as const

function leaveUnread(
  text: string,
  masked: string,
  passage: Passage,
  numbers: readonly ScannedNumber[],
): Reading {
  const figures = numbers.map((one): ReadFigure => Object.assign(one, UNREAD))
  return { text, masked, passage, figures, parts: [], citedIds: new Set(), isRead: false }
}

/** Lists and ranges with one unit are not torn apart by the words that join them. */
function joinedSpans(numbers: readonly ScannedNumber[]): Span[] {
  const spans: Span[] = []
  numbers.forEach((number, i) => {
    const next = numbers[i + 1]
    if (next && number.isListed && next.isListed) spans.push({ start: number.start, end: next.end })
  })
  return spans
}
