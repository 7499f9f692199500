import { describe, expect, it } from 'vitest'
import { createTimeline, hasBar } from '../../../src/trading/orders/timeline.ts'
import type { TickerBars } from '../../../src/trading/strategies/strategy.ts'
import { runScript } from '../../support/bar-script.ts'
import { makeBars, type Ohlc } from '../../support/hand-made-bars.ts'

const flat = (price: number): Ohlc => [price, price, price, price]

/** Prices by day from the first; null for a day without a bar. */
function makeSeries(prices: Record<string, readonly (number | null)[]>): TickerBars[] {
  return Object.entries(prices).map(([ticker, column]) => {
    const bars = makeBars(column.map((price) => flat(price ?? 1)))
    const kept = column.flatMap((price, day) => (price === null ? [] : [day]))
    const keep = (values: Float64Array) => Float64Array.from(kept, (day) => values[day]!)
    const { time, open, high, low, close, volume } = bars
    return {
      ticker,
      bars: {
        ...{ time: keep(time), open: keep(open), high: keep(high) },
        ...{ low: keep(low), close: keep(close), volume: keep(volume) },
      },
    }
  })
}

describe('a common timeline', () => {
  it('has every time at which a ticker has a bar, and of each ticker its last bar so far', () => {
    const timeline = createTimeline(makeSeries({ A: [1, 2, null, 4], B: [null, 20, 30, null] }))
    expect(timeline.length).toBe(4)
    expect(timeline.last.map((own) => [...own])).toEqual([
      [0, 1, 1, 2],
      [-1, 0, 1, 1],
    ])
    const present = [0, 1].map((ticker) => [0, 1, 2, 3].map((at) => hasBar(timeline, ticker, at)))
    expect(present).toEqual([
      [true, true, false, true],
      [false, true, true, false],
    ])
  })

  it('needs a ticker', () => {
    expect(() => createTimeline([])).toThrow(RangeError)
  })
})

describe('several tickers', () => {
  it('share the cash: what one has taken the other cannot', () => {
    const run = runScript(makeSeries({ A: [100, 100, 100], B: [50, 50, 50] }), {
      0: (desk) => {
        desk.buy({ ticker: 'A', size: 60 })
        desk.buy({ ticker: 'B', size: 100 })
        desk.buy({ ticker: 'B', size: 80 })
      },
    })
    // 10,000 − 6,000 leaves 4,000: not 100 at 50, but 80.
    expect(run.trades.map(({ ticker, size }) => [ticker, size])).toEqual([
      ['A', 60],
      ['B', 80],
    ])
    expect(run.rejectedOrders).toBe(1)
  })

  it('what is sold at an open pays for what is bought there, whichever was ordered first', () => {
    const run = runScript(makeSeries({ A: [100, 100, 100, 100], B: [50, 50, 50, 50] }), {
      0: (desk) => desk.buy({ ticker: 'A' }),
      1: (desk) => {
        desk.buy({ ticker: 'B' })
        desk.close({ ticker: 'A' })
      },
    })
    expect(run.trades.map(({ ticker, size, exit_reason }) => [ticker, size, exit_reason])).toEqual([
      ['A', 100, 'signal'],
      ['B', 200, 'open'],
    ])
  })

  it('one without a bar is valued at its last close and traded when it has one again', () => {
    const run = runScript(makeSeries({ A: [100, 100, 100, 100, 100], B: [50, 50, 60, null, 70] }), {
      0: (desk) => desk.buy({ ticker: 'B', size: 10 }),
      2: (desk) => desk.close({ ticker: 'B' }),
    })
    expect([...run.equity]).toEqual([10_000, 10_000, 10_100, 10_100, 10_200])
    expect(run.trades[0]).toMatchObject({ ticker: 'B', entry_index: 1, exit_index: 4, exit_price: 70 })
  })

  it('bars are counted on the common timeline, waiting and holding on bars of the ticker itself', () => {
    const run = runScript(makeSeries({ A: [1, 1, 1, 1, 1, 1], B: [50, null, 50, null, 50, 50] }), {
      0: (desk) => desk.buy({ ticker: 'B', size: 10, maxBars: 2 }),
    })
    expect(run.trades[0]).toMatchObject({ entry_index: 2, exit_index: 4, exit_reason: 'time' })
    const waiting = runScript(makeSeries({ A: [1, 1, 1, 1, 1, 1], B: [50, null, 50, null, 40, 50] }), {
      0: (desk) => desk.buy({ ticker: 'B', size: 10, limit: 45, goodForBars: 2 }),
    })
    expect(waiting.trades[0]).toMatchObject({ entry_index: 4, entry_price: 40 })
  })

  it('what is open at the end has an exit of its own last close', () => {
    const run = runScript(makeSeries({ A: [100, 100, 110], B: [50, 50, null] }), {
      0: (desk) => {
        desk.buy({ ticker: 'B', size: 10 })
        desk.buy({ ticker: 'A', size: 10 })
      },
    })
    expect(run.trades.map(({ ticker, exit_price, pnl }) => [ticker, exit_price, pnl])).toEqual([
      ['A', 110, 100],
      ['B', 50, 0],
    ])
  })

  it('what ends inside a bar does not pay for what is opened inside it', () => {
    const series = [
      { ticker: 'A', bars: makeBars([flat(100), flat(100), [100, 111, 100, 105], flat(105)]) },
      { ticker: 'B', bars: makeBars([flat(50), flat(50), [50, 52, 40, 50], flat(50)]) },
    ]
    const run = runScript(series, {
      0: (desk) => {
        desk.buy({ ticker: 'A', size: 90, takeProfit: 110 })
        desk.buy({ ticker: 'B', limit: 45 })
      },
    })
    // A brings 9,900 inside bar 2, but 1,000 was free when it began: 22 shares of B at 45.
    expect(run.trades.map(({ ticker, size, exit_reason }) => [ticker, size, exit_reason])).toEqual([
      ['A', 90, 'target'],
      ['B', 22, 'open'],
    ])
    expect(run.ambiguousBars).toBe(1)
  })
})

