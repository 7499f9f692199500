/** The launch form: what can be asked for, and what was typed when it could not be accepted. */
import { ANALYSTS, MAX_ROUNDS } from '../../committee/assessment-input.ts'
import { NO_SOURCE, ROLE_LABELS } from '../../committee/plan.ts'
import type { Listing } from '../../market/vendor.ts'
import type { Refusal } from '../page.ts'

/** Every value of every field, as a form post carries them. */
export type FormValues = Record<string, string[]>

export interface AssessFormView {
  tickers: string
  asOf: string
  minDate: string
  maxDate: string
  rounds: string
  maxRounds: number
  maxTickers: number
  vendor: string
  analysts: { id: string; label: string; checked: boolean; missing: string }[]
  suggestions: { ticker: string; range: string }[]
  error: Refusal | null
}

export interface AssessFormFacts {
  vendor: string
  listings: readonly Listing[]
  maxTickers: number
}

export function viewAssessForm(
  facts: AssessFormFacts,
  values: FormValues = {},
  error: Refusal | null = null,
): AssessFormView {
  const firsts = facts.listings.flatMap((listing) => listing.first ?? []).sort()
  const lasts = facts.listings.flatMap((listing) => listing.last ?? []).sort()
  const typed = Object.keys(values).length > 0
  const chosen = listOf(values.analysts).flatMap((part) => part.split(',').map((name) => name.trim()))
  return {
    tickers: listOf(values.company_symbols).join(', '),
    asOf: typed ? (listOf(values.as_of)[0] ?? '') : (lasts.at(-1) ?? ''),
    minDate: firsts[0] ?? '',
    maxDate: lasts.at(-1) ?? '',
    rounds: listOf(values.rounds)[0] ?? '1',
    maxRounds: MAX_ROUNDS,
    maxTickers: facts.maxTickers,
    vendor: facts.vendor,
    analysts: ANALYSTS.map((id) => {
      const missing = id === 'market' ? '' : NO_SOURCE[id]
      return { id, label: ROLE_LABELS[id], missing, checked: typed ? chosen.includes(id) : true }
    }),
    suggestions: facts.listings.map(({ ticker, first, last }) => ({
      ticker,
      range: first && last ? `${first} … ${last}` : '',
    })),
    error,
  }
}

function listOf(value: string[] | undefined): string[] {
  return value ?? []
}
