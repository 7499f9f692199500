/** Rows of the index in one order: found by halving, so that new ones go in quickly. */
import { compareByAge } from '../runs/run-order.ts'
import type { Summary } from '../runs/summary.ts'

export interface Row {
  summary: Summary
  /** What a text search looks into, lower-cased; made when first asked for. */
  haystack: string | null
}

/** Below zero where the first stands in front; never 0 for two different runs. */
export type Compare = (a: Summary, b: Summary) => number

export interface RowList {
  readonly length: number
  at(index: number): Row
}

export interface OrderedRows extends RowList {
  readonly compare: Compare
  add(row: Row): void
  /** Found by what the order looks at: that must be as it was when the row was added. */
  remove(row: Row): void
  /** All of them, in order. */
  values(): readonly Row[]
}

/** `rows` are in order already; by default the order is that of creation, oldest first. */
export function createOrderedRows(rows: Row[] = [], compare: Compare = compareByAge): OrderedRows {
  const findPlace = (summary: Summary) => findPlaceIn(createList(rows), summary, compare)
  return {
    compare,
    get length() {
      return rows.length
    },
    at: (index) => rows[index]!,
    // New runs nearly always go to the end.
    add: (row) => void rows.splice(findPlace(row.summary), 0, row),
    remove: (row) => void rows.splice(findPlace(row.summary), 1),
    values: () => rows,
  }
}

export function createList(rows: readonly Row[]): RowList {
  return { length: rows.length, at: (index) => rows[index]! }
}

/** The same rows from the last to the first. */
export function reverseList(list: RowList): RowList {
  return { length: list.length, at: (index) => list.at(list.length - 1 - index) }
}

/** The index of the first row of a list in that order which does not stand in front of `summary`. */
export function findPlaceIn(list: RowList, summary: Summary, compare: Compare): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(list.at(middle).summary, summary) < 0) low = middle + 1
    else high = middle
  }
  return low
}
