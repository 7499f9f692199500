/** Indicator columns: what they are, that each is computed once, and that what is remembered is bounded. */
import { expect, it } from 'vitest'
import {
  atr,
  ema,
  roc,
  rollingMax,
  rollingMin,
  rsi,
  sma,
  zScore,
} from '../../../src/market/indicators/index.ts'
import { createColumns } from '../../../src/trading/strategies/create-columns.ts'
import { makeBars } from '../../support/hand-made-bars.ts'
import { loadSample } from '../../support/sample-bars.ts'

it('are the indicators of the bars, each computed once', async () => {
  const bars = await loadSample('IBM')
  const columns = createColumns(bars)
  expect(columns.length).toBe(bars.close.length)
  expect(columns.close).toBe(bars.close)
  const wanted = {
    ...{ sma: sma(bars.close, 14), ema: ema(bars.close, 14), rsi: rsi(bars.close, 14), atr: atr(bars, 14) },
    ...{ highest: rollingMax(bars.high, 14), lowest: rollingMin(bars.low, 14) },
    ...{ zScore: zScore(bars.close, 14), roc: roc(bars.close, 14) },
  }
  for (const [name, values] of Object.entries(wanted) as [keyof typeof wanted, Float64Array][]) {
    expect(columns[name](14)).toEqual(values)
    expect(columns[name](14)).toBe(columns[name](14))
    expect(columns[name](15)).not.toBe(columns[name](14))
  }
})

it('of a strategy’s own are kept under their names', () => {
  const columns = createColumns(makeBars([[1, 1, 1, 1]]))
  let asked = 0
  const compute = () => Float64Array.of(++asked)
  expect([columns.column('a', compute), columns.column('a', compute), columns.column('b', compute)]).toEqual([
    Float64Array.of(1),
    Float64Array.of(1),
    Float64Array.of(2),
  ])
})

it('are let go beyond a bound, and computed again as they were', () => {
  const count = 300_000
  const close = Float64Array.from({ length: count }, (_, i) => 100 + (i % 7))
  const columns = createColumns({ time: close, open: close, high: close, low: close, close, volume: close })
  const first = columns.roc(1)
  for (let period = 2; period < 40; period++) columns.roc(period)
  expect(columns.roc(1)).not.toBe(first)
  expect(Buffer.from(columns.roc(1).buffer).equals(Buffer.from(first.buffer))).toBe(true)
})

it('refuse a period that is none', () => {
  expect(() => createColumns(makeBars([[1, 1, 1, 1]])).sma(0)).toThrow('period is 0')
})
