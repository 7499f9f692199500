import { describe, expect, it } from 'vitest'
import { createEvaluator } from '../../../src/trading/evaluate.ts'
import { DEFAULT_RULES, type TradingRules } from '../../../src/trading/rules.ts'
import type { SignalStrategy } from '../../../src/trading/strategies/strategy.ts'
import { makeBars, type Ohlc } from '../../support/hand-made-bars.ts'

/** Signals written out: L long, S short, O out, · nothing, one a bar. */
function giving(signals: string): SignalStrategy {
  return {
    ...{ name: 'written', title: 'Written', about: '', source: '', parameters: [], constraint: null },
    ...{ tickers: 'one', form: 'signals' },
    signals(_columns, _params, out) {
      for (let i = 0; i < out.length; i++) out[i] = { L: 1, S: -1, O: 2 }[signals[i]!] ?? 0
      return 0
    },
  }
}

function trade(bars: readonly Ohlc[], signals: string, rules: Partial<TradingRules> = {}) {
  const series = [{ ticker: 'A', bars: makeBars(bars) }]
  const evaluator = createEvaluator(series, giving(signals), { ...DEFAULT_RULES, ...rules })
  return evaluator.simulate({}, { from: 0, to: bars.length })
}

/** Bars that stand still at a price. */
const flat = (...prices: number[]): Ohlc[] => prices.map((price) => [price, price, price, price])

describe('a signal', () => {
  it('fills at the next open, and turning round closes and opens there', () => {
    const bars: Ohlc[] = [
      [10, 10, 10, 10],
      [20, 25, 20, 25],
      [30, 30, 30, 30],
      [40, 40, 40, 35],
    ]
    const { simulation } = trade(bars, 'L·S·', { cash: 1_000 })
    expect(simulation.trades).toMatchObject([
      {
        size: 50,
        entry_index: 1,
        entry_price: 20,
        exit_index: 3,
        exit_price: 40,
        pnl: 1_000,
        exit_reason: 'signal',
      },
      {
        size: -50,
        entry_index: 3,
        entry_price: 40,
        exit_index: 3,
        exit_price: 35,
        pnl: 250,
        exit_reason: 'open',
      },
    ])
    expect(Array.from(simulation.equity)).toEqual([1_000, 1_250, 1_500, 2_250])
  })

  it('fills at its own close where the rules say so, and costs of that close are in its equity', () => {
    const rules = { cash: 1_000, fillAt: 'close', commissionFixed: 10 } as const
    const { simulation } = trade(flat(10, 11, 12, 13), 'L·O·', rules)
    // 990 buy 99 shares.
    expect(simulation.trades).toMatchObject([
      { size: 99, entry_index: 0, entry_price: 10, exit_index: 2, exit_price: 12, pnl: 178, commission: 20 },
    ])
    expect(Array.from(simulation.equity)).toEqual([990, 1_089, 1_178, 1_178])
  })

  it('on the last bar changes nothing, nor does one to hold what is held', () => {
    for (const fillAt of ['next-open', 'close'] as const) {
      const { simulation } = trade(flat(10, 10, 10, 10), 'LL·S', { fillAt })
      expect(simulation.trades).toMatchObject([{ size: 1_000, exit_reason: 'open' }])
    }
  })

  it('to go short only closes where shorting is not allowed', () => {
    const { simulation } = trade(flat(10, 10, 12, 12, 9, 9), 'SLS·S·', { allowShort: false })
    expect(simulation.trades).toMatchObject([
      { size: 833, entry_index: 2, exit_index: 3, exit_reason: 'signal' },
    ])
  })

  it('that cannot buy a single share is rejected and counted, after what was held is closed', () => {
    const { simulation } = trade(flat(10, 10, 6_000, 15_000, 15_000), 'LS·L·', {
      cash: 10_000,
      allowShort: true,
    })
    // 1,000 shares bought at 10 and sold at 6,000; 1,000 sold short lose nine million at 15,000.
    expect(simulation.trades).toMatchObject([
      { size: 1_000, exit_index: 2 },
      { size: -1_000, exit_reason: 'margin' },
    ])
    expect(simulation.ruinedAt).toBe(3)
    expect(trade(flat(20_000, 20_000, 20_000), 'L··').simulation.rejectedOrders).toBe(1)
  })
})

