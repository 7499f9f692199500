/**
 * One strategy on one set of bars by one set of rules, run with many parameters: what a backtest and a search of ten
 * thousand both call, so that the same parameters give the same figures to the last bit.
 */
import { priceMarket, simulateHolding } from './buy-and-hold.ts'
import { describeRun } from './engine/describe-run.ts'
import { createSignalEngine } from './engine/signal-engine.ts'
import { createMarket, frameMarket, type MarketFrame } from './measures/market-frame.ts'
import { logTrades } from './measures/trade-log.ts'
import { createStatisticsWriter, nameRow } from './measures/write-statistics.ts'
import { createOrderSimulator } from './orders/simulate-orders.ts'
import { createTimeline, type Timeline } from './orders/timeline.ts'
import { checkRules, type TradingRules } from './rules.ts'
import type { BarRange, Simulation } from './simulation.ts'
import { STATISTICS, type BacktestStats } from './statistics.ts'
import { createColumns } from './strategies/create-columns.ts'
import { fillParams } from './strategies/fill-params.ts'
import type { BarStrategy, Params, SignalStrategy, Strategy, TickerBars } from './strategies/strategy.ts'

export interface Evaluator {
  /** Of the timeline: the times at which any of the tickers has a bar. */
  readonly bars: number
  /**
   * Runs one trial and writes its `STATISTICS` into `row` at `offset`, NaN for what cannot be computed. The equity of
   * the trial is in `equity` until the next one: one value for each bar of the range.
   */
  evaluate(params: Params, range: BarRange, row: Float64Array, offset: number): void
  readonly equity: Float64Array
  /** The same trial with all that can be told of it. */
  simulate(params: Params, range: BarRange): { simulation: Simulation; stats: BacktestStats }
  /**
   * Bought on the first open of the range and held, by the same cash and costs. Exposure and commissions are those of the
   * position, closed or not; figures of trades have it where it was closed, as those of a strategy have theirs.
   */
  buyAndHold(range: BarRange): { simulation: Simulation; stats: BacktestStats }
}

export type CreateEvaluator = (
  series: readonly TickerBars[],
  strategy: Strategy,
  rules: TradingRules,
) => Evaluator

/** Ranges of which the common part is remembered; more than any walk forward has folds at work. */
const MOST_FRAMES = 256

/**
 * Throws `InputError` for rules out of range and, from its methods, for parameters the strategy does not allow;
 * `RangeError` for no series, several of them where the strategy trades one, and a range that is not within the bars.
 */
export const createEvaluator: CreateEvaluator = (series, strategy, rules) => {
  checkRules(rules)
  if (strategy.tickers === 'one' && series.length > 1) {
    throw new RangeError(`${strategy.name} trades one ticker; it was given ${series.length}`)
  }
  const timeline = createTimeline(series)
  const frames = createFrames(series, timeline)
  const trial =
    strategy.form === 'signals'
      ? createSignalTrial(series[0]!, strategy, rules, frames)
      : createOrderTrial(series, strategy, rules, frames)

  return {
    bars: timeline.length,
    evaluate: trial.evaluate,
    get equity() {
      return trial.equity
    },
    simulate(params, range) {
      const row = new Float64Array(STATISTICS.length)
      trial.evaluate(params, range, row, 0)
      return { simulation: trial.describe(range), stats: nameRow(frames(range), row) }
    },
    buyAndHold(range) {
      const frame = frames(range)
      const simulation = simulateHolding(series, timeline, rules, range)
      const row = new Float64Array(STATISTICS.length)
      const equity = new Float64Array(timeline.length)
      equity.set(simulation.equity, range.from)
      const { from, to } = range
      const measured = {
        ...{ cash: rules.cash, equity, firstMove: from, ruinedAt: -1, heldFrom: from },
        log: logTrades(simulation.trades),
      }
      createStatisticsWriter()(frame, measured, row, 0)
      // Of trades only closed ones count, and this one may never close: what it held and paid counts all the same.
      const boughtAt = Math.min(to, ...simulation.trades.map(({ entry_index }) => entry_index))
      const held = {
        exposure_time_pct: (100 * (to - boughtAt)) / (to - from),
        commissions: simulation.commissions,
      }
      return { simulation, stats: { ...nameRow(frame, row), ...held } }
    },
  }
}

