/**
 * Headlines that Yahoo Finance's search finds for a symbol. It holds the newest of some days only: for an earlier as-of
 * date there are usually none, which is an answer and no failure.
 */
import { z } from 'zod'
import { systemClock } from '../../core/clock.ts'
import { toIso } from '../../core/clock.ts'
import { createSharedLoads } from '../shared-loads.ts'
import type { Headline, NewsSource } from '../sources.ts'
import { endOfDayMs } from './days.ts'
import { MAX_TITLE, newestHeadlines, readLink } from './headlines.ts'
import { cleanText, htmlToText } from './plain-text.ts'
import { nameSource } from './source-failure.ts'
import type { YahooSourceOptions } from './yahoo-sentiment.ts'
import { createYahooSession } from './yahoo-session.ts'

const NAME = 'Yahoo Finance news'
const KEEP_MS = 5 * 60_000
const MAX_KEPT = 64
/** Asked for; Yahoo gives what it has. */
const ARTICLES = 50
const MAX_PUBLISHER = 120

const moment = z.union([
  z.date().transform((date) => date.getTime()),
  z.number().transform((s) => s * 1_000),
  z.string().transform((text) => Date.parse(text)),
])
const searchShape = z.object({
  news: z.array(
    z.object({
      title: z.string(),
      publisher: z.string().nullish(),
      link: z.string().nullish(),
      providerPublishTime: moment,
      relatedTickers: z.array(z.string()).nullish(),
    }),
  ),
})

/** An article that names other tickers and not this one is left out: the search is generous. */
export function createYahooNews({ net, clock = systemClock }: YahooSourceOptions): NewsSource {
  const session = createYahooSession(net)
  const loads = createSharedLoads<Headline[]>({ maxAgeMs: KEEP_MS, maxEntries: MAX_KEPT, clock })
  return {
    name: NAME,
    headlines(ticker, asOf, signal) {
      return nameSource(NAME, signal, async () => {
        const end = endOfDayMs(asOf)
        const all = await loads.load(
          ticker,
          async (stop) => readArticles(await session.articles(ticker, ARTICLES, stop), ticker),
          signal,
        )
        return newestHeadlines(all, end)
      })
    },
  }
}

function readArticles(answer: unknown, ticker: string): Headline[] {
  const parsed = searchShape.safeParse(answer)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw new Error(`the answer about ${ticker} has an unknown shape at ${path.join('.')}: ${message}`)
  }
  return parsed.data.news
    .filter(({ relatedTickers }) => !relatedTickers?.length || relatedTickers.includes(ticker))
    .filter(({ providerPublishTime: at }) => at > 0 && at < 8.64e15)
    .map(({ title, publisher, link, providerPublishTime }) => ({
      title: htmlToText(title, MAX_TITLE),
      publisher: cleanText(publisher ?? '', MAX_PUBLISHER) || 'Yahoo Finance',
      published_at: toIso(providerPublishTime),
      url: readLink(link),
      summary: null,
    }))
    .filter(({ title }) => title !== '')
}
