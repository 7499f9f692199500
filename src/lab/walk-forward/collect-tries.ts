/** The tries of all folds together: how many there were, and each set of parameters once, for they are much the same in all. */
import type { FoundTrials } from '../search/run-search.ts'

export interface CollectedTries {
  add(found: Pick<FoundTrials, 'params'>): void
  /** Of all folds. */
  readonly counted: number
  /** Distinct ones, row by row, in the order in which they first came. */
  take(): { numbers: Uint32Array; params: Float64Array }
}

export function collectTries(width: number): CollectedTries {
  const seen = new Set<string>()
  const rows: Float64Array[] = []
  let counted = 0
  return {
    add({ params }) {
      for (let offset = 0; offset < params.length; offset += width) {
        counted++
        const row = params.subarray(offset, offset + width)
        const key = row.join()
        if (seen.has(key)) continue
        seen.add(key)
        rows.push(row)
      }
    },
    get counted() {
      return counted
    },
    take() {
      const params = new Float64Array(rows.length * width)
      rows.forEach((row, index) => params.set(row, index * width))
      return { numbers: Uint32Array.from(rows.keys()), params }
    },
  }
}