type Frames = (range: BarRange) => MarketFrame

function createFrames(series: readonly TickerBars[], timeline: Timeline): Frames {
  const { time, length } = timeline
  const only = series.length === 1 ? createMarket(time, series[0]!.bars.close) : null
  const known = new Map<number, MarketFrame>()
  return (range) => {
    const key = range.from * (length + 1) + range.to
    const frame =
      known.get(key) ?? frameMarket(only ?? createMarket(time, priceMarket(series, timeline, range)), range)
    if (known.size >= MOST_FRAMES && !known.has(key)) known.clear()
    known.set(key, frame)
    return frame
  }
}

interface TrialRunner {
  evaluate: Evaluator['evaluate']
  readonly equity: Float64Array
  /** What the last evaluation left. */
  describe(range: BarRange): Simulation
}

function createSignalTrial(
  one: TickerBars,
  strategy: SignalStrategy,
  rules: TradingRules,
  frames: Frames,
): TrialRunner {
  const columns = createColumns(one.bars)
  const engine = createSignalEngine(one.bars, rules)
  const write = createStatisticsWriter()
  const measured = {
    cash: rules.cash,
    equity: engine.equity,
    log: engine.log,
    firstMove: 0,
    ruinedAt: -1,
    heldFrom: 0,
  }
  let shown: BarRange = { from: 0, to: 0 }
  return {
    evaluate(given, range, row, offset) {
      const frame = frames(range)
      const params = isFilled(strategy, given) ? given : fillParams(strategy, given)
      const first = strategy.signals(columns, params, engine.signals)
      engine.run(first, range.from, range.to)
      measured.firstMove = engine.firstMove
      measured.ruinedAt = engine.ruinedAt
      measured.heldFrom = heldFrom(first, range)
      write(frame, measured, row, offset)
      shown = range
    },
    get equity() {
      return engine.equity.subarray(shown.from, shown.to)
    },
    describe: (range) => describeRun(one, engine, range),
  }
}

function createOrderTrial(
  series: readonly TickerBars[],
  strategy: BarStrategy,
  rules: TradingRules,
  frames: Frames,
): TrialRunner {
  const simulator = createOrderSimulator(series, rules)
  const write = createStatisticsWriter()
  const equity = new Float64Array(simulator.bars)
  let firstDecision = -1
  let simulation: Simulation | null = null
  const watched: BarStrategy = {
    ...strategy,
    next(desk, state, params) {
      if (firstDecision < 0) firstDecision = desk.bar
      strategy.next(desk, state, params)
    },
  }
  return {
    evaluate(params, range, row, offset) {
      const frame = frames(range)
      firstDecision = -1
      simulation = simulator.simulate(watched, params, range)
      equity.set(simulation.equity, range.from)
      const log = logTrades(simulation.trades)
      const first = firstDecision < 0 ? range.from : firstDecision
      const measured = {
        cash: rules.cash,
        equity,
        log,
        firstMove: range.from,
        ruinedAt: simulation.ruinedAt ?? -1,
        heldFrom: heldFrom(first, range),
      }
      write(frame, measured, row, offset)
    },
    get equity() {
      return simulation === null ? new Float64Array(0) : simulation.equity
    },
    describe() {
      return simulation!
    },
  }
}

/** The market is held from the last bar before the first that could decide anything, as in backtesting.py. */
function heldFrom(first: number, { from, to }: BarRange): number {
  return Math.min(Math.max(from, first - 1), to - 1)
}

/** Whether these are all the parameters of the strategy and allowed as they are: `fillParams` would give the same. */
function isFilled({ parameters }: Strategy, given: Params): boolean {
  for (let k = 0; k < parameters.length; k++) {
    const { name, min, max, step } = parameters[k]!
    const value = given[name]
    if (value === undefined || !(value >= min && value <= max)) return false
    if (!Number.isInteger((value - min) / step)) return false
  }
  let names = 0
  for (const _name in given) names++
  return names === parameters.length
}
