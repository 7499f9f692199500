import { describe, expect, it } from 'vitest'
import { realisedVolatility } from '../../../src/market/indicators/index.ts'
import type { TradingRules } from '../../../src/trading/rules.ts'
import { sumUpTrades, tradeScript } from '../../support/bar-script.ts'
import { makeBars, type Ohlc } from '../../support/hand-made-bars.ts'
import { makeRandomBars } from '../../support/random-bars.ts'

const flat = (price: number): Ohlc => [price, price, price, price]
const last = (values: Float64Array) => values.at(-1)!

describe('closed forms', () => {
  /** Opens where it closed, 0.1 % up each bar. */
  const growing = Array.from({ length: 251 }, (_, i): Ohlc => flat(100 * 1.001 ** i))
  const fractional = { wholeShares: false }

  it('constant growth: all of it held from the second bar grows as the price does', () => {
    const { equity } = tradeScript(growing, { 0: (desk) => desk.buy() }, fractional)
    expect(last(equity) / (10_000 * 1.001 ** 249)).toBeCloseTo(1, 12)
  })

  it('with commission c: what is bought is cash / (1 + c)', () => {
    const { equity } = tradeScript(growing, { 0: (desk) => desk.buy() }, { ...fractional, commission: 0.01 })
    expect(last(equity) / ((10_000 / 1.01) * 1.001 ** 249)).toBeCloseTo(1, 12)
  })

  it('with a fixed commission f: what is bought is cash − f', () => {
    const { equity } = tradeScript(
      growing,
      { 0: (desk) => desk.buy() },
      { ...fractional, commissionFixed: 100 },
    )
    expect(last(equity) / (9_900 * 1.001 ** 249)).toBeCloseTo(1, 12)
  })

  it('with leverage L: equity is cash · (1 + L · growth)', () => {
    const { equity } = tradeScript(growing, { 0: (desk) => desk.buy() }, { ...fractional, margin: 0.25 })
    expect(last(equity) / (10_000 * (1 + 4 * (1.001 ** 249 - 1)))).toBeCloseTo(1, 12)
  })

  it('short: equity is cash · (1 − growth), for the proceeds are not put to work', () => {
    const { equity } = tradeScript(growing, { 0: (desk) => desk.sell() }, fractional)
    expect(last(equity) / (10_000 * (1 - (1.001 ** 249 - 1)))).toBeCloseTo(1, 12)
  })

  it('buy and hold in whole shares: the rest stays cash', () => {
    const bars = makeRandomBars(200, 'hold')
    const rows = Array.from(bars.time, (_, i): Ohlc => [
      bars.open[i]!,
      bars.high[i]!,
      bars.low[i]!,
      bars.close[i]!,
    ])
    const shares = Math.floor(10_000 / bars.open[1]!)
    const { equity } = tradeScript(rows, { 0: (desk) => desk.buy() })
    for (let i = 1; i < 200; i++)
      expect(equity[i]).toBeCloseTo(10_000 + shares * (bars.close[i]! - bars.open[1]!), 8)
  })
})

describe('sizing by volatility', () => {
  it('reads the volatility of the close that the order was decided on', () => {
    const rows = [100, 101, 99, 102, 100, 180, 180].map(flat)
    const closes = makeBars(rows).close
    const sizing = { method: 'volatility', target: 0.05, window: 3 } as const
    const run = tradeScript(rows, { 4: (desk) => desk.buy() }, { sizing })
    // Filled on bar 5, whose jump to 180 is not yet known.
    const volatility = realisedVolatility(closes, 3)[4]!
    expect(run.trades[0]!.size).toBe(Math.floor((10_000 * 0.05) / volatility / 180))
    expect(run.trades[0]!.size).toBeGreaterThan(0)
  })

  it('rejects where there are too few bars to know', () => {
    const sizing = { method: 'volatility', target: 0.05, window: 3 } as const
    const run = tradeScript([100, 101, 99].map(flat), { 0: (desk) => desk.buy() }, { sizing })
    expect([run.trades, run.rejectedOrders]).toEqual([[], 1])
  })
})

describe('orders that cannot be paid for', () => {
  it('are rejected and counted, whatever is held the other way is closed', () => {
    const rows = [100, 100, 100, 100, 100].map(flat)
    const run = tradeScript(rows, {
      0: (desk) => desk.buy({ size: 101 }),
      1: (desk) => desk.buy({ size: 10 }),
      2: (desk) => desk.sell({ size: 500 }),
    })
    expect(run.rejectedOrders).toBe(2)
    expect(sumUpTrades(run)).toEqual([[10, 2, 100, 3, 100, 'signal']])
  })

  it('a second purchase is paid from what the first has left', () => {
    const rows = [100, 100, 100, 100].map(flat)
    const run = tradeScript(rows, {
      0: (desk) => desk.buy({ size: 0.3 }),
      1: (desk) => {
        desk.buy({ size: 0.5 })
        desk.buy({ size: 36 })
      },
    })
    // 30 shares; then half of 7,000: 35; then 3,500 is left, which does not pay for 36.
    expect(run.trades.map(({ size }) => size)).toEqual([30, 35])
    expect(run.rejectedOrders).toBe(1)
  })
})

