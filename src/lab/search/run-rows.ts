/**
 * Trials on threads, cut into tasks that are short however slow a trial is, so that other jobs get their turn. How they
 * are cut shows in nothing but time.
 */
import { STATISTICS } from '../../trading/statistics.ts'
import type { Dispatcher, DispatchOptions } from '../task.ts'
import { runTrials } from '../tasks/names.ts'
import type { TrialsInput, TrialsOutput } from '../tasks/run-trials.ts'

/** What a task should take. */
const TASK_MS = 40
/** The first task of a job measures what a trial takes. */
const FIRST_TRIALS = 8

export type RowsOutput = Omit<TrialsOutput, 'tookMs'>

export interface RowRunner {
  /** Rows of `params` in their order; `side` tasks at a time. */
  run(params: Float64Array, options: DispatchOptions, side?: number): Promise<RowsOutput>
}

export function createRowRunner(dispatcher: Dispatcher, ground: Omit<TrialsInput, 'params'>): RowRunner {
  const width = ground.names.length
  let trialMs: number | null = null

  function sizeTask(left: number, side: number): number {
    const fitting = trialMs === null ? FIRST_TRIALS : Math.floor(TASK_MS / Math.max(trialMs, 1e-6))
    return Math.max(1, Math.min(left, fitting, Math.ceil(left / side)))
  }

  return {
    async run(params, options, side = 1) {
      const count = params.length / width
      const stats = new Float64Array(count * STATISTICS.length)
      const failed: RowsOutput['failed'] = []
      let next = 0

      async function work(): Promise<void> {
        while (next < count) {
          const from = next
          const to = from + sizeTask(count - from, side)
          next = to
          const input = { ...ground, params: params.slice(from * width, to * width) }
          const output = await dispatcher.run(runTrials, input, options)
          stats.set(output.stats, from * STATISTICS.length)
          for (const { row, error } of output.failed) failed.push({ row: from + row, error })
          const took = output.tookMs / (to - from)
          // Slower counts at once, faster bit by bit: a task that is too long keeps others waiting.
          trialMs = trialMs === null || took > trialMs ? took : (trialMs + took) / 2
        }
      }

      await Promise.all(Array.from({ length: side }, work))
      return { stats, failed: failed.sort((a, b) => a.row - b.row) }
    },
  }
}