describe('a target', () => {
  it('brings each holding to its part of equity, and back to it when prices have moved', () => {
    const even = (desk: { target(fraction: number, ticker: string): void }) => {
      desk.target(0.5, 'A')
      desk.target(0.5, 'B')
    }
    const run = runScript(makeSeries({ A: [100, 100, 200, 200, 200], B: [50, 50, 50, 50, 50] }), {
      0: even,
      2: even,
    })
    // 50 A and 100 B; A doubles: 15,000, of which 7,500 each are 37 A and 150 B. 13 of A are sold.
    expect(run.trades.map(({ ticker, size, exit_reason }) => [ticker, size, exit_reason])).toEqual([
      ['A', 13, 'signal'],
      ['A', 37, 'open'],
      ['B', 100, 'open'],
      ['B', 50, 'open'],
    ])
  })

  it('of 0 closes, of less than 0 goes short, through a holding of the other side', () => {
    const run = runScript(makeSeries({ A: [100, 100, 100, 100, 100] }), {
      0: (desk) => desk.target(0.5),
      1: (desk) => desk.target(-0.25),
      2: (desk) => desk.target(0),
    })
    expect(run.trades.map(({ size, entry_index, exit_index }) => [size, entry_index, exit_index])).toEqual([
      [50, 1, 2],
      [-25, 2, 3],
    ])
    const flatOnly = runScript(
      makeSeries({ A: [100, 100, 100, 100] }),
      { 0: (desk) => desk.target(0.5), 1: (desk) => desk.target(-0.25) },
      { allowShort: false },
    )
    expect(flatOnly.trades.map(({ size, exit_index }) => [size, exit_index])).toEqual([[50, 2]])
  })

  it('is met as far as the money goes', () => {
    const run = runScript(
      makeSeries({ A: [100, 100, 100] }),
      { 0: (desk) => desk.target(1) },
      { commission: 0.01 },
    )
    expect([run.trades[0]!.size, run.rejectedOrders]).toEqual([99, 0])
  })
})
