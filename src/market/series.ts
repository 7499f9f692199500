/**
 * Daily (or finer) bars of one instrument as columns of typed arrays, oldest first. All columns have the same length.
 * A series is immutable by convention: make a new one rather than writing into its arrays.
 */

import { hashOf } from '../core/json.ts'

export interface Bars {
  /** Start of the bar, milliseconds since the epoch, UTC; strictly rising. Daily bars stand at 00:00 UTC. */
  time: Float64Array
  open: Float64Array
  high: Float64Array
  low: Float64Array
  close: Float64Array
  volume: Float64Array
}

/** As `splits.ts` tells it from prices. */
export interface Split {
  /** YYYY-MM-DD of the first bar after it. */
  date: string
  /** Shares for each share before; null where it may also have been something else. */
  shares: number | null
}

export interface BarSeries extends Bars {
  ticker: string
  /** Where the bars came from: `sample`, `csv`, `yahoo`. */
  vendor: string
  /** Which prices these are; `adjusted` is for splits and dividends, with factor 1 at `adjusted_to`. */
  adjustment: 'raw' | 'adjusted'
  /** YYYY-MM-DD of the bar whose prices are as traded; null for raw series. */
  adjusted_to: string | null
  /** Splits within the series, oldest first, as adjusted prices do not show them; absent where nobody looked. */
  splits?: readonly Split[]
}

export const BAR_COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const

/** YYYY-MM-DD of a bar's time stamp, UTC. */
export function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

const DAY_MS = 86_400_000

/** Whether bars at these times are known by their days: all of them stand at 00:00 UTC. Of a column, never of a part. */
export function areDaily(time: ArrayLike<number>): boolean {
  for (let i = 0; i < time.length; i++) if (time[i]! % DAY_MS !== 0) return false
  return true
}

/** YYYY-MM-DD of a daily bar, else ISO 8601 in UTC, with what there is below a second: `2012-06-29T13:30:00Z`. */
export function formatBarTime(ms: number, isDaily: boolean): string {
  return isDaily ? dateOf(ms) : new Date(ms).toISOString().replace('.000Z', 'Z')
}

/** Milliseconds of 00:00 UTC of a YYYY-MM-DD; NaN where there is no such day. */
export function parseDate(date: string): number {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return Number.NaN
  const ms = Date.parse(`${date}T00:00:00Z`)
  return Number.isNaN(ms) || dateOf(ms) !== date ? Number.NaN : ms
}

/** A series as JSON: the same columns as plain arrays. Numbers survive the round trip bit for bit (−0 as 0). */
export interface SeriesJson {
  ticker: string
  vendor: string
  adjustment: BarSeries['adjustment']
  adjusted_to: string | null
  splits?: readonly Split[]
  time: number[]
  open: number[]
  high: number[]
  low: number[]
  close: number[]
  volume: number[]
}

/** What can be written as a series: one, or a window on one, whose later bars are not in it. */
export type SeriesSource =
  | BarSeries
  | (Omit<BarSeries, keyof Bars | 'adjusted_to' | 'splits'> & {
      adjustedTo: string | null
      splits?: readonly Split[] | null
      bars: Bars
    })

/** Throws `RangeError` for a figure that JSON cannot hold (NaN, an infinity). */
export function seriesToJson(source: SeriesSource): SeriesJson {
  const bars: Bars = 'bars' in source ? source.bars : source
  const { ticker, vendor, adjustment, splits } = source
  const adjusted_to = 'bars' in source ? source.adjustedTo : source.adjusted_to
  const json: SeriesJson = {
    ...{ ticker, vendor, adjustment, adjusted_to },
    ...(splits && { splits }),
    ...{ time: [], open: [], high: [], low: [], close: [], volume: [] },
  }
  for (const name of BAR_COLUMNS) {
    json[name] = Array.from(bars[name], (value, index) => {
      if (!Number.isFinite(value)) throw new RangeError(`${ticker}: ${name} of bar ${index} is ${value}`)
      return value === 0 ? 0 : value
    })
  }
  return json
}

/** The way back. Throws `RangeError` where the columns differ in length. */
export function seriesFromJson(json: SeriesJson): BarSeries {
  const { ticker, vendor, adjustment, adjusted_to, splits } = json
  for (const name of BAR_COLUMNS) {
    if (json[name].length !== json.time.length) {
      throw new RangeError(`${ticker}: ${name} has ${json[name].length} bars, time has ${json.time.length}`)
    }
  }
  return {
    ...{ ticker, vendor, adjustment, adjusted_to },
    ...(splits && { splits }),
    time: Float64Array.from(json.time),
    open: Float64Array.from(json.open),
    high: Float64Array.from(json.high),
    low: Float64Array.from(json.low),
    close: Float64Array.from(json.close),
    volume: Float64Array.from(json.volume),
  }
}

/**
 * SHA-256 of the canonical JSON of the series: equal for a window, for the series it shows, and after a round trip. Of the
 * bars and what they say of themselves; the splits are read from the same prices and add nothing.
 */
export function hashSeries(source: SeriesSource): string {
  const { splits: _splits, ...bars } = seriesToJson(source)
  return hashOf(bars)
}
