/**
 * Daily prices from Yahoo Finance. The whole history of a ticker is asked for once and kept for some minutes, so that
 * the questions of one launch, and of all runs at that time, cost one request. A failure throws; nothing is made up and
 * no other vendor steps in.
 */
import { systemClock, type Clock } from '../../core/clock.ts'
import { parseTicker } from '../../core/ids.ts'
import type { Net } from '../../net/net.ts'
import { countBarsUntil } from '../adjust.ts'
import { createSharedLoads } from '../shared-loads.ts'
import { nameSource } from '../sources/source-failure.ts'
import { createYahooSession } from '../sources/yahoo-session.ts'
import type { Vendor } from '../vendor.ts'
import { cutHistory, parseChart, type YahooHistory } from './yahoo-history.ts'

const NAME = 'yahoo'
const KEEP_MS = 5 * 60_000
/** Histories kept, about a megabyte for fifty years each. */
const MAX_KEPT = 64
const NEVER = new AbortController().signal

export interface YahooVendorOptions {
  net: Net
  clock?: Pick<Clock, 'now'>
}

/**
 * Prices as traded, volume in shares of the last bar given, and a factor for splits and dividends (`yahoo-history.ts`
 * says how they are had). Yahoo cannot be asked what it has: `listings` is empty.
 */
export function createYahooVendor({ net, clock = systemClock }: YahooVendorOptions): Vendor {
  const session = createYahooSession(net)
  const histories = createSharedLoads<YahooHistory>({ maxAgeMs: KEEP_MS, maxEntries: MAX_KEPT, clock })

  async function fetchHistory(ticker: string, signal: AbortSignal): Promise<YahooHistory> {
    const nowMs = clock.now()
    return parseChart(await session.dailyBars(ticker, nowMs, signal), ticker, nowMs)
  }

  return {
    name: NAME,
    async bars(text, until, signal = NEVER) {
      const ticker = parseTicker(text)
      // A date that is none is refused before anything is asked.
      countBarsUntil(new Float64Array(), until, 'until')
      const history = await nameSource('vendor yahoo', signal, () =>
        histories.load(ticker, (stop) => fetchHistory(ticker, stop), signal),
      )
      return cutHistory(history, until)
    },
    async listings() {
      return []
    },
    async strays() {
      return histories
        .kept()
        .flatMap(({ bars, dropped, mended }) => [
          ...describeRows(dropped, `${bars.ticker}: rows without a price are passed over`),
          ...describeRows(
            mended,
            `${bars.ticker}: highs or lows that did not reach open and close were widened`,
          ),
        ])
    },
  }
}

function describeRows(count: number, what: string): string[] {
  return count === 0 ? [] : [`${what}: ${count}`]
}
