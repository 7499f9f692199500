import { expect, test } from 'vitest'
import { buildResult } from '../../src/lab/build-result.ts'
import { TRADES_LISTED } from '../../src/lab/backtest-result.ts'
import { countTrades, packTrades, unpackTrades } from '../../src/lab/pack-trades.ts'
import type { SimulatedTrade } from '../../src/trading/simulation.ts'

function tradeOf(n: number): SimulatedTrade {
  return {
    ticker: n % 3 === 0 ? 'AAPL' : 'IBM',
    size: n % 2 === 0 ? 10 : -7.5,
    entry_index: n,
    exit_index: n + 1,
    entry_time: Date.UTC(2020, 0, 1) + n * 60_000,
    exit_time: Date.UTC(2020, 0, 1) + (n + 1) * 60_000,
    entry_price: 100 + n / 7,
    exit_price: 100 + n / 11,
    pnl: -n / 3,
    return_pct: n / 13,
    commission: 0.1 + 0.2,
    exit_reason: n % 5 === 0 ? 'stop' : 'signal',
    tag: n % 4 === 0 ? null : `level ${n % 4}`,
  }
}

const tradesOf = (count: number) => Array.from({ length: count }, (_, n) => tradeOf(n))

test('trades come back from their columns as they were, in pieces of any size', () => {
  const trades = tradesOf(23)
  const packed = packTrades(trades)
  expect(countTrades(packed)).toBe(23)
  expect(packed.trade_figures.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(unpackTrades(packed, 0, 23)).toEqual(trades)
  expect([0, 10, 20].flatMap((from) => unpackTrades(packed, from, from + 10))).toEqual(trades)
  expect(unpackTrades(packTrades([]), 0, 10)).toEqual([])
})

test('a result lists so many trades and no more, says so, and keeps all of them in columns', () => {
  const simulated = (trades: SimulatedTrade[]) => ({
    simulation: {
      equity: Float64Array.of(100, 101, 102),
      ...{ trades, commissions: 0, ruinedAt: null, ambiguousBars: 0, rejectedOrders: 0 },
    },
    stats: {} as never,
  })
  const column = Float64Array.of(1, 2, 3)
  const bars = { time: column, open: column, high: column, low: column, close: column, volume: column }
  const resultOf = (trades: SimulatedTrade[]) =>
    buildResult({
      ...{ traded: simulated(trades), held: simulated([]), range: { from: 0, to: 3 }, facts: [], notes: [] },
      ...{ remarks: [], strategy: 's', params: {}, cash: 100, series: [{ ticker: 'A', bars }] },
    })
  const few = resultOf(tradesOf(TRADES_LISTED))
  expect([few.trades.length, few.trade_figures, few.notes]).toEqual([TRADES_LISTED, undefined, []])
  const all = tradesOf(TRADES_LISTED + 1)
  const many = resultOf(all)
  expect(many.trades).toEqual(all.slice(0, -1))
  expect(many.notes).toEqual([expect.stringMatching(/There are 5001 trades; the first 5000 are listed/)])
  expect(many.trade_words).toContain('level 3')
  const { trade_figures, trade_words } = many as Required<typeof many>
  expect(unpackTrades({ trade_figures, trade_words }, TRADES_LISTED, TRADES_LISTED + 1)).toEqual([all.at(-1)])
})
