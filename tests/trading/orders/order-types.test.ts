import { describe, expect, it } from 'vitest'
import type { BarDesk, OrderRequest } from '../../../src/trading/strategies/bar-desk.ts'
import type { Ohlc } from '../../support/hand-made-bars.ts'
import { sumUpTrades, tradeScript } from '../../support/bar-script.ts'

/** A quiet bar around 100. */
const QUIET: Ohlc = [100, 101, 99, 100]

/** Where an order given on the close of bar 0 fills on the bars after it; null where it does not. */
function fillOf(
  side: 'buy' | 'sell',
  order: OrderRequest,
  ...rows: Ohlc[]
): [bar: number, price: number] | null {
  const { trades } = tradeScript([QUIET, ...rows, QUIET], { 0: (desk) => desk[side]({ size: 10, ...order }) })
  expect(trades.length).toBeLessThan(2)
  const [trade] = trades
  return trade === undefined ? null : [trade.entry_index, trade.entry_price]
}

describe('a market order', () => {
  it('fills at the next open', () => {
    expect(fillOf('buy', {}, [102, 103, 101, 102])).toEqual([1, 102])
    expect(fillOf('sell', {}, [97, 98, 96, 97])).toEqual([1, 97])
  })

  it('fills at the close it was decided on, where the rules say so', () => {
    const rows: Ohlc[] = [[100, 105, 99, 104], [107, 110, 106, 109], QUIET]
    const run = tradeScript(rows, { 0: (desk) => desk.buy({ size: 10 }) }, { fillAt: 'close' })
    // In at 104: 10 shares, worth 5 more each on the second close, 4 less on the third.
    expect(sumUpTrades(run)).toEqual([[10, 0, 104, 2, 100, 'open']])
    expect([...run.equity]).toEqual([10_000, 10_050, 9_960])
  })

  it('is not filled when there is no bar after it, nor on the close of the last bar', () => {
    for (const fillAt of ['next-open', 'close'] as const)
      expect(tradeScript([QUIET, QUIET], { 1: (desk) => desk.buy() }, { fillAt }).trades).toEqual([])
  })
})

describe('a limit order', () => {
  it.each([
    ['buy', 95, 'reached inside the bar: at the limit', [100, 101, 94, 96], [1, 95]],
    ['buy', 95, 'reached exactly: at the limit', [100, 101, 95, 96], [1, 95]],
    ['buy', 95, 'gapped through: at the open, which is better', [90, 97, 89, 96], [1, 90]],
    ['buy', 95, 'not reached: no fill', [100, 101, 96, 96], null],
    ['buy', 105, 'above the market: at the open', [100, 101, 96, 96], [1, 100]],
    ['sell', 105, 'reached inside the bar: at the limit', [100, 106, 99, 101], [1, 105]],
    ['sell', 105, 'gapped through: at the open, which is better', [110, 112, 104, 106], [1, 110]],
    ['sell', 105, 'not reached: no fill', [100, 104, 99, 101], null],
  ] as const)('to %s at %d, %s', (side, limit, _name, row, fill) => {
    expect(fillOf(side, { limit }, row)).toEqual(fill)
  })

  it('waits until it is reached', () => {
    expect(fillOf('buy', { limit: 95 }, QUIET, QUIET, [100, 101, 94, 96])).toEqual([3, 95])
  })
})

describe('a stop order', () => {
  it.each([
    ['buy', 105, 'touched inside the bar: at the stop', [100, 106, 99, 104], [1, 105]],
    ['buy', 105, 'gapped through: at the open, which is worse', [110, 112, 104, 106], [1, 110]],
    ['buy', 105, 'not touched: no fill', [100, 104, 99, 101], null],
    ['sell', 95, 'touched inside the bar: at the stop', [100, 101, 94, 96], [1, 95]],
    ['sell', 95, 'gapped through: at the open, which is worse', [90, 97, 89, 96], [1, 90]],
    ['sell', 95, 'not touched: no fill', [100, 101, 96, 96], null],
  ] as const)('to %s at %d, %s', (side, stop, _name, row, fill) => {
    expect(fillOf(side, { stop }, row)).toEqual(fill)
  })
})

describe('a stop-limit order', () => {
  it.each([
    ['touched inside, the limit allows it: at the stop', 105, 107, [100, 106, 99, 104], [1, 105]],
    ['gapped to within the limit: at the open', 105, 107, [106, 108, 104, 107], [1, 106]],
    ['gapped beyond the limit and come back: at the limit', 105, 107, [110, 112, 106, 111], [1, 107]],
    ['gapped beyond the limit and stayed: no fill', 105, 107, [110, 112, 109, 111], null],
    ['not touched: no fill', 105, 107, [100, 104, 99, 101], null],
    [
      'limit below the stop, closed below it: the price came back, at the limit',
      105,
      103,
      [100, 106, 99, 102],
      [1, 103],
    ],
    ['limit below the stop, closed above it: nobody knows, no fill', 105, 103, [100, 106, 99, 104], null],
  ] as const)('to buy, %s', (_name, stop, limit, row, fill) => {
    expect(fillOf('buy', { stop, limit, goodForBars: 1 }, row)).toEqual(fill)
  })

  it.each([
    ['touched inside, the limit allows it: at the stop', 95, 93, [100, 101, 94, 96], [1, 95]],
    ['gapped beyond the limit and come back: at the limit', 95, 93, [90, 94, 88, 89], [1, 93]],
    ['gapped beyond the limit and stayed: no fill', 95, 93, [90, 91, 88, 89], null],
  ] as const)('to sell, %s', (_name, stop, limit, row, fill) => {
    expect(fillOf('sell', { stop, limit, goodForBars: 1 }, row)).toEqual(fill)
  })

  it('is a limit order from the bar after its stop was touched', () => {
    const touched: Ohlc = [100, 106, 99, 104]
    // Touched on bar 1 with a limit of 103 below; bar 2 comes down to it without touching 105 again.
    expect(fillOf('buy', { stop: 105, limit: 103 }, touched, [104, 104.5, 102, 104])).toEqual([2, 103])
  })

  it('with slippage pays no more than its limit', () => {
    const run = (limit: number) =>
      tradeScript(
        [QUIET, [100, 106, 99, 104], QUIET],
        { 0: (desk) => desk.buy({ size: 10, stop: 105, limit }) },
        { slippage: 0.01 },
      ).trades[0]!.entry_price
    // 105 · 1.01 = 106.05
    expect(run(107)).toBeCloseTo(106.05, 12)
    expect(run(106)).toBe(106)
  })
})

