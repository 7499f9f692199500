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
  /** YYYY-MM-DD of the first and last bar of all that is listed; empty where that is not known. */
  firstBar: string
  lastBar: string
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
  const tickers = listOf(values.company_symbols).join(', ')
  return {
    tickers,
    asOf: listOf(values.as_of)[0] ?? '',
    firstBar: firsts[0] ?? '',
    lastBar: lasts.at(-1) ?? '',
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
    error: error && { ...error, message: describeRefusal(error, tickers) },
  }
}

/** What the form calls the fields. */
const LABELS: Record<string, string> = {
  company_symbols: 'Tickers',
  ticker: 'Ticker',
  as_of: 'As of',
  analysts: 'Analysts',
  rounds: 'Rounds',
}

/** The refusal in the words of the form. */
function describeRefusal({ field, message }: Refusal, tickers: string): string {
  const label = LABELS[field ?? '']
  const told = label && message.startsWith(`${field} `) ? label + message.slice(field!.length) : message
  const needsCommas = field === 'company_symbols' && /[^\s,][\s;]+[^\s,]/.test(tickers)
  return needsCommas ? `${told}. Put a comma between tickers.` : told
}

function listOf(value: string[] | undefined): string[] {
  return value ?? []
}
