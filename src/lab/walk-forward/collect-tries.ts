/** The tries of all folds together: how many there were, and each set of parameters once, for they are much the same in all. */
import type { FoundTrials, SearchOutcome } from '../search/run-search.ts'

export interface CollectedTries {
  add(found: { params: FoundTrials['params']; outcome: Pick<SearchOutcome, 'refused' | 'idle'> }): void
  /** Of all folds, and those of them that the constraint refused after they were run. */
  readonly counted: number
  readonly refused: number
  /** Those that had no score for want of a trade. */
  readonly idle: number
  /** Distinct ones, row by row, in the order in which they first came. */
  take(): { numbers: Uint32Array; params: Float64Array }
}

export function collectTries(width: number): CollectedTries {
  const seen = new Set<string>()
  const rows: Float64Array[] = []
  let counted = 0
  let refused = 0
  let idle = 0
  return {
    add({ params, outcome }) {
      refused += outcome.refused
      idle += outcome.idle
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
    get refused() {
      return refused
    },
    get idle() {
      return idle
    },
    take() {
      const params = new Float64Array(rows.length * width)
      rows.forEach((row, index) => params.set(row, index * width))
      return { numbers: Uint32Array.from(rows.keys()), params }
    },
  }
}
