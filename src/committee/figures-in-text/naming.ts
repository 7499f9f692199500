/** What the words around a figure say that it is. */
import type { Bench } from './bench.ts'
import type { ReadFigure, Span } from './figure.ts'
import { readNameBefore, readWords } from './label-words.ts'
import { keepMostNamed, type Found, type Mention } from './labels.ts'
import { isUnitFit, type Comparable } from './match.ts'
import type { Reading } from './read-text.ts'

/** The key of the whole passage beside those of its parts. */
const WHOLE = -2
const NOTHING: Found = { mentions: [], bitOf: () => 0 }

export interface Name {
  items: readonly Comparable[]
  /** Named right before the figure or in its row: it can be nothing else. */
  isSure: boolean
}

export type Naming = (figure: ReadFigure) => Name

/** Which of the parts holds the offset; −1 for none. Parts are in order. */
function findPart(parts: readonly Span[], offset: number): number {
  let low = 0
  let high = parts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (parts[middle]!.end <= offset) low = middle + 1
    else high = middle
  }
  return low < parts.length && parts[low]!.start <= offset ? low : -1
}

/** For a figure, the evidence named right before it, else in its clause, else in its sentence, and counted as it is. */
export function createNaming(reading: Reading, { labels, items, currencies }: Bench): Naming {
  const { text, masked, passage, parts } = reading
  const found = new Map<number, Found>()
  const foundIn = (key: number, spans: readonly Span[]): Found => {
    const known = found.get(key)
    if (known) return known
    const words = new Set<string>()
    for (const { start, end } of spans)
      for (const word of readWords(text, masked, start, end)) words.add(word)
    const fresh = words.size === 0 ? NOTHING : labels.find(words)
    found.set(key, fresh)
    return fresh
  }
  const name = (mentions: readonly Mention[], isSure: boolean): Name => ({
    items: mentions.map(({ index }) => items[index]!),
    isSure,
  })
  const nameBefore = (figure: ReadFigure): Name | null => {
    const before = readNameBefore(text, masked, figure.start, passage.start)
    if (!before) return null
    const named = (isLoose: boolean) => {
      const { mentions, bitOf } = labels.find(before.words, isLoose)
      const nearest = bitOf(before.nearest)
      return mentions.filter(({ words }) => (words & nearest) !== 0)
    }
    const direct = named(false)
    if (direct.length === 0) return null
    const fit = fitting(figure, direct)
    return name(fit.length > 0 ? keepMostNamed(fit) : fitting(figure, named(true)), true)
  }
  const fitting = (figure: ReadFigure, mentions: readonly Mention[]) =>
    mentions.filter(({ index }) => isUnitFit(figure, items[index]!, currencies))
  return (figure) => {
    const at = findPart(parts, figure.start)
    if (passage.cells) {
      const cells = [passage.cells[0], passage.cells[at], passage.head?.[at]].filter(
        (cell) => cell !== undefined,
      )
      const inRow = fitting(figure, foundIn(at, cells).mentions)
      if (inRow.length > 0) return name(keepMostNamed(inRow), true)
    } else if (!figure.isListed) {
      // Of a list, the name right before it is that of its last: `SMA 20 and SMA 50 stand at 575.24 and 571.97`.
      const before = nameBefore(figure)
      if (before) return before
      const inClause = at === -1 ? [] : fitting(figure, foundIn(at, [parts[at]!]).mentions)
      if (inClause.length > 0) return name(keepMostNamed(inClause), false)
    }
    return name(fitting(figure, foundIn(WHOLE, [passage]).mentions), false)
  }
}
