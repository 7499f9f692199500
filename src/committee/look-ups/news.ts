/** The news analyst's look-up: headlines by word and age. */
import { z } from 'zod'
import { addDays } from '../../market/sources/days.ts'
import { dayOf, quoteHeadlines, type FoundHeadline } from '../evidence/news.ts'
import { admitWhole, defineLookUp, type AnyLookUpSpec } from './look-up-specs.ts'

const MAX_FOUND = 15
const MAX_DAYS = 3_650

export function createNewsLookUps(headlines: readonly FoundHeadline[], asOf: string): AnyLookUpSpec[] {
  if (headlines.length === 0) return []
  return [
    defineLookUp({
      name: 'headlines',
      description: `Headlines that hold all of some words, the newest ${MAX_FOUND}.`,
      input: z.object({
        query: z.string().describe('Words, all of which the headline or its summary holds; empty for any.'),
        days: z.number().describe(`Not older than so many days, 1 to ${MAX_DAYS}.`),
      }),
      look({ query, days }) {
        const since = addDays(asOf, -admitWhole('days', days, 1, MAX_DAYS))
        const words = query.toLowerCase().split(/\s+/).filter(Boolean)
        let left = MAX_FOUND
        return quoteHeadlines(headlines, (headline) => {
          const text = `${headline.title}\n${headline.summary ?? ''}`.toLowerCase()
          return dayOf(headline) > since && words.every((word) => text.includes(word)) && left-- > 0
        })
      },
    }),
  ]
}