describe('costs', () => {
  it('of commission in percent and fixed are paid on both sides', () => {
    const rules = { cash: 1_020, commission: 0.01, commissionFixed: 5 }
    const { simulation } = trade(flat(10, 10, 20, 20), 'LO··', rules)
    // (1,020 − 5) / 10.1: 100 shares.
    const [one] = simulation.trades
    expect(one).toMatchObject({ size: 100, entry_price: 10, exit_price: 20 })
    expect(one!.commission).toBeCloseTo(15 + 25, 10)
    expect(one!.pnl).toBeCloseTo(960, 10)
    expect(one!.return_pct).toBeCloseTo(96, 10)
    expect(simulation.commissions).toBeCloseTo(40, 10)
  })

  it('of spread and slippage are in the prices: the spread at entry alone, slippage on both sides', () => {
    const rules = { spread: 0.02, slippage: 0.01 }
    const { simulation } = trade(flat(100, 100, 100, 100, 100), 'L·S··', { ...rules, finalize: true })
    const prices = simulation.trades.map((one) => [one.entry_price, one.exit_price])
    expect(prices).toEqual([
      [expect.closeTo(103, 10), expect.closeTo(99, 10)],
      [expect.closeTo(97, 10), expect.closeTo(101, 10)],
    ])
  })
})

describe('a position is as large', () => {
  const held = (rules: Partial<TradingRules>, prices = [100, 100, 100]) =>
    trade(flat(...prices), `${'·'.repeat(prices.length - 3)}L··`, rules).simulation.trades[0]?.size

  it('as its rule says', () => {
    expect(held({})).toBe(100)
    expect(held({ sizing: { method: 'fraction', fraction: 0.255 } })).toBe(25)
    expect(held({ sizing: { method: 'fraction', fraction: 0.255 }, wholeShares: false })).toBe(25.5)
    expect(held({ sizing: { method: 'shares', shares: 7 } })).toBe(7)
    expect(held({ sizing: { method: 'shares', shares: 101 } })).toBeUndefined()
    expect(held({ sizing: { method: 'cash', cash: 1_250 } })).toBe(12)
    expect(held({ margin: 0.5 })).toBe(200)
  })

  it('as brings its volatility to the target', () => {
    // Log returns ±log 1.01 over four bars: standard deviation 2/√3 · log 1.01 a day.
    const prices = [100, 101, 100, 101, 100, 100, 100]
    const annual = Math.sqrt(252) * (2 / Math.sqrt(3)) * Math.log(1.01)
    const sizing = { method: 'volatility', target: 0.05, window: 4 } as const
    expect(held({ sizing, wholeShares: false }, prices)).toBeCloseTo((10_000 * 0.05) / annual / 100, 8)
    expect(held({ sizing: { ...sizing, target: 9 } }, prices)).toBe(100)
    expect(held({ sizing: { ...sizing, window: 40 } }, prices)).toBeUndefined()
  })
})

