/** Prices for a date: what the rest of the desk asks of the market, whichever vendor stands behind it. */
import { InputError, NotFoundError, quote } from '../core/errors.ts'
import { adjustTo } from './adjust.ts'
import { dateOf, parseDate, type BarSeries } from './series.ts'
import { findSplits } from './splits.ts'
import type { Listing, RawBars, Vendor } from './vendor.ts'
import { createWindow, type AsOfWindow } from './window.ts'

/** Later than any bar. */
const END_OF_TIME = '9999-12-31'

export interface Market {
  /** The vendor's name. */
  readonly name: string
  listings(): Promise<Listing[]>
  /**
   * The bars that may be seen on `asOf`, adjusted to it. Throws `InputError` (`as_of`, `ticker`) where there are none,
   * and as the vendor does when it fails.
   */
  loadWindow(ticker: string, asOf: string, signal?: AbortSignal): Promise<AsOfWindow>
  /**
   * The bars up to and including `until` (YYYY-MM-DD; all there are where left out), as traded or adjusted to the last of
   * them; none is an empty series. Throws `InputError` naming `ticker` for one the vendor does not have.
   */
  loadSeries(
    ticker: string,
    options: { until?: string; prices: BarSeries['adjustment']; signal?: AbortSignal },
  ): Promise<BarSeries>
  /**
   * The as-of date to use: the one given, or the vendor's last bar where none is. Throws `InputError` naming `as_of`
   * for what is no date, is before the first bar or after the last, and `ticker` for one the vendor does not have.
   * A day without trading in between is fine: the bars up to it count.
   */
  checkAsOf(ticker: string, asOf: string | undefined, signal?: AbortSignal): Promise<string>
}

export function createMarket(vendor: Vendor): Market {
  async function load(ticker: string, until: string, signal?: AbortSignal): Promise<RawBars> {
    try {
      return await vendor.bars(ticker, until, signal)
    } catch (error) {
      if (error instanceof NotFoundError)
        throw new InputError('ticker', `ticker ${quote(ticker)}: ${error.message}`)
      throw error
    }
  }

  return {
    name: vendor.name,
    listings: () => vendor.listings(),
    async loadWindow(ticker, asOf, signal) {
      admitDate(asOf)
      return createWindow(adjustTo(await load(ticker, asOf, signal), asOf), asOf)
    },
    async loadSeries(ticker, { until = END_OF_TIME, prices, signal }) {
      admitDate(until)
      const raw = await load(ticker, until, signal)
      return prices === 'adjusted' ? adjustTo(raw, until) : asTraded(raw)
    },
    async checkAsOf(ticker, asOf, signal) {
      if (asOf !== undefined) admitDate(asOf)
      const { time } = await load(ticker, END_OF_TIME, signal)
      if (time.length === 0)
        throw new InputError('ticker', `ticker ${quote(ticker)}: ${vendor.name} has no bars of it`)
      const first = dateOf(time[0]!)
      const last = dateOf(time[time.length - 1]!)
      if (asOf === undefined) return last
      if (asOf < first || asOf > last) {
        const where = asOf < first ? 'before the first' : 'after the last'
        throw new InputError(
          'as_of',
          `as_of ${quote(asOf)} is ${where} bar of ${ticker}: it has ${first} to ${last}`,
        )
      }
      return asOf
    },
  }
}

function asTraded(raw: RawBars): BarSeries {
  const { factor: _factor, ...bars } = raw
  return { ...bars, adjustment: 'raw', adjusted_to: null, splits: findSplits(raw) }
}

function admitDate(asOf: string): void {
  if (Number.isNaN(parseDate(asOf))) {
    throw new InputError('as_of', `as_of ${quote(asOf)} is not a date: YYYY-MM-DD`)
  }
}
