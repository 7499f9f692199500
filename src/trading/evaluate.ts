/**
 * One strategy on one set of bars by one set of rules, run with many parameters: what a backtest and a search of ten
 * thousand both call, so that the same parameters give the same figures to the last bit.
 */
import type { BacktestStats } from './statistics.ts'
import type { BarRange, Simulation } from './simulation.ts'
import type { TradingRules } from './rules.ts'
import type { Params, Strategy, TickerBars } from './strategies/strategy.ts'

export interface Evaluator {
  readonly bars: number
  /**
   * Runs one trial and writes its `STATISTICS` into `row` at `offset`, NaN for what cannot be computed. The equity of
   * the trial is in `equity` until the next one: one value for each bar of the range.
   */
  evaluate(params: Params, range: BarRange, row: Float64Array, offset: number): void
  readonly equity: Float64Array
  /** The same trial with all that can be told of it. */
  simulate(params: Params, range: BarRange): { simulation: Simulation; stats: BacktestStats }
  /** Bought on the first open of the range and held, by the same cash and costs. */
  buyAndHold(range: BarRange): { simulation: Simulation; stats: BacktestStats }
}

export type CreateEvaluator = (
  series: readonly TickerBars[],
  strategy: Strategy,
  rules: TradingRules,
) => Evaluator
