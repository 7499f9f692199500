/** Bars of a job as its step keeps them, bit for bit, and as threads share them. */
import { sha256Stream } from '../core/json.ts'
import { createTurns, SLICE_BYTES } from '../core/turns.ts'
import { areDaily, BAR_COLUMNS, formatBarTime, type Bars, type BarSeries } from '../market/series.ts'
import type { TickerBars } from '../trading/strategies/strategy.ts'
import type { SeriesFacts } from './backtest-result.ts'
import type { SharedBars } from './task.ts'

/** What the step `BARS_STEP` returns. */
export interface PackedBars {
  /** Of tickers and columns. */
  hash: string
  series: SeriesFacts[]
  /** What a reader must know of these bars, a sentence each. */
  notes: string[]
  /** Of each series `BAR_COLUMNS`, one after the other, in memory that threads share. */
  columns: Float64Array
}

/** Bars of a job in memory, with what is told of them. */
export interface JobBars {
  shared: SharedBars
  facts: SeriesFacts[]
  notes: string[]
}

/** In short turns: a million bars are 48 MB. */
export async function packBars(series: readonly BarSeries[], notes: readonly string[]): Promise<PackedBars> {
  const length = series.reduce((sum, { time }) => sum + time.length * BAR_COLUMNS.length, 0)
  const columns = new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT))
  const hash = sha256Stream()
  const turn = createTurns()
  let at = 0
  for (const one of series) {
    hash.update(`${one.ticker}\n${one.time.length}\n`)
    for (const name of BAR_COLUMNS) {
      for (let from = 0; from < one.time.length; from += SLICE_FIGURES) {
        const slice = one[name].subarray(from, from + SLICE_FIGURES)
        columns.set(slice, at)
        hash.update(new Uint8Array(slice.buffer, slice.byteOffset, slice.byteLength))
        at += slice.length
        await turn()
      }
    }
  }
  return { hash: hash.digest('hex'), series: series.map(describeSeries), notes: [...notes], columns }
}

const SLICE_FIGURES = SLICE_BYTES / Float64Array.BYTES_PER_ELEMENT

/** Throws `RangeError` for what is no set of columns of that length. */
export function shareBars({ hash, series, notes, columns }: PackedBars): JobBars {
  let at = 0
  const shared = series.map(({ ticker, bars: count }): TickerBars => {
    const own = columns.subarray(at, at + count * BAR_COLUMNS.length)
    if (own.length !== count * BAR_COLUMNS.length)
      throw new RangeError(`${ticker}: ${own.length} figures for ${count} bars`)
    at += own.length
    return { ticker, bars: readColumns(own, count) }
  })
  return { shared: { hash, series: shared }, facts: series, notes }
}

function readColumns(columns: Float64Array, count: number): Bars {
  const at = (index: number) => columns.subarray(index * count, (index + 1) * count)
  return Object.fromEntries(BAR_COLUMNS.map((name, index) => [name, at(index)])) as unknown as Bars
}

function describeSeries({ ticker, vendor, adjustment, time }: BarSeries): SeriesFacts {
  const [first, last] = [time[0]!, time[time.length - 1]!]
  const isDaily = areDaily(time)
  const show = (ms: number) => formatBarTime(ms, isDaily)
  return { ticker, vendor, adjustment, bars: time.length, first: show(first), last: show(last) }
}
