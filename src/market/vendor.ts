/** The contract of a source of prices. Every vendor passes `tests/contracts/vendor.ts`. */
import type { Bars, BarSeries } from './series.ts'

/** Bars as the vendor has them, with the factor that makes each bar comparable to the others. */
export interface RawBars extends Bars {
  ticker: string
  /** The vendor's name, which every series made from these bars carries on. */
  vendor: string
  /** `raw` where the source gives no adjusted close: the prices are then as it has them, and every factor is 1. */
  adjustment: BarSeries['adjustment']
  /** Adjusted close / close of each bar: splits and dividends, relative to the vendor's own last day. */
  factor: Float64Array
}

export interface Listing {
  ticker: string
  /** YYYY-MM-DD of the first and last bar; null where the vendor does not know without asking. */
  first: string | null
  last: string | null
  /** Why asking for its bars would fail or give none, as a sentence; null where nothing is known to be wrong. */
  problem: string | null
}

export interface Vendor {
  readonly name: string
  /**
   * All bars up to and including `until` (YYYY-MM-DD), oldest first. No bars in that time is an empty series; a ticker
   * the vendor does not know throws `NotFoundError` naming those it has; failure throws.
   */
  bars(ticker: string, until: string, signal?: AbortSignal): Promise<RawBars>
  /** What can be asked for; empty where the vendor cannot list. */
  listings(): Promise<Listing[]>
  /** What lies among the vendor's data and is passed over, a sentence each: a file whose name is no ticker. */
  strays(): Promise<string[]>
}
