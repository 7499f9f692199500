/**
 * The event-by-bar simulator: a strategy that is called on every close, its orders filled by the broker, several tickers
 * on their common timeline with one account. It sees the past alone; nothing decided on a bar depends on a later one.
 */
import { checkRules, type TradingRules } from '../rules.ts'
import { sizingVolatility } from '../share-count.ts'
import type { BarRange, Simulation } from '../simulation.ts'
import { createColumns } from '../strategies/create-columns.ts'
import { fillParams } from '../strategies/fill-params.ts'
import type { IndicatorColumns } from '../strategies/indicator-columns.ts'
import type { BarStrategy, Params, TickerBars } from '../strategies/strategy.ts'
import type { Moment } from './account.ts'
import { createBroker, type Broker } from './broker.ts'
import { createDesk } from './create-desk.ts'
import type { MarketBar } from './order-fills.ts'
import { createStrategyViews } from './strategy-views.ts'
import { createTimeline, hasBar, type Timeline } from './timeline.ts'

export interface OrderSimulator {
  /** Of the common timeline: what a range counts in. */
  readonly bars: number
  /** Milliseconds since the epoch, UTC, of each. */
  readonly time: Float64Array
  /** Throws `RangeError` for a range that is not within the bars, `InputError` for parameters or orders not allowed. */
  simulate(strategy: BarStrategy, params: Params, range: BarRange): Simulation
}

/**
 * A simulator that keeps what trials share: timeline, indicator columns (handed in where somebody keeps them already),
 * volatilities. Throws `InputError` for rules out of range and `RangeError` for no series.
 */
export function createOrderSimulator(
  series: readonly TickerBars[],
  rules: TradingRules,
  columns: readonly IndicatorColumns[] = series.map(({ bars }) => createColumns(bars)),
): OrderSimulator {
  checkRules(rules)
  const timeline = createTimeline(series)
  const tickers = series.map(({ ticker }) => ticker)
  const { sizing } = rules
  const volatilities =
    sizing.method === 'volatility' ? series.map(({ bars }) => sizingVolatility(bars, sizing.window)) : null

  return {
    bars: timeline.length,
    time: timeline.time,
    simulate(strategy, given, { from, to }) {
      if (!(
        Number.isInteger(from) &&
        Number.isInteger(to) &&
        from >= 0 &&
        from < to &&
        to <= timeline.length
      ))
        throw new RangeError(`bars ${from} to ${to}; allowed: within 0 to ${timeline.length}`)
      const params = fillParams(strategy, given)
      const views = createStrategyViews(tickers, columns, timeline)
      const moment: Moment = { index: 0, time: Number.NaN }
      const broker = createBroker(rules, tickers)
      const desk = createDesk(broker, tickers, {
        moment,
        volatilityOf: (ticker) =>
          volatilities?.[ticker]![timeline.last[ticker]![moment.index]!] ?? Number.NaN,
      })
      const state = strategy.init(views.setup, params)
      const equity = new Float64Array(to - from)
      const bars = createBarReader(series, timeline)

      for (let at = 0; at < from; at++) views.advance(at)
      for (let at = from; at < to && broker.ruinedAt === null; at++) {
        moment.index = at
        moment.time = timeline.time[at]!
        broker.trade(moment, bars(at))
        views.advance(at)
        if (broker.ruinedAt === null && at < to - 1) {
          if (views.isReady) strategy.next(desk, state, params)
          broker.settle()
        } else if (broker.ruinedAt === null && rules.finalize) broker.finalize()
        equity[at - from] = broker.account.equity
      }
      return describe(broker, equity, moment)
    },
  }
}

/** The bars at a time, in records that are used again from time to time. */
function createBarReader(
  series: readonly TickerBars[],
  timeline: Timeline,
): (at: number) => readonly (MarketBar | null)[] {
  const records: MarketBar[] = series.map(() => ({ open: 0, high: 0, low: 0, close: 0 }))
  const present: (MarketBar | null)[] = series.map(() => null)
  return (at) => {
    for (let ticker = 0; ticker < series.length; ticker++) {
      const record = records[ticker]!
      present[ticker] = hasBar(timeline, ticker, at) ? record : null
      if (present[ticker] === null) continue
      const { open, high, low, close } = series[ticker]!.bars
      const own = timeline.last[ticker]![at]!
      record.open = open[own]!
      record.high = high[own]!
      record.low = low[own]!
      record.close = close[own]!
    }
    return present
  }
}

function describe(broker: Broker, equity: Float64Array, now: Moment): Simulation {
  const { account, ruinedAt, ambiguousBars, rejectedOrders } = broker
  return {
    equity,
    trades: [...account.trades, ...account.describeOpen(now)],
    commissions: account.commissions,
    ruinedAt,
    ambiguousBars,
    rejectedOrders,
  }
}