describe('an exit by price', () => {
  const rules = { stopLoss: 0.1, takeProfit: 0.2 }
  const entry: Ohlc = [100, 100, 100, 100]
  const ended = (bar: Ohlc, more: Partial<TradingRules> = rules, signals = 'L··') =>
    trade([entry, entry, bar], signals, more).simulation

  it('fills at the stop or the target, or at the open where that is beyond it', () => {
    const long = (bar: Ohlc) => ended(bar).trades[0]
    expect(long([95, 95, 85, 90])).toMatchObject({ exit_price: 90, exit_reason: 'stop' })
    expect(long([80, 95, 80, 95])).toMatchObject({ exit_price: 80, exit_reason: 'stop' })
    expect(long([100, 125, 95, 110])).toMatchObject({ exit_price: 120, exit_reason: 'target' })
    expect(long([130, 130, 85, 110])).toMatchObject({ exit_price: 130, exit_reason: 'target' })
    const short = (bar: Ohlc) => ended(bar, rules, 'S··').trades[0]
    expect(short([100, 115, 95, 100])).toMatchObject({ exit_price: 110.00000000000001, exit_reason: 'stop' })
    expect(short([120, 120, 70, 100])).toMatchObject({ exit_price: 120, exit_reason: 'stop' })
    expect(short([100, 105, 70, 100])).toMatchObject({ exit_price: 80, exit_reason: 'target' })
    expect(short([70, 115, 70, 100])).toMatchObject({ exit_price: 70, exit_reason: 'target' })
  })

  it('takes the stop of a bar that reaches both, and counts it', () => {
    const both = ended([100, 125, 85, 100])
    expect(both.trades).toMatchObject([{ exit_price: 90, exit_reason: 'stop' }])
    expect(both.ambiguousBars).toBe(1)
    expect(ended([130, 130, 85, 110]).ambiguousBars).toBe(0)
  })

  it('may come on the bar of the entry, where that was at its open', () => {
    const bars: Ohlc[] = [entry, [100, 100, 80, 95], entry]
    expect(trade(bars, 'L··', rules).simulation.trades).toMatchObject([{ entry_index: 1, exit_index: 1 }])
    const atClose = trade([[100, 100, 80, 100], entry, entry], 'L··', { ...rules, fillAt: 'close' })
    expect(atClose.simulation.trades).toMatchObject([{ exit_reason: 'open' }])
  })

  it('slips at a stop, not at a target', () => {
    const slipping = { ...rules, slippage: 0.01 }
    expect(ended([101, 101, 85, 90], slipping).trades[0]!.exit_price).toBeCloseTo(101 * 0.9 * 0.99, 10)
    expect(ended([101, 130, 101, 101], slipping).trades[0]!.exit_price).toBeCloseTo(101 * 1.2, 10)
  })

  it('follows the best close before the bar, from the entry price on', () => {
    const bars: Ohlc[] = [entry, entry, [110, 130, 110, 120], [120, 121, 109, 112], [105, 106, 100, 100]]
    const { simulation } = trade(bars, 'L····', { trailingStop: 0.1 })
    // 0.9 · 120 is not reached at 109; the next open is below it.
    expect(simulation.trades).toMatchObject([{ exit_index: 4, exit_price: 105, exit_reason: 'trail' }])
    const tight = trade(bars, 'L····', { trailingStop: 0.5, stopLoss: 0.05, takeProfit: 0.25 })
    expect(tight.simulation.trades).toMatchObject([{ exit_index: 2, exit_price: 125, exit_reason: 'target' }])
  })

  it('leaves the account in cash until the next signal', () => {
    const bars: Ohlc[] = [entry, [100, 100, 85, 95], [95, 95, 95, 95], entry, entry, [110, 110, 110, 110]]
    const { simulation } = trade(bars, 'L··L··', rules)
    expect(simulation.trades.map(({ entry_index, exit_reason }) => [entry_index, exit_reason])).toEqual([
      [1, 'stop'],
      [4, 'open'],
    ])
    expect(Array.from(simulation.equity)).toEqual([10_000, 9_000, 9_000, 9_000, 9_000, 9_900])
  })
})

describe('the end', () => {
  it('closes what is open at the last open, at the last close where fills are there or a fold ends, or leaves it and values it', () => {
    const bars: Ohlc[] = [
      [10, 10, 10, 10],
      [10, 10, 10, 10],
      [12, 15, 12, 15],
    ]
    const end = (rules: Partial<TradingRules>) => trade(bars, 'L··', rules)
    const finalized = end({ finalize: true })
    expect(finalized.simulation.trades).toMatchObject([{ exit_price: 12, exit_reason: 'end' }])
    expect(finalized.stats).toMatchObject({ equity_final: 12_000, trades: 1 })
    expect(end({ finalize: true, fillAt: 'close' }).simulation.trades).toMatchObject([{ exit_price: 15 }])
    const ofFold = end({ finalize: 'fold' })
    expect(ofFold.simulation.trades).toMatchObject([{ exit_price: 15, exit_reason: 'fold' }])
    expect(ofFold.stats).toMatchObject({ equity_final: 15_000, trades: 1 })
    const open = end({})
    expect(open.simulation.trades).toMatchObject([{ exit_price: 15, exit_reason: 'open', pnl: 5_000 }])
    expect(open.stats).toMatchObject({
      equity_final: 15_000,
      trades: 0,
      win_rate_pct: null,
      exposure_time_pct: 0,
    })
  })

  it('comes on the close on which nothing is left, whatever is signalled afterwards', () => {
    const { simulation, stats } = trade(flat(10, 10, 15, 25, 5, 5), 'S··L··', { commission: 0.001 })
    expect(simulation.ruinedAt).toBe(3)
    expect(simulation.trades).toMatchObject([{ exit_index: 3, exit_price: 25, exit_reason: 'margin' }])
    expect(Array.from(simulation.equity.slice(3))).toEqual([0, 0, 0])
    expect(stats).toMatchObject({ return_pct: -100, max_drawdown_pct: -100, beta: null, equity_final: 0 })
  })

  it('of a position bought on margin comes by a call, before the money is gone', () => {
    // 200 shares at 100 on 10,000: at 60 equity is 2,000, below half of half of 12,000.
    const { simulation } = trade(flat(100, 100, 70, 60, 58, 58), 'L·····', { margin: 0.5 })
    expect(simulation.trades).toMatchObject([
      { exit_index: 4, exit_price: 58, exit_reason: 'margin', size: 200 },
    ])
    expect(simulation.ruinedAt).toBeNull()
    expect(simulation.equity.at(-1)).toBe(1_600)
  })
})
