/** The sources that the settings name, and no others; and the hosts that have to be reachable for them. */
import { InputError, quote } from '../../core/errors.ts'
import type { Net } from '../../net/net.ts'
import type { NewsSource, Sources } from '../sources.ts'
import { createEdgarFundamentals, EDGAR_HOSTS } from './edgar-fundamentals.ts'
import { createRssNews, TICKER_PLACE } from './rss-news.ts'
import { createYahooFundamentals } from './yahoo-fundamentals.ts'
import { createYahooNews } from './yahoo-news.ts'
import { createYahooSentiment } from './yahoo-sentiment.ts'
import { YAHOO_HOSTS } from './yahoo-session.ts'

export interface SourceSettings {
  /** Addresses of feeds, or `yahoo`. */
  readonly newsFeeds: readonly string[]
  readonly fundamentalsSource: 'none' | 'edgar' | 'yahoo'
  readonly sentimentSource: 'none' | 'yahoo'
  readonly secContact: string
}

export interface SourceOptions {
  /** Is told what a source left out of its answer, and why. */
  warn?: (message: string) => void
}

/** Throws `InputError` naming the variable that cannot be used. Nothing is asked yet. */
export function createSources(settings: SourceSettings, net: Net, { warn }: SourceOptions = {}): Sources {
  const { fundamentalsSource, sentimentSource, secContact } = settings
  const fundamentals = {
    none: () => null,
    edgar: () => createEdgarFundamentals({ net, contact: secContact }),
    yahoo: () => createYahooFundamentals({ net }),
  }
  return {
    fundamentals: fundamentals[fundamentalsSource](),
    news: settings.newsFeeds.map((feed): NewsSource => {
      if (feed === 'yahoo') return createYahooNews({ net })
      parseFeedAddress(feed)
      return createRssNews({ net, url: feed, ...(warn && { warn }) })
    }),
    sentiment: sentimentSource === 'yahoo' ? createYahooSentiment({ net }) : null,
  }
}

/**
 * The hosts that vendor and sources of these settings ask, each once, with a port where it is not the usual one. Throws
 * `InputError` for a feed that has none.
 */
export function allowedHostsOf(settings: SourceSettings & { readonly marketVendor: string }): string[] {
  const { marketVendor, fundamentalsSource, sentimentSource, newsFeeds } = settings
  const isYahoo = [marketVendor, fundamentalsSource, sentimentSource, ...newsFeeds].includes('yahoo')
  return [
    ...new Set([
      ...(isYahoo ? YAHOO_HOSTS : []),
      ...(fundamentalsSource === 'edgar' ? EDGAR_HOSTS : []),
      ...newsFeeds.filter((feed) => feed !== 'yahoo').map((feed) => parseFeedAddress(feed).host),
    ]),
  ]
}

/** The message shows no more than the beginning: an address may end in a key. */
function parseFeedAddress(feed: string): URL {
  const url = URL.canParse(feed) ? new URL(feed) : null
  const isFeed = url !== null && /^https?:$/.test(url.protocol) && !/[{}]|%7b/i.test(url.hostname)
  if (!isFeed || url.username !== '' || url.password !== '') {
    throw new InputError(
      'NEWS_FEEDS',
      `NEWS_FEEDS has ${quote(feed.replace(/\/\/[^/]*@/, '//…@'), 40)}; allowed: http or https addresses without a password ` +
        `(${TICKER_PLACE} in path or query stands for the ticker), or yahoo`,
    )
  }
  return url
}
