/** The sentiment analyst's look-up: what analysts or insiders did, further back than what is shown. */
import { z } from 'zod'
import type { SentimentChange } from '../../market/sources.ts'
import { addDays } from '../../market/sources/days.ts'
import { quoteChanges } from '../evidence/sentiment.ts'
import { admitWhole, defineLookUp, type AnyLookUpSpec } from './look-up-specs.ts'

const MAX_FOUND = 20
const MAX_DAYS = 3_650

export function createSentimentLookUps(changes: readonly SentimentChange[], asOf: string): AnyLookUpSpec[] {
  if (changes.length === 0) return []
  return [
    defineLookUp({
      name: 'changes',
      description: `Analysts' rating changes or insiders' trades, the newest ${MAX_FOUND}.`,
      input: z.object({
        kind: z.enum(['analyst', 'insider']),
        days: z.number().describe(`Not older than so many days, 1 to ${MAX_DAYS}.`),
      }),
      look({ kind, days }) {
        const since = addDays(asOf, -admitWhole('days', days, 1, MAX_DAYS))
        let left = MAX_FOUND
        return quoteChanges(changes, kind, (change) => change.date > since && left-- > 0)
      },
    }),
  ]
}
