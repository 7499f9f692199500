/** Trials of a search: parameters in, statistics out, a row each. */
import { STATISTICS } from '../../trading/statistics.ts'
import { messageOf } from '../../core/errors.ts'
import type { BarRange } from '../../trading/simulation.ts'
import type { Params } from '../../trading/strategies/strategy.ts'
import type { Task } from '../task.ts'
import { openEvaluator, type Ground } from './open-evaluator.ts'

export interface TrialsInput extends Ground {
  range: BarRange
  /** Parameters that differ from trial to trial, and the others. */
  names: readonly string[]
  fixed: Params
  /** Trials × names, row by row. */
  params: Float64Array
}

export interface TrialsOutput {
  /** Trials × `STATISTICS`, row by row; NaN for what cannot be computed. */
  stats: Float64Array
  /** Rows that could not be run, and why. */
  failed: { row: number; error: string }[]
  /** For whoever cuts the work into pieces; no part of the result. */
  tookMs: number
}

export const runTrials: Task<TrialsInput, TrialsOutput> = {
  name: 'runTrials',
  async run(input, { isCancelled, report }) {
    const { range, names, fixed, params } = input
    const count = names.length === 0 ? 0 : params.length / names.length
    const evaluator = await openEvaluator(input)
    const beganMs = performance.now()
    const width = STATISTICS.length
    const stats = new Float64Array(count * width)
    const failed: TrialsOutput['failed'] = []
    // One record for all trials: whoever evaluates keeps nothing of it.
    const own: Record<string, number> = { ...fixed }
    for (let row = 0; row < count && !isCancelled(); row++) {
      for (let at = 0; at < names.length; at++) own[names[at]!] = params[row * names.length + at]!
      try {
        evaluator.evaluate(own, range, stats, row * width)
      } catch (error) {
        stats.fill(Number.NaN, row * width, (row + 1) * width)
        failed.push({ row, error: messageOf(error) })
      }
      report((row + 1) / count)
    }
    return { stats, failed, tookMs: performance.now() - beganMs }
  },
}
