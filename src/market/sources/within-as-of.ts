/**
 * The one guard between sources and whoever reads them: what is dated after the as-of date, or cannot be dated, is a
 * fault of the source, and no part of such an answer is given on.
 */
import type { FiledFact, Headline, SentimentChange, Sources } from '../sources.ts'
import { LookAheadError } from '../window.ts'
import { endOfDayMs, isDay } from './days.ts'

/** The same sources, each of whose answers is checked. `LookAheadError` names the source and the date. */
export function withinAsOf({ fundamentals, news, sentiment }: Sources): Sources {
  return {
    fundamentals: fundamentals && {
      name: fundamentals.name,
      facts: async (ticker, asOf, signal) =>
        check(fundamentals.name, asOf, await fundamentals.facts(ticker, asOf, signal), datesOfFact),
    },
    news: news.map((source) => ({
      name: source.name,
      headlines: async (ticker, asOf, signal) =>
        check(source.name, asOf, await source.headlines(ticker, asOf, signal), datesOfHeadline),
    })),
    sentiment: sentiment && {
      name: sentiment.name,
      changes: async (ticker, asOf, signal) =>
        check(sentiment.name, asOf, await sentiment.changes(ticker, asOf, signal), datesOfChange),
    },
  }
}

function check<T>(source: string, asOf: string, answers: T[], datesOf: (answer: T) => string[]): T[] {
  const end = endOfDayMs(asOf)
  for (const date of answers.flatMap(datesOf)) {
    const ms = isDay(date) || ISO_TIME.test(date) ? Date.parse(date) : Number.NaN
    if (!(ms <= end))
      throw new LookAheadError(
        `${source} answered with something of ${date}, which is not known to be by ${asOf}`,
      )
  }
  return answers
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/

const datesOfFact = ({ filed, period_end }: FiledFact) => [filed, period_end]
const datesOfHeadline = ({ published_at }: Headline) => [published_at]
const datesOfChange = ({ date }: SentimentChange) => [date]
