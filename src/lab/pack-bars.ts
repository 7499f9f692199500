/** Bars of a job as its step keeps them, bit for bit, and as threads share them. */
import { sha256Stream } from '../core/json.ts'
import { BAR_COLUMNS, type Bars, type BarSeries } from '../market/series.ts'
import type { TickerBars } from '../trading/strategies/strategy.ts'
import type { SeriesFacts } from './backtest-result.ts'
import type { SharedBars } from './task.ts'
import { packDoubles, unpackDoubles } from './trials.ts'

/** What the step `BARS_STEP` returns. */
export interface PackedBars {
  series: PackedSeries[]
  /** What a reader must know of these bars, a sentence each. */
  notes: string[]
}

interface PackedSeries extends SeriesFacts {
  /** `BAR_COLUMNS` one after the other; doubles, little-endian, base64. */
  columns: string
}

/** Bars of a job in memory, with what is told of them. */
export interface JobBars {
  shared: SharedBars
  facts: SeriesFacts[]
  notes: string[]
}

export function packBars(series: readonly BarSeries[], notes: readonly string[]): PackedBars {
  return {
    series: series.map((one) => {
      const columns = new Float64Array(one.time.length * BAR_COLUMNS.length)
      for (const [at, name] of BAR_COLUMNS.entries()) columns.set(one[name], at * one.time.length)
      return { ...describeSeries(one), columns: packDoubles(columns) }
    }),
    notes: [...notes],
  }
}

/** Throws `RangeError` for what is no set of columns of that length. */
export function shareBars({ series, notes }: PackedBars): JobBars {
  const hash = sha256Stream()
  const shared = series.map(({ ticker, bars: count, columns }): TickerBars => {
    const packed = unpackDoubles(columns)
    if (packed.length !== count * BAR_COLUMNS.length)
      throw new RangeError(`${ticker}: ${packed.length} figures for ${count} bars`)
    const memory = new SharedArrayBuffer(packed.byteLength)
    new Float64Array(memory).set(packed)
    hash.update(`${ticker}\n${count}\n`).update(new Uint8Array(memory))
    return { ticker, bars: readColumns(memory, count) }
  })
  return {
    shared: { hash: hash.digest('hex'), series: shared },
    facts: series.map(({ columns: _columns, ...facts }) => facts),
    notes,
  }
}

function readColumns(memory: SharedArrayBuffer, count: number): Bars {
  const at = (index: number) =>
    new Float64Array(memory, index * count * Float64Array.BYTES_PER_ELEMENT, count)
  return Object.fromEntries(BAR_COLUMNS.map((name, index) => [name, at(index)])) as unknown as Bars
}

function describeSeries({ ticker, vendor, adjustment, time }: BarSeries): SeriesFacts {
  const [first, last] = [time[0]!, time[time.length - 1]!]
  const isDaily = time.every((ms) => ms % DAY_MS === 0)
  const show = (ms: number) =>
    isDaily ? new Date(ms).toISOString().slice(0, 10) : new Date(ms).toISOString().replace('.000Z', 'Z')
  return { ticker, vendor, adjustment, bars: time.length, first: show(first), last: show(last) }
}

const DAY_MS = 86_400_000
