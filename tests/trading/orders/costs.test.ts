import { describe, expect, it } from 'vitest'
import type { TradingRules } from '../../../src/trading/rules.ts'
import type { OrderRequest } from '../../../src/trading/strategies/bar-desk.ts'
import { tradeScript } from '../../support/bar-script.ts'
import type { Ohlc } from '../../support/hand-made-bars.ts'

const flat = (price: number): Ohlc => [price, price, price, price]

/** Ten shares in at the open of bar 1, at 100, out at the open of bar 3, at 110. */
function roundTrip(side: 'buy' | 'sell', rules: Partial<TradingRules>, order: OrderRequest = {}) {
  const run = tradeScript(
    [flat(100), flat(100), flat(100), flat(110), flat(110)],
    { 0: (desk) => desk[side]({ size: 10, ...order }), 2: (desk) => desk.close() },
    rules,
  )
  const [trade] = run.trades
  return {
    ...{ in: trade!.entry_price, out: trade!.exit_price, pnl: trade!.pnl, commission: trade!.commission },
    ...{ pct: trade!.return_pct, equity: [...run.equity], commissions: run.commissions },
  }
}

describe('a round trip of ten shares from 100 to 110', () => {
  it.each([
    ['free of cost', 'buy', {}, 100, 110, 100, 0],
    ['short, free of cost', 'sell', {}, 100, 110, -100, 0],
    // 0.01 · 1,000 + 0.01 · 1,100 = 21
    ['commission of 1 %', 'buy', { commission: 0.01 }, 100, 110, 79, 21],
    ['short, commission of 1 %', 'sell', { commission: 0.01 }, 100, 110, -121, 21],
    ['commission of 5 an order', 'buy', { commissionFixed: 5 }, 100, 110, 90, 10],
    ['both commissions', 'buy', { commission: 0.01, commissionFixed: 5 }, 100, 110, 69, 31],
    // Paid once, at entry: 10 · 1 = 10
    ['spread of 1 %', 'buy', { spread: 0.01 }, 101, 110, 90, 0],
    ['short, spread of 1 %', 'sell', { spread: 0.01 }, 99, 110, -110, 0],
    // In at 101, out at 108.9
    ['slippage of 1 %', 'buy', { slippage: 0.01 }, 101, 108.9, 79, 0],
    ['short, slippage of 1 %', 'sell', { slippage: 0.01 }, 99, 111.1, -121, 0],
    // In at 103, out at 108.9; commission 0.01 · (1,030 + 1,089) + 2 · 5 = 31.19; 59 − 31.19
    [
      'all of them',
      'buy',
      { commission: 0.01, commissionFixed: 5, spread: 0.02, slippage: 0.01 },
      103,
      108.9,
      27.81,
      31.19,
    ],
  ] as const)('%s', (_name, side, rules, entry, exit, pnl, commission) => {
    const trip = roundTrip(side, rules)
    expect(trip.in).toBeCloseTo(entry, 10)
    expect(trip.out).toBeCloseTo(exit, 10)
    expect(trip.pnl).toBeCloseTo(pnl, 10)
    expect(trip.commission).toBeCloseTo(commission, 10)
    expect(trip.commissions).toBeCloseTo(commission, 10)
    expect(trip.pct).toBeCloseTo((100 * pnl) / (10 * entry), 10)
    expect(trip.equity.at(-1)).toBeCloseTo(10_000 + pnl, 9)
  })

  it('shows what the entry costs on the bar of the entry', () => {
    // 10 · 101 · 0.01 = 10.1 of commission, 10 of spread
    expect(roundTrip('buy', { commission: 0.01, spread: 0.01 }).equity[1]).toBeCloseTo(9_979.9, 10)
  })

  it('a limit pays the spread and no slippage', () => {
    expect(roundTrip('buy', { spread: 0.01, slippage: 0.05 }, { limit: 100 }).in).toBe(101)
  })
})

describe('a fixed commission', () => {
  it('falls once on an order that ends several purchases, and on each order of a reversal', () => {
    const run = tradeScript(
      [flat(100), flat(100), flat(100), flat(100), flat(100)],
      {
        0: (desk) => desk.buy({ size: 10 }),
        1: (desk) => desk.buy({ size: 30 }),
        2: (desk) => desk.sell({ size: 50 }),
      },
      { commissionFixed: 8 },
    )
    // Two purchases, one closing sale shared by shares (2 and 6), one opening sale.
    expect(run.trades.map(({ size, commission }) => [size, commission])).toEqual([
      [10, 10],
      [30, 14],
      [-10, 8],
    ])
    expect(run.commissions).toBe(32)
  })

  it('of a purchase goes with its shares when a part of it is sold', () => {
    const run = tradeScript(
      [flat(100), flat(100), flat(100), flat(100)],
      { 0: (desk) => desk.buy({ size: 10 }), 1: (desk) => desk.sell({ size: 4 }) },
      { commissionFixed: 10 },
    )
    // 4 of 10 shares bear 4 of the entry's 10, and the sale's 10.
    expect(run.trades.map(({ size, commission }) => [size, commission])).toEqual([
      [4, 14],
      [6, 6],
    ])
  })
})
