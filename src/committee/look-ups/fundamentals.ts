/** The fundamentals analyst's look-up: the history of one figure, as it was filed. */
import { z } from 'zod'
import { InputError, quote } from '../../core/errors.ts'
import { suggestName } from '../../core/nearest.ts'
import type { FiledFact } from '../../market/sources.ts'
import { spanOf, type FactBook } from '../evidence/filed-facts.ts'
import { describeFact } from '../evidence/fundamentals.ts'
import { defineLookUp, type AnyLookUpSpec } from './look-up-specs.ts'

const MAX_FACTS = 8
/** Names told to the model; the others are suggested when one comes near. */
const MAX_NAMES = 40
const PERIODS = ['annual', 'quarterly', 'balance', 'any'] as const

/** `source` names where the filings come from. */
export function createFundamentalsLookUps(book: FactBook, source: string): AnyLookUpSpec[] {
  const labels = [...new Set(book.facts.map((fact) => fact.label))].sort()
  if (labels.length === 0) return []
  return [
    defineLookUp({
      name: 'fact',
      description: `The last ${MAX_FACTS} filed values of one of the company's figures. Its name is one of: ${labels.slice(0, MAX_NAMES).join('; ')}.`,
      input: z.object({
        concept: z.string().describe('Name of the figure, or its name in the filing.'),
        period: z.enum(PERIODS).describe('Which periods: years, quarters, days of a balance sheet, or any.'),
      }),
      look({ concept, period }) {
        const wanted = concept.trim().toLowerCase()
        const named = book.facts.filter(
          (fact) => fact.label.toLowerCase() === wanted || fact.concept.toLowerCase() === wanted,
        )
        if (named.length === 0)
          throw new InputError(
            'concept',
            `concept ${quote(concept)} is not filed; ${suggestName(concept, labels)}`,
          )
        const chosen = latestByPeriod(named.filter((fact) => isOf(fact, period)))
        return chosen.slice(-MAX_FACTS).map((fact) => describeFact(fact, source))
      },
    }),
  ]
}

function isOf(fact: FiledFact, period: (typeof PERIODS)[number]): boolean {
  const wanted = { annual: 'year', quarterly: 'quarter', balance: 'day' } as const
  return period === 'any' || spanOf(fact) === wanted[period]
}

/** One for each period and name, as last filed; the book lists the oldest filing first. */
function latestByPeriod(facts: readonly FiledFact[]): FiledFact[] {
  const latest = new Map<string, FiledFact>()
  for (const fact of facts) latest.set(`${fact.label} ${fact.period_start ?? ''} ${fact.period_end}`, fact)
  return [...latest.values()].sort((a, b) =>
    a.period_end < b.period_end ? -1 : a.period_end > b.period_end ? 1 : 0,
  )
}
