import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMarket, frameMarket } from '../../../src/trading/measures/market-frame.ts'
import { logTrades } from '../../../src/trading/measures/trade-log.ts'
import { createStatisticsWriter, nameRow } from '../../../src/trading/measures/write-statistics.ts'
import type { SimulatedTrade } from '../../../src/trading/simulation.ts'
import { STATISTICS } from '../../../src/trading/statistics.ts'

const DAY_MS = 86_400_000
const MONDAY = Date.UTC(2024, 0, 1)

/** Days on end from a Monday, or weekdays alone. */
function timesOf(count: number, isEveryDay = false): Float64Array {
  return Float64Array.from(
    { length: count },
    (_, i) => MONDAY + (isEveryDay ? i : i + 2 * Math.floor(i / 5)) * DAY_MS,
  )
}

function measure(
  equity: readonly number[],
  options: {
    close?: readonly number[]
    trades?: readonly Partial<SimulatedTrade>[]
    isEveryDay?: boolean
  } = {},
) {
  const { close = equity.map((_, i) => 100 + (i % 3)), trades = [], isEveryDay } = options
  const market = createMarket(timesOf(equity.length, isEveryDay), Float64Array.from(close))
  const frame = frameMarket(market, { from: 0, to: equity.length })
  const row = new Float64Array(STATISTICS.length)
  const ruinedAt = equity.findIndex((value) => value <= 0)
  createStatisticsWriter()(
    frame,
    {
      ...{ cash: equity[0]!, equity: Float64Array.from(equity), firstMove: 1, ruinedAt, heldFrom: 0 },
      log: logTrades(trades as SimulatedTrade[]),
    },
    row,
    0,
  )
  return nameRow(frame, row)
}

const deal = (
  size: number,
  entry: number,
  exit: number,
  bars: readonly [number, number],
  commission = 0,
) => ({
  ...{ size, entry_price: entry, exit_price: exit, entry_index: bars[0], exit_index: bars[1], commission },
  exit_reason: 'signal' as const,
})

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => sum(values) / values.length
const covariance = (a: readonly number[], b: readonly number[]) =>
  sum(a.map((value, i) => (value - mean(a)) * (b[i]! - mean(b)))) / (a.length - 1)

/** The definitions written out, bar by bar and without a thought for speed. */
function defineAccount(equity: readonly number[], close: readonly number[]) {
  const step = <T>(make: (now: number, before: number) => T, of: readonly number[]) =>
    of.slice(1).map((value, i) => make(value, of[i]!))
  const returns = step((now, before) => now / before - 1, equity)
  const growth = Math.exp(mean(returns.map((one) => Math.log(1 + one)))) - 1
  const annual = (1 + growth) ** 252 - 1
  const volatility = Math.sqrt(
    (covariance(returns, returns) + (1 + growth) ** 2) ** 252 - (1 + growth) ** 504,
  )
  const logs = [equity, close].map((of) => step((now, before) => Math.log(now / before), of))
  const beta = covariance(logs[0]!, logs[1]!) / covariance(logs[1]!, logs[1]!)
  const depths = equity.map((value, i) => 1 - value / Math.max(...equity.slice(0, i + 1)))
  return {
    return_ann_pct: 100 * annual,
    volatility_ann_pct: 100 * volatility,
    sharpe_ratio: annual / volatility,
    sortino_ratio: annual / (Math.sqrt(mean(returns.map((one) => Math.min(one, 0) ** 2))) * Math.sqrt(252)),
    calmar_ratio: annual / Math.max(...depths),
    max_drawdown_pct: -100 * Math.max(...depths),
    beta,
    alpha_pct: 100 * (equity.at(-1)! / equity[0]! - 1 - beta * (close.at(-1)! / close[0]! - 1)),
  }
}

