/**
 * Headlines from a feed: RSS, Atom, RDF or JSON Feed. A feed holds what is recent, so for an old as-of date there are
 * usually none, which is an answer and no failure. An address that does not answer, or answers with something else than
 * a feed, throws.
 */
import { systemClock, type Clock } from '../../core/clock.ts'
import type { Net } from '../../net/net.ts'
import { createSharedLoads } from '../shared-loads.ts'
import type { Headline, NewsSource } from '../sources.ts'
import { endOfDayMs } from './days.ts'
import { describeItem, parseFeedItems, type FeedItem, type FeedItems } from './feed-items.ts'
import { MAX_HEADLINES, newestHeadlines } from './headlines.ts'
import { mentionsTicker } from './mentions.ts'
import { nameSource } from './source-failure.ts'

/** Above this it is no feed of headlines. */
const MAX_BYTES = 1_024 * 1_024
const KEEP_MS = 5 * 60_000
const MAX_KEPT = 32
/** Items between two looks at whatever else the process has to do. */
const ITEMS_PER_SLICE = 10
const ACCEPT =
  'application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5'
/** Stands in an address for the ticker. */
export const TICKER_PLACE = '{ticker}'

export interface RssNewsOptions {
  net: Net
  /** `{ticker}` in it stands for the ticker. Without it, only items that mention the ticker as a word are given. */
  url: string
  clock?: Pick<Clock, 'now'>
  /** Is told what was left out and why, each time a feed is read. */
  warn?: (message: string) => void
}

/** Named by the feed's host alone: the rest of the address may hold a key. */
export function createRssNews({ net, url, clock = systemClock, warn }: RssNewsOptions): NewsSource {
  const { host } = new URL(url)
  const name = `news feed ${host}`
  const isOfTicker = url.includes(TICKER_PLACE)
  const loads = createSharedLoads<FeedItems>({ maxAgeMs: KEEP_MS, maxEntries: MAX_KEPT, clock })

  async function fetchItems(address: string, signal: AbortSignal): Promise<FeedItems> {
    const answer = await net.get(address, { signal, headers: { accept: ACCEPT }, maxBytes: MAX_BYTES })
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
    const read = await parseFeedItems(answer.text)
    if (read.undated > 0)
      warn?.(`${name}: items without a date that can be read are left out: ${read.undated}`)
    if (read.empty > 0) warn?.(`${name}: items without a title are left out: ${read.empty}`)
    return read
  }

  /** Cleaning is the dear part, so it is done for what is wanted alone, and gives way to other work. */
  async function selectHeadlines(
    items: readonly FeedItem[],
    ticker: string,
    end: number,
  ): Promise<Headline[]> {
    const headlines: Headline[] = []
    let cleaned = 0
    // One that was changed later may say what nobody knew on the day.
    for (const item of items.filter(({ changedMs }) => changedMs <= end)) {
      if (headlines.length >= 2 * MAX_HEADLINES) break
      if (!isOfTicker && !mentionsTicker(`${item.title} ${item.summary}`, ticker)) continue
      const headline = describeItem(item, host)
      cleaned += 1
      if (cleaned % ITEMS_PER_SLICE === 0) await new Promise<void>((go) => setImmediate(go))
      // What is left may mention it no more: it stood in a link.
      const isWanted =
        headline !== null &&
        (isOfTicker || mentionsTicker(`${headline.title} ${headline.summary ?? ''}`, ticker))
      if (isWanted) headlines.push(headline)
    }
    return newestHeadlines(headlines, end)
  }

  return {
    name,
    headlines(ticker, asOf, signal) {
      return nameSource(name, signal, async () => {
        const end = endOfDayMs(asOf)
        const address = url.replaceAll(TICKER_PLACE, encodeURIComponent(ticker))
        const { items } = await loads.load(address, (stop) => fetchItems(address, stop), signal)
        return selectHeadlines(items, ticker, end)
      })
    },
  }
}
