/** Headlines as evidence: what was published up to the as-of date, each once, the newest first. Quoted, never weighed. */
import { dateOf } from '../../market/series.ts'
import type { Headline } from '../../market/sources.ts'
import { addDays } from '../../market/sources/days.ts'
import { clipText } from '../quoted-text.ts'
import type { Measurement } from './measurement.ts'

/** Headlines that every news analyst is shown; older ones can be looked up. */
const HEADLINES_SHOWN = 25

export interface FoundHeadline extends Headline {
  /** The source it came from. */
  via: string
}

/** Those of all sources together. The same title from several places counts once, for the earliest source in order. */
export function mergeHeadlines(found: readonly FoundHeadline[], asOf: string): FoundHeadline[] {
  const seen = new Set<string>()
  return found
    .filter((headline) => {
      const ms = Date.parse(headline.published_at)
      if (Number.isNaN(ms) || dateOf(ms) > asOf) return false
      const name = headline.title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, ' ')
        .trim()
      if (name === '' || seen.has(name)) return false
      seen.add(name)
      return true
    })
    .sort((a, b) => Date.parse(b.published_at) - Date.parse(a.published_at))
}

/** Counts of all, and the newest ones as texts. */
export function measureNews(headlines: readonly FoundHeadline[], asOf: string): Measurement[] {
  const since = (days: number) =>
    headlines.filter((headline) => dayOf(headline) > addDays(asOf, -days)).length
  return [
    { label: 'Headlines found', value: headlines.length, unit: 'headlines' },
    { label: 'Headlines of the last 7 days', value: since(7), unit: 'headlines' },
    { label: 'Headlines of the last 30 days', value: since(30), unit: 'headlines' },
    ...quoteHeadlines(headlines, (_headline, index) => index < HEADLINES_SHOWN),
  ]
}

/** Those chosen, each under the label that its place among all gives it. */
export function quoteHeadlines(
  headlines: readonly FoundHeadline[],
  isChosen: (headline: FoundHeadline, index: number) => boolean,
): Measurement[] {
  return headlines.flatMap((headline, index) =>
    isChosen(headline, index)
      ? [
          {
            label: `Headline ${index + 1}`,
            value: clipText(headline.title),
            unit: 'text' as const,
            source: `${clipText(headline.publisher)}, ${timeOf(headline)} UTC, by ${headline.via}`,
            asOf: dayOf(headline),
          },
        ]
      : [],
  )
}

/** YYYY-MM-DD, UTC. */
export function dayOf({ published_at }: Headline): string {
  return dateOf(Date.parse(published_at))
}

function timeOf({ published_at }: Headline): string {
  return new Date(published_at).toISOString().slice(0, 16).replace('T', ' ')
}
