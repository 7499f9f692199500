/** What a search has found so far: how many trials went which way, and the best of them. Ties go to the earlier trial. */
import { nameStatistics, STATISTICS, type Statistic } from '../../trading/statistics.ts'
import type { BestTrial, ChunkEnd } from '../lab-state.ts'
import { unpackDoubles, type TrialChunk } from '../trials.ts'
import { isIdle, scoreOf } from './objective.ts'

export interface Tally {
  /** Trials run and counted, left out by the constraint, and failed. */
  readonly evaluated: number
  readonly refused: number
  readonly failed: number
  /** Of those counted, how many had no score for want of a trade. */
  readonly idle: number
  readonly best: BestTrial | null
  /** Why the first one that failed did. */
  readonly firstFailure: string | null
  /** Takes in the next chunk and says what it has brought. Chunks are to come in their order. */
  add(index: number, chunk: TrialChunk): ChunkEnd
}

export function createTally(maximize: Statistic): Tally {
  const counts = { evaluated: 0, refused: 0, failed: 0, idle: 0 }
  let best: BestTrial | null = null
  let bestScore = Number.NEGATIVE_INFINITY
  let firstFailure: string | null = null
  return {
    get evaluated() {
      return counts.evaluated
    },
    get refused() {
      return counts.refused
    },
    get failed() {
      return counts.failed
    },
    get idle() {
      return counts.idle
    },
    get best() {
      return best
    },
    get firstFailure() {
      return firstFailure
    },
    add(index, chunk) {
      const stats = unpackDoubles(chunk.stats)
      const out = new Set([...chunk.refused, ...chunk.failed.map(({ trial }) => trial)])
      for (let row = 0; row < chunk.count; row++) {
        if (out.has(chunk.from + row)) continue
        const offset = row * STATISTICS.length
        if (isIdle(maximize, stats, offset)) counts.idle++
        const score = scoreOf(maximize, stats, offset)
        if (!(score > bestScore)) continue
        bestScore = score
        best = nameTrial(chunk, row, stats)
      }
      firstFailure ??= chunk.failed[0]?.error ?? null
      const added = {
        evaluated: chunk.count - out.size,
        refused: chunk.refused.length,
        failed: chunk.failed.length,
      }
      counts.evaluated += added.evaluated
      counts.refused += added.refused
      counts.failed += added.failed
      return { chunk: index, ...added, best }
    },
  }
}

/** One trial of a chunk, by names. */
function nameTrial({ from, names, params }: TrialChunk, row: number, stats: Float64Array): BestTrial {
  const values = unpackDoubles(params)
  return {
    trial: from + row,
    params: Object.fromEntries(names.map((name, at) => [name, values[row * names.length + at]!])),
    stats: nameStatistics(stats, row * STATISTICS.length),
  }
}
