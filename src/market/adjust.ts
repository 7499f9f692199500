/**
 * From a vendor's bars to the series a date may see: cut off after the as-of date, prices rescaled so that they are as
 * traded on the last bar and comparable before it. Nothing dated later has any influence on the result.
 */
import { InputError, quote } from '../core/errors.ts'
import { dateOf, parseDate, type BarSeries } from './series.ts'
import { findSplits } from './splits.ts'
import type { RawBars } from './vendor.ts'

const DAY_MS = 86_400_000

/**
 * Bars dated `asOf` (YYYY-MM-DD) or earlier, open, high, low and close multiplied by factor / factor of the last such
 * bar. The vendor's factor is adjusted close / close (the CRSP method: multiplicative, splits and dividends alike), so
 * one ratio cancels every split and dividend after `asOf`, and on the last bar the prices are exactly as traded.
 *
 * Volume stays as the vendor gives it. The factor mixes splits with dividends and cannot be taken apart; dividing
 * volume by it would report shares that never traded after every dividend. Some vendors, the bundled sample among them,
 * state volume in shares of their own last day, which lets later splits show: only ratios of volumes are ever quoted.
 *
 * Raw bars stay as they are, and the series says so. No bar up to `asOf` gives an empty series whose `adjusted_to` is null. Throws `InputError` where `asOf` is no date.
 */
export function adjustTo(raw: RawBars, asOf: string): BarSeries {
  const count = countBarsUntil(raw.time, asOf)
  const time = raw.time.slice(0, count)
  const { open, close, factor, adjustment } = raw
  const scale = count === 0 ? 1 : raw.factor[count - 1]!
  const adjust = (prices: Float64Array): Float64Array => {
    const adjusted = new Float64Array(count)
    for (let i = 0; i < count; i++) {
      // Equal factors multiply by exactly 1, so that prices which need no adjustment keep every bit.
      adjusted[i] = prices[i]! * (raw.factor[i]! / scale)
    }
    return adjusted
  }
  return {
    ticker: raw.ticker,
    vendor: raw.vendor,
    adjustment: raw.adjustment,
    adjusted_to: count === 0 || raw.adjustment === 'raw' ? null : dateOf(time[count - 1]!),
    // Of the bars up to the day only: a later split would show what came after.
    splits: findSplits({ time, open, close, factor, adjustment }),
    time,
    open: adjust(raw.open),
    high: adjust(raw.high),
    low: adjust(raw.low),
    close: adjust(raw.close),
    volume: raw.volume.slice(0, count),
  }
}

/**
 * How many of the rising time stamps fall on `date` (YYYY-MM-DD, the whole day UTC) or before it.
 * Throws `InputError` naming `field` where `date` is no date.
 */
export function countBarsUntil(time: Float64Array, date: string, field = 'as_of'): number {
  const start = parseDate(date)
  if (Number.isNaN(start)) throw new InputError(field, `${field} ${quote(date)} is not a date: YYYY-MM-DD`)
  const end = start + DAY_MS
  let low = 0
  let high = time.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (time[middle]! < end) low = middle + 1
    else high = middle
  }
  return low
}