describe('the statistics of an account', () => {
  it('are what their definitions written out say, over any equity and market', () => {
    const move = fc.integer({ min: -350_000, max: 500_000 }).map((millionths) => millionths / 1e6)
    const moves = fc.array(move, { minLength: 8, maxLength: 60 })
    const walk = (steps: readonly number[]) =>
      steps.reduce<number[]>((values, step) => [...values, values.at(-1)! * (1 + step)], [10_000])
    fc.assert(
      fc.property(moves, moves, (steps, others) => {
        const length = Math.min(steps.length, others.length)
        const [equity, close] = [walk(steps.slice(0, length)), walk(others.slice(0, length))]
        const stats = measure(equity, { close })
        const defined = defineAccount(equity, close)
        // Where market or account hardly move, both sides are rounding.
        const isMoving = Math.max(...others.slice(0, length).map(Math.abs)) > 0.01
        fc.pre(isMoving && defined.max_drawdown_pct < -0.01 && Number.isFinite(defined.volatility_ann_pct))
        const apart = Object.entries(defined).filter(([name, value]) => {
          const distance = Math.abs(stats[name as keyof typeof defined]! - value)
          return !(distance <= 1e-7 * Math.max(1e-3, Math.abs(value)))
        })
        expect(apart).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('tell drawdowns from the peak to the bar that reaches it again, or to the last', () => {
    // −10 % over three days to Thursday, −20 % over the weekend, −10 % still open after four bars.
    const stats = measure([100, 90, 95, 100, 110, 88, 110, 99, 108, 104.5, 105])
    expect(stats.max_drawdown_pct).toBeCloseTo(-20, 10)
    expect(stats.avg_drawdown_pct).toBeCloseTo(-40 / 3, 10)
    // Friday to Tuesday is four days, Tuesday to the Monday after it six.
    expect(stats.max_drawdown_duration_days).toBe(6)
    expect(stats.avg_drawdown_duration_days).toBe(Math.ceil((3 + 4 + 6) / 3))
    expect(stats.equity_peak).toBe(110)
  })

  it('count a fall on the last bar alone for the deepest, and give no duration to it', () => {
    const stats = measure([100, 101, 102, 51])
    expect(stats.max_drawdown_pct).toBeCloseTo(-50, 10)
    expect(stats.avg_drawdown_pct).toBeCloseTo(-50, 10)
    expect(stats.max_drawdown_duration_days).toBeNull()
  })

  it('are null where nothing moved, and 0 where that is what they are', () => {
    expect(measure([100, 100, 100, 100])).toMatchObject({
      ...{ return_pct: 0, return_ann_pct: 0, volatility_ann_pct: 0, max_drawdown_pct: 0, beta: 0, trades: 0 },
      ...{ sharpe_ratio: null, sortino_ratio: null, calmar_ratio: null, avg_drawdown_pct: null, sqn: null },
      ...{ avg_trade_duration_days: null, best_trade_pct: null, win_rate_pct: null, commissions: 0 },
    })
  })

  it('grow at the rate of an account that grows at one rate', () => {
    const stats = measure(Array.from({ length: 100 }, (_, i) => 1_000 * 1.001 ** i))
    expect(stats.return_ann_pct).toBeCloseTo(100 * (1.001 ** 252 - 1), 8)
    expect(stats.sortino_ratio).toBeNull()
    const everyDay = measure(
      Array.from({ length: 100 }, (_, i) => 1_000 * 1.001 ** i),
      { isEveryDay: true },
    )
    expect(everyDay.return_ann_pct).toBeCloseTo(100 * (1.001 ** 365 - 1), 8)
    expect(everyDay.cagr_pct).toBeCloseTo(100 * (1.001 ** 365.25 - 1), 8)
  })
})

describe('the statistics of trades', () => {
  it('are those of their returns and profits', () => {
    const trades = [
      deal(10, 100, 110, [1, 3], 5),
      deal(-10, 110, 121, [3, 4], 10),
      deal(5, 100, 140, [6, 8]),
      { ...deal(1, 1, 99, [9, 9]), exit_reason: 'open' as const },
    ]
    const stats = measure(new Array<number>(10).fill(1_000), { trades })
    const profits = [95, -120, 200]
    const returns = [0.095, -120 / 1_100, 0.4]
    const deviation = Math.sqrt(covariance(profits, profits))
    const figures = {
      ...{
        trades: 3,
        commissions: 15,
        win_rate_pct: 200 / 3,
        best_trade_pct: 40,
        worst_trade_pct: -1_200 / 110,
      },
      avg_trade_pct: 100 * (Math.cbrt(returns.reduce((all, one) => all * (1 + one), 1)) - 1),
      expectancy_pct: 100 * mean(returns),
      profit_factor: 0.495 / (120 / 1_100),
      sqn: (Math.sqrt(3) * mean(profits)) / deviation,
      kelly_criterion: 2 / 3 - 1 / 3 / (147.5 / 120),
      ...{ exposure_time_pct: 70, max_trade_duration_days: 2, avg_trade_duration_days: 2 },
    }
    for (const [name, value] of Object.entries(figures)) {
      expect(stats[name as keyof typeof figures], name).toBeCloseTo(value, 9)
    }
  })

  it('count the bars of trades held side by side once, whatever order they ended in', () => {
    const trades = [
      deal(1, 1, 2, [4, 5]),
      deal(1, 1, 2, [1, 6]),
      deal(1, 1, 2, [8, 8]),
      deal(1, 1, 2, [0, 9]),
    ]
    const exposed = (count: number) =>
      measure(new Array<number>(20).fill(1), { trades: trades.slice(0, count) }).exposure_time_pct
    expect([1, 2, 3, 4].map(exposed)).toEqual([10, 30, 35, 50])
  })

  it('say that all is lost where one trade lost it, and nothing of deviation where all are equal', () => {
    const lost = measure([1, 1, 1], { trades: [deal(1, 10, 5, [0, 1]), deal(-1, 10, 20, [1, 2])] })
    expect(lost.avg_trade_pct).toBe(0)
    expect(lost.kelly_criterion).toBeNull()
    const equal = measure([1, 1, 1], { trades: [deal(1, 10, 11.1, [0, 1]), deal(1, 10, 11.1, [1, 2])] })
    expect(equal).toMatchObject({ sqn: null, profit_factor: null, kelly_criterion: null, win_rate_pct: 100 })
  })

  it('hold for more growth than a number can', () => {
    const trades = Array.from({ length: 400 }, () => deal(1, 1, 11, [0, 1]))
    expect(measure([1, 1, 1], { trades }).avg_trade_pct).toBeCloseTo(1_000, 8)
  })
})
