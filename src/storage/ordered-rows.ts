/** Rows of the index in the order of their creation, oldest first: found by halving, so that new ones go in quickly. */
import type { Summary } from '../runs/summary.ts'

export interface Row {
  summary: Summary
  /** What a text search looks into, lower-cased; made when first asked for. */
  haystack: string | null
}

export interface OrderedRows {
  readonly length: number
  at(index: number): Row
  add(row: Row): void
  /** By creation and id; what the row says otherwise may have changed since it was added. */
  remove(row: Row): void
  /** The index of the first row that is not older than `summary`. */
  findPlace(summary: Summary): number
  /** All of them, oldest first. */
  values(): readonly Row[]
}

/** `rows` are in order already. */
export function createOrderedRows(rows: Row[] = []): OrderedRows {
  function findPlace(summary: Summary): number {
    let low = 0
    let high = rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareRows(rows[middle]!.summary, summary) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    findPlace,
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

export function compareRows(a: Summary, b: Summary): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1
  return a.run_id < b.run_id ? -1 : a.run_id > b.run_id ? 1 : 0
}