describe('an order that waits', () => {
  const reached: Ohlc = [100, 101, 94, 96]

  it('is withdrawn after its bars', () => {
    expect(fillOf('buy', { limit: 95, goodForBars: 2 }, QUIET, reached)).toEqual([2, 95])
    expect(fillOf('buy', { limit: 95, goodForBars: 2 }, QUIET, QUIET, reached)).toBeNull()
  })

  it('can be cancelled by its number, or with all others', () => {
    let first = 0
    const place = (desk: BarDesk) => {
      first = desk.buy({ size: 1, limit: 95 })
      desk.buy({ size: 2, limit: 95 })
    }
    const sizes = (cancel: (desk: BarDesk) => void) =>
      tradeScript([QUIET, QUIET, reached, QUIET], { 0: place, 1: cancel }).trades.map(({ size }) => size)
    expect(sizes(() => {})).toEqual([1, 2])
    expect(sizes((desk) => desk.cancel(first))).toEqual([2])
    expect(sizes((desk) => desk.cancel())).toEqual([])
  })
})

describe('an order against a position', () => {
  const up: Ohlc = [110, 111, 109, 110]

  it('without a size closes it and opens the other side with all that is there then', () => {
    const run = tradeScript([QUIET, QUIET, up, up], { 0: (desk) => desk.buy(), 1: (desk) => desk.sell() })
    // 100 shares at 100, out at 110: 11,000, which is 100 shares short at 110.
    expect(sumUpTrades(run)).toEqual([
      [100, 1, 100, 2, 110, 'signal'],
      [-100, 2, 110, 3, 110, 'open'],
    ])
  })

  it('by a number of shares is set off, the oldest first, and opens what is left', () => {
    const run = tradeScript([QUIET, QUIET, QUIET, up, up], {
      0: (desk) => desk.buy({ size: 10 }),
      1: (desk) => desk.buy({ size: 20 }),
      2: (desk) => desk.sell({ size: 15 }),
      3: (desk) => desk.sell({ size: 25 }),
    })
    expect(sumUpTrades(run)).toEqual([
      [10, 1, 100, 3, 110, 'signal'],
      [5, 2, 100, 3, 110, 'signal'],
      [15, 2, 100, 4, 110, 'signal'],
      [-10, 4, 110, 4, 110, 'open'],
    ])
  })

  it('only closes where shorting is off, and nothing is rejected by that', () => {
    const script = {
      0: (desk: { buy(): number }) => desk.buy(),
      1: (desk: { sell(): number }) => desk.sell(),
    }
    const run = tradeScript([QUIET, QUIET, up, up], script, { allowShort: false })
    expect(sumUpTrades(run)).toEqual([[100, 1, 100, 2, 110, 'signal']])
    expect(run.rejectedOrders).toBe(0)
  })
})

describe('closing', () => {
  it('ends a part, in whole shares where the rules say so', () => {
    const rows = [QUIET, QUIET, QUIET, QUIET]
    const script = { 0: buyFive, 1: (desk: BarDesk) => desk.close({ part: 0.5 }) }
    expect(tradeScript(rows, script).trades.map(({ size }) => size)).toEqual([2, 3])
    expect(tradeScript(rows, script, { wholeShares: false }).trades.map(({ size }) => size)).toEqual([
      2.5, 2.5,
    ])
  })

  it('ends shorts as well, and asks for nothing where nothing is held', () => {
    const rows = [QUIET, QUIET, QUIET, QUIET]
    const run = tradeScript(rows, { 0: (desk) => desk.sell({ size: 5 }), 1: (desk) => desk.close() })
    expect(sumUpTrades(run)).toEqual([[-5, 1, 100, 2, 100, 'signal']])
    const none = tradeScript(rows, { 0: (desk) => desk.close() })
    expect([none.trades, none.rejectedOrders]).toEqual([[], 0])
  })

  it('of less than a whole share is rejected', () => {
    const run = tradeScript([QUIET, QUIET, QUIET, QUIET], {
      0: buyFive,
      1: (desk) => desk.close({ part: 0.1 }),
    })
    expect([run.trades.length, run.rejectedOrders]).toEqual([1, 1])
  })
})

const buyFive = (desk: BarDesk) => desk.buy({ size: 5 })