describe('cash and holdings', () => {
  it('a long position is paid for, a short one cashed in; borrowed money is cash below 0', () => {
    const seen: number[][] = []
    const look = (desk: { cash: number; equity: number; position(): { size: number; profit: number } }) =>
      void seen.push([desk.position().size, desk.cash, desk.equity, desk.position().profit])
    const rows = [100, 100, 110, 110].map(flat)
    const run = (rules: Partial<TradingRules>, side: 'buy' | 'sell') =>
      tradeScript(rows, { 0: (desk) => desk[side](), 1: look, 2: look }, rules)
    run({}, 'buy')
    run({}, 'sell')
    run({ margin: 0.5 }, 'buy')
    expect(seen).toEqual([
      [100, 0, 10_000, 0],
      [100, 0, 11_000, 1_000],
      [-100, 20_000, 10_000, 0],
      [-100, 20_000, 9_000, -1_000],
      [200, -10_000, 10_000, 0],
      [200, -10_000, 12_000, 2_000],
    ])
  })
})

describe('a call for margin', () => {
  // 4 times: 400 shares at 100. Called where equity is under an eighth of the value: 10,000 + 400 (p − 100) < 50 p,
  // so below 85.71.
  const rules = { margin: 0.25 }

  it('closes at the next open what a close has brought under the maintenance margin', () => {
    const rows = [flat(100), flat(100), flat(86), flat(85), flat(84), flat(90)]
    const run = tradeScript(rows, { 0: (desk) => desk.buy() }, rules)
    expect(sumUpTrades(run)).toEqual([[400, 1, 100, 4, 84, 'margin']])
    expect(last(run.equity)).toBe(10_000 - 400 * 16)
  })

  it('at that close, where fills are at the close', () => {
    const rows = [flat(100), flat(86), flat(85), flat(84), flat(90)]
    const run = tradeScript(rows, { 0: (desk) => desk.buy() }, { ...rules, fillAt: 'close' })
    expect(sumUpTrades(run)).toEqual([[400, 0, 100, 2, 85, 'margin']])
  })

  it('comes before any other order and cannot be cancelled', () => {
    const rows = [flat(100), flat(100), flat(85), flat(84), flat(90)]
    const run = tradeScript(
      rows,
      {
        0: (desk) => desk.buy(),
        2: (desk) => {
          desk.cancel()
          desk.sell({ size: 410 })
        },
      },
      rules,
    )
    // 3,600 is left at 84, which with margin pays for 171 shares: not for 410.
    expect(sumUpTrades(run)).toEqual([[400, 1, 100, 3, 84, 'margin']])
    expect(run.rejectedOrders).toBe(1)
  })

  it('is not made without leverage: a short may lose until nothing is left', () => {
    const run = tradeScript([100, 100, 150, 190, 190].map(flat), { 0: (desk) => desk.sell() })
    expect(sumUpTrades(run)).toEqual([[-100, 1, 100, 4, 190, 'open']])
  })
})

describe('ruin', () => {
  it('ends the run on the close that brought equity to 0 or below; what is owed beyond is not asked for', () => {
    let calls = 0
    const rows = [100, 100, 150, 210, 50, 50].map(flat)
    const count = () => void calls++
    const run = tradeScript(rows, { 0: (desk) => desk.sell(), 1: count, 2: count, 3: count, 4: count })
    expect(run.ruinedAt).toBe(3)
    expect(sumUpTrades(run)).toEqual([[-100, 1, 100, 3, 210, 'margin']])
    expect([...run.equity]).toEqual([10_000, 10_000, 5_000, 0, 0, 0])
    expect(calls).toBe(2)
  })
})

describe('finalising', () => {
  const rows: Ohlc[] = [flat(100), flat(100), [104, 112, 103, 110]]

  it('closes what is open at the open of the last bar, which is valued and not traded without it', () => {
    const held = tradeScript(rows, { 0: (desk) => desk.buy() }, { commission: 0.01 })
    // 99 shares at 100, of which 99 is paid in commission; valued at 110.
    expect(sumUpTrades(held)).toEqual([[99, 1, 100, 2, 110, 'open']])
    expect([held.commissions, last(held.equity), held.trades[0]!.pnl]).toEqual([99, 10_891, 891])
    const closed = tradeScript(rows, { 0: (desk) => desk.buy() }, { finalize: true })
    expect(sumUpTrades(closed)).toEqual([[100, 1, 100, 2, 104, 'end']])
    expect(last(closed.equity)).toBe(10_400)
  })

  it('at its close where fills are at the close, and for what was opened inside that bar', () => {
    const atClose = tradeScript(rows, { 0: (desk) => desk.buy() }, { finalize: true, fillAt: 'close' })
    expect(sumUpTrades(atClose)).toEqual([[100, 0, 100, 2, 110, 'end']])
    const inside = tradeScript(rows, { 0: (desk) => desk.buy({ size: 10, stop: 106 }) }, { finalize: true })
    expect(sumUpTrades(inside)).toEqual([[10, 2, 106, 2, 110, 'end']])
  })
})
