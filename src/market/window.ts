/**
 * The as-of window: all that may be known of an instrument's prices on one date. It holds copies of the bars up to that
 * date and nothing else, so no reader, no view and no buffer leads to a later bar; asking for one throws.
 */
import { InputError } from '../core/errors.ts'
import { countBarsUntil } from './adjust.ts'
import { BAR_COLUMNS, dateOf, type Bars, type BarSeries } from './series.ts'
import type { Split } from './splits.ts'

/** Something asked for a bar after the as-of date: a fault of the caller, never to be caught and carried on from. */
export class LookAheadError extends Error {
  override name = 'LookAheadError'
}

export interface WindowBar {
  /** YYYY-MM-DD. */
  date: string
  open: number
  high: number
  low: number
  close: number
  volume: number
}

export type BarColumn = (typeof BAR_COLUMNS)[number]

export interface AsOfWindow {
  readonly ticker: string
  readonly vendor: string
  readonly adjustment: BarSeries['adjustment']
  /** YYYY-MM-DD of the bar whose prices are as traded; null for raw prices. */
  readonly adjustedTo: string | null
  /** Splits within the window, oldest first; null where nobody looked. */
  readonly splits: readonly Split[] | null
  /** YYYY-MM-DD; the last bar may be earlier, never later. */
  readonly asOf: string
  /** Bars in the window, at least one. */
  readonly length: number
  /** YYYY-MM-DD of the first bar. */
  readonly first: string
  /** YYYY-MM-DD of the last bar. */
  readonly last: string
  /** All columns, copied. */
  readonly bars: Bars
  /** The bar at `index`, from 0. Beyond the window throws `LookAheadError`; what is no index throws `RangeError`. */
  bar(index: number): WindowBar
  /** One column, copied. */
  column(name: BarColumn): Float64Array
  /** The last bar on or before `date`, −1 where there is none. A date after as-of throws `LookAheadError`. */
  indexOf(date: string): number
  /**
   * A window of the same as-of date that begins at bar `from`; a negative `from` counts from the end, and one that
   * reaches before the first bar means the first. Beyond the last bar throws `LookAheadError`.
   */
  slice(from: number): AsOfWindow
}

/** Throws `InputError` where `asOf` is no date or the series has no bar up to it. */
export function createWindow(series: BarSeries, asOf: string): AsOfWindow {
  const count = countBarsUntil(series.time, asOf)
  if (count === 0)
    throw new InputError('as_of', `as_of "${asOf}" is before the first bar of ${series.ticker}`)
  return openWindow(series, asOf, 0, count)
}

function openWindow(source: BarSeries, asOf: string, from: number, to: number): AsOfWindow {
  const held = copyBars(source, from, to)
  const length = to - from
  const first = dateOf(held.time[0]!)
  const last = dateOf(held.time[length - 1]!)
  const splits = source.splits?.filter(({ date }) => date > first && date <= last)
  const described = {
    ticker: source.ticker,
    vendor: source.vendor,
    adjustment: source.adjustment,
    adjusted_to: source.adjusted_to,
    ...(splits && { splits }),
  }

  const window: AsOfWindow = {
    ticker: source.ticker,
    vendor: source.vendor,
    adjustment: source.adjustment,
    adjustedTo: source.adjusted_to,
    asOf,
    length,
    first,
    last,
    splits: splits ?? null,

    get bars() {
      return copyBars(held, 0, length)
    },

    bar(index) {
      if (!Number.isInteger(index) || index < 0)
        throw new RangeError(`bar ${index} is not an index: 0 to ${length - 1}`)
      if (index >= length) throw lookAhead(`bar ${index}`)
      return {
        date: dateOf(held.time[index]!),
        open: held.open[index]!,
        high: held.high[index]!,
        low: held.low[index]!,
        close: held.close[index]!,
        volume: held.volume[index]!,
      }
    },

    column(name) {
      if (!BAR_COLUMNS.includes(name))
        throw new RangeError(`${String(name)} is not a column: ${BAR_COLUMNS.join(', ')}`)
      return held[name].slice()
    },

    indexOf(date) {
      const index = countBarsUntil(held.time, date, 'date') - 1
      if (date > asOf) throw lookAhead(date)
      return index
    },

    slice(start) {
      if (!Number.isInteger(start)) throw new RangeError(`slice from ${start}: not a whole number`)
      if (start >= length) throw lookAhead(`bar ${start}`)
      const begin = start < 0 ? Math.max(0, length + start) : start
      return openWindow({ ...described, ...held }, asOf, begin, length)
    },
  }
  return Object.freeze(window)

  function lookAhead(wanted: string): LookAheadError {
    return new LookAheadError(
      `${wanted} of ${source.ticker} is after ${asOf}: the window has ${length} bars to ${window.last}`,
    )
  }
}

function copyBars(source: Bars, from: number, to: number): Bars {
  return {
    time: source.time.slice(from, to),
    open: source.open.slice(from, to),
    high: source.high.slice(from, to),
    low: source.low.slice(from, to),
    close: source.close.slice(from, to),
    volume: source.volume.slice(from, to),
  }
}
