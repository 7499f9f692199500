/**
 * Which evidence a figure names: that cited right behind it; that of a list's citation, one for each of its figures; the
 * only one cited in its clause or its row. A figure that stands farther from a citation is not bound by it.
 */
import type { Citation } from './citations.ts'
import type { ScannedNumber, Span } from './figure.ts'
import type { Passage } from './passages.ts'

/** Between a figure and the citation right behind it: spaces, emphasis, closing marks. */
const NOTHING_BETWEEN = /^[\s*_`)”"’]{0,6}$/

export interface Bound {
  /** Right behind the figure. */
  cited: string | null
  ids: readonly string[]
}

const UNBOUND: Bound = { cited: null, ids: [] }

/**
 * For each of the passage's `numbers`, what it cites. `citations` are those of the passage, neighbours (`[E1][E2]`)
 * already one; `clauses` those of a sentence.
 */
export function bindCitations(
  text: string,
  passage: Passage,
  numbers: readonly ScannedNumber[],
  citations: readonly Citation[],
  clauses: readonly Span[],
  isMark: (number: ScannedNumber) => boolean,
): Bound[] {
  const groups = mergeNeighbours(text, citations)
  if (groups.length === 0) return numbers.map(() => UNBOUND)
  const bound = new Array<Bound | null>(numbers.length).fill(null)
  const isTaken = new Set<Citation>()
  let group = 0
  numbers.forEach((number, i) => {
    while (group < groups.length && groups[group]!.start < number.end) group++
    const next = groups[group]
    if (!next || !NOTHING_BETWEEN.test(text.slice(number.unitEnd, Math.min(next.start, number.unitEnd + 8))))
      return
    if (next.start > number.unitEnd + 8) return
    bound[i] = { cited: next.ids[0] ?? null, ids: next.ids }
    isTaken.add(next)
  })
  if (passage.cells) bindRow(numbers, groups, bound)
  else {
    bindClauses(
      numbers,
      groups.filter((one) => !isTaken.has(one)),
      clauses,
      bound,
    )
    bindLists(numbers, groups, bound, isMark)
  }
  return bound.map((one) => one ?? UNBOUND)
}

function mergeNeighbours(text: string, citations: readonly Citation[]): Citation[] {
  const groups: Citation[] = []
  for (const citation of citations) {
    const last = groups.at(-1)
    if (
      last &&
      citation.start - last.end <= 5 &&
      /^(?:\s?(?:,|;|and|&)?\s?)$/.test(text.slice(last.end, citation.start))
    )
      groups[groups.length - 1] = {
        ids: [...last.ids, ...citation.ids],
        start: last.start,
        end: citation.end,
      }
    else groups.push(citation)
  }
  return groups
}

/** A row's citations are those of all of its figures that have none of their own. */
function bindRow(
  numbers: readonly ScannedNumber[],
  groups: readonly Citation[],
  bound: (Bound | null)[],
): void {
  const ids = [...new Set(groups.flatMap((one) => one.ids))]
  numbers.forEach((_number, i) => {
    bound[i] ??= { cited: null, ids }
  })
}

/** `575.24, 571.97 and 486.60 [E5, E6, E7]`: as many ids as figures since the citation before. */
function bindLists(
  numbers: readonly ScannedNumber[],
  groups: readonly Citation[],
  bound: (Bound | null)[],
  isMark: (number: ScannedNumber) => boolean,
): void {
  let first = 0
  for (const group of groups) {
    const open: number[] = []
    while (first < numbers.length && numbers[first]!.start < group.start) {
      // A figure that cites the same group directly counts among those the group is for.
      if (!isMark(numbers[first]!)) open.push(first)
      first++
    }
    if (open.length === 0 || open.length > group.ids.length) continue
    for (const i of open) bound[i] ??= { cited: null, ids: group.ids }
  }
}

/** The only citation of a clause that belongs to no figure yet is that of its figures. */
function bindClauses(
  numbers: readonly ScannedNumber[],
  groups: readonly Citation[],
  clauses: readonly Span[],
  bound: (Bound | null)[],
): void {
  let number = 0
  let group = 0
  for (const clause of clauses) {
    while (group < groups.length && groups[group]!.start < clause.start) group++
    const only = groups[group]
    const second = groups[group + 1]
    while (number < numbers.length && numbers[number]!.start < clause.start) number++
    const isOnly =
      only && only.start < clause.end && !(second && second.start < clause.end) && only.ids.length === 1
    if (!isOnly) continue
    for (let i = number; i < numbers.length && numbers[i]!.start < clause.end; i++) {
      bound[i] ??= { cited: null, ids: only.ids }
    }
  }
}
