/** Bars written out in a test, one `[open, high, low, close]` each, a day apart. */
import type { Bars } from '../../src/market/series.ts'

export type Ohlc = readonly [open: number, high: number, low: number, close: number]

export function makeBars(rows: readonly Ohlc[]): Bars {
  const column = (index: 0 | 1 | 2 | 3) => Float64Array.from(rows, (row) => row[index])
  return {
    time: Float64Array.from(rows, (_, i) => Date.UTC(2012, 0, 1 + i)),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: new Float64Array(rows.length).fill(1_000),
  }
}
