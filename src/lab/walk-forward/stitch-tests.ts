/**
 * The tests of all folds as one account: each begins with the capital that the one before has left, in cash. Equity and
 * trades stand one after the other, and the statistics are those of the whole.
 */
import { priceMarket } from '../../trading/buy-and-hold.ts'
import type { Evaluator } from '../../trading/evaluate.ts'
import { createMarket, frameMarket } from '../../trading/measures/market-frame.ts'
import { logTrades } from '../../trading/measures/trade-log.ts'
import { createStatisticsWriter, nameRow } from '../../trading/measures/write-statistics.ts'
import { createTimeline } from '../../trading/orders/timeline.ts'
import type { BarRange, Simulation } from '../../trading/simulation.ts'
import { STATISTICS, type BacktestStats } from '../../trading/statistics.ts'
import type { Params, TickerBars } from '../../trading/strategies/strategy.ts'

export interface TestedFold {
  params: Params
  test: BarRange
}

export interface StitchedTests {
  simulation: Simulation
  stats: BacktestStats
  range: BarRange
}

/**
 * Folds whose tests stand side by side, at least one. `evaluatorOf` gives an evaluator by the rules of a test with that
 * capital. An account that is ruined stays so to the end.
 */
export async function stitchTests(
  series: readonly TickerBars[],
  folds: readonly TestedFold[],
  startCash: number,
  evaluatorOf: (cash: number) => Promise<Evaluator>,
): Promise<StitchedTests> {
  const range = { from: folds[0]!.test.from, to: folds[folds.length - 1]!.test.to }
  const whole: Simulation = {
    equity: new Float64Array(range.to - range.from),
    ...{ trades: [], commissions: 0, ruinedAt: null, ambiguousBars: 0, rejectedOrders: 0 },
  }
  let cash = startCash
  for (const { params, test } of folds) {
    const at = test.from - range.from
    if (cash <= 0) {
      whole.equity.fill(cash, at)
      break
    }
    const { simulation } = (await evaluatorOf(cash)).simulate(params, test)
    whole.equity.set(simulation.equity, at)
    whole.trades.push(...simulation.trades)
    whole.commissions += simulation.commissions
    whole.ambiguousBars += simulation.ambiguousBars
    whole.rejectedOrders += simulation.rejectedOrders
    whole.ruinedAt ??= simulation.ruinedAt
    cash = simulation.equity[simulation.equity.length - 1]!
  }
  return { simulation: whole, stats: measure(series, whole, range, startCash), range }
}

function measure(
  series: readonly TickerBars[],
  { equity, trades, ruinedAt }: Simulation,
  range: BarRange,
  cash: number,
): BacktestStats {
  const timeline = createTimeline(series)
  const frame = frameMarket(createMarket(timeline.time, priceMarket(series, timeline, range)), range)
  const aligned = new Float64Array(timeline.length)
  aligned.set(equity, range.from)
  const { from } = range
  const row = new Float64Array(STATISTICS.length)
  const trial = {
    ...{ cash, equity: aligned, firstMove: from, heldFrom: from, log: logTrades(trades) },
    ruinedAt: ruinedAt ?? -1,
  }
  createStatisticsWriter()(frame, trial, row, 0)
  return nameRow(frame, row)
}
