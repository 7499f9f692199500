/** The search that the grid is measured by, and how long a round of it takes. */
import { adjustTo } from '../../src/market/adjust.ts'
import { createSampleVendor } from '../../src/market/vendors/sample.ts'
import type { BarSeries } from '../../src/market/series.ts'
import { createEvaluator, type Evaluator } from '../../src/trading/evaluate.ts'
import { DEFAULT_RULES, type TradingRules } from '../../src/trading/rules.ts'
import { STATISTICS } from '../../src/trading/statistics.ts'
import { smaCross } from '../../src/trading/strategies/sma-cross.ts'

const LAST_BAR = '2013-03-01'

/** Both ends count. */
export interface PairGrid {
  fast: readonly [from: number, to: number]
  slow: readonly [from: number, to: number]
  /** Only every so many-th pair. */
  every: number
}

export const TEN_THOUSAND: PairGrid = { fast: [1, 100], slow: [101, 200], every: 1 }
export const GRID_RULES: TradingRules = { ...DEFAULT_RULES, commission: 0.002, finalize: true }

export interface Round {
  wallMs: number
  /** Of the thread that ran it: what others on the machine take is not in it. */
  busyMs: number
}

export async function loadGoogle(): Promise<BarSeries> {
  return adjustTo(await createSampleVendor().bars('GOOG', LAST_BAR), LAST_BAR)
}

/** fast, slow, fast, slow, …: fast by fast. */
export function listPairs({ fast, slow, every }: PairGrid): Float64Array {
  const pairs: number[] = []
  let number = 0
  for (let one = fast[0]; one <= fast[1]; one++) {
    for (let other = slow[0]; other <= slow[1]; other++) if (number++ % every === 0) pairs.push(one, other)
  }
  return Float64Array.from(pairs)
}

export function createGridEvaluator(series: BarSeries, rules: TradingRules): Evaluator {
  return createEvaluator([{ ticker: series.ticker, bars: series }], smaCross, rules)
}

/** Writes all rows, one a pair. */
export function runPairs(evaluator: Evaluator, pairs: Float64Array, rows: Float64Array): void {
  const range = { from: 0, to: evaluator.bars }
  const params = { fast: 0, slow: 0 }
  for (let k = 0; k < pairs.length / 2; k++) {
    params.fast = pairs[2 * k]!
    params.slow = pairs[2 * k + 1]!
    evaluator.evaluate(params, range, rows, k * STATISTICS.length)
  }
}

export function timeRound(work: () => void): Round {
  const busy = process.threadCpuUsage()
  const beganMs = performance.now()
  work()
  const wallMs = performance.now() - beganMs
  const { user, system } = process.threadCpuUsage(busy)
  return { wallMs, busyMs: (user + system) / 1_000 }
}
