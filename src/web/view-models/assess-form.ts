/** The launch form: what can be asked for, and what was typed when it could not be accepted. */
import { ANALYSTS, MAX_REPEATS, MAX_ROUNDS } from '../../committee/assessment-input.ts'
import { ROLE_LABELS } from '../../committee/plan.ts'
import { formatDollars, formatNumber, formatUsd } from '../../core/format.ts'
import type { Listing } from '../../market/vendor.ts'
import type { Refusal } from '../page.ts'
import type { EstimateView } from './estimate-view.ts'

/** Every value of every field, as a form post carries them. */
export type FormValues = Record<string, string[]>

/** What thinks in a run that does not say otherwise, and what it may spend; null for nothing set and no bound. */
export interface ModelDefaults {
  readonly deep: string | null
  readonly quick: string | null
  readonly budgetUsd: number | null
  readonly budgetTokens: number | null
}

/** Which analysts besides the market's have something to read. */
export type AnalystSources = Readonly<Record<'fundamentals' | 'news' | 'sentiment', boolean>>

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
  /** One without a source cannot be chosen. */
  analysts: { id: string; label: string; checked: boolean; hasSource: boolean }[]
  /** Which are not set up, in a sentence; empty where all are. */
  withoutSource: string
  suggestions: { ticker: string; range: string }[]
  thinking: ThinkingFormView
  error: Refusal | null
  estimate: EstimateView
}

/** The folded part: who thinks, and what that may cost. */
export interface ThinkingFormView {
  /** It holds something typed or refused, so it must not be out of sight. */
  isOpen: boolean
  /** What holds if nothing is typed, in a few words. */
  standing: string
  isConfigured: boolean
  modes: { value: string; label: string; selected: boolean }[]
  deepModel: FilledField
  quickModel: FilledField
  roleModels: string
  roleExample: string
  repeats: string
  maxRepeats: number
  budgetUsd: FilledField
  budgetTokens: FilledField
  knownModels: string[]
}

interface FilledField {
  value: string
  /** What holds while it is empty. */
  standing: string
}

export interface AssessFormFacts {
  vendor: string
  listings: readonly Listing[]
  maxTickers: number
  models: ModelDefaults
  sources: AnalystSources
  estimate: EstimateView
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
    asOf: firstOf(values.as_of),
    firstBar: firsts[0] ?? '',
    lastBar: lasts.at(-1) ?? '',
    rounds: firstOf(values.rounds) || '1',
    maxRounds: MAX_ROUNDS,
    maxTickers: facts.maxTickers,
    vendor: facts.vendor,
    analysts: ANALYSTS.map((id) => {
      const hasSource = id === 'market' || facts.sources[id]
      return { id, label: ROLE_LABELS[id], hasSource, checked: hasSource && (!typed || chosen.includes(id)) }
    }),
    withoutSource: describeMissing(facts.sources),
    suggestions: facts.listings.map(({ ticker, first, last }) => ({
      ticker,
      range: first && last ? `${first} … ${last}` : '',
    })),
    thinking: viewThinkingForm(facts.models, values, error),
    error: error && { ...error, message: describeRefusal(error, tickers) },
    estimate: facts.estimate,
  }
}

function describeMissing(sources: AnalystSources): string {
  const missing = ANALYSTS.filter((id) => id !== 'market' && !sources[id])
  if (missing.length === 0) return ''
  if (missing.length === 1) return `The ${ROLE_LABELS[missing[0]!].toLowerCase()} is not set up on this desk.`
  return `${missing.length === 3 ? 'Three' : 'Two'} analysts are not set up on this desk.`
}

const THINKING_FIELDS = [
  'mode',
  'deep_model',
  'quick_model',
  'role_models',
  'repeats',
  'budget_usd',
  'budget_tokens',
]

function viewThinkingForm(
  models: ModelDefaults,
  values: FormValues,
  error: Refusal | null,
): ThinkingFormView {
  // One of the two stands for both.
  const deep = models.deep ?? models.quick
  const quick = models.quick ?? models.deep
  const isConfigured = deep !== null
  const mode = firstOf(values.mode)
  const names = [...new Set([deep, quick].filter((model) => model !== null))]
  const isTyped = (field: string) => {
    const value = firstOf(values[field]).trim()
    return value !== '' && !(field === 'repeats' && value === '1')
  }
  const bounds = describeBounds(models)
  return {
    isOpen: THINKING_FIELDS.some((field) => isTyped(field) || error?.field === field),
    standing: isConfigured ? `${names.join(' and ')}, ${bounds}` : 'the rules committee',
    isConfigured,
    modes: [
      {
        value: '',
        label: isConfigured ? 'As configured: models' : 'As configured: rules',
        selected: mode === '',
      },
      { value: 'llm', label: 'Language models', selected: mode === 'llm' },
      { value: 'rules', label: 'The rules committee', selected: mode === 'rules' },
    ],
    deepModel: { value: firstOf(values.deep_model), standing: deep ?? '' },
    quickModel: { value: firstOf(values.quick_model), standing: quick ?? '' },
    roleModels: listOf(values.role_models).join(', '),
    roleExample: `trader=${quick ?? 'openai:gpt-4o'}`,
    repeats: firstOf(values.repeats) || '1',
    maxRepeats: MAX_REPEATS,
    budgetUsd: {
      value: firstOf(values.budget_usd),
      standing: models.budgetUsd === null ? 'no bound' : formatDollars(models.budgetUsd),
    },
    budgetTokens: {
      value: firstOf(values.budget_tokens),
      standing: models.budgetTokens === null ? 'no bound' : formatNumber(models.budgetTokens, 0),
    },
    knownModels: names,
  }
}

function describeBounds({ budgetUsd, budgetTokens }: ModelDefaults): string {
  const bounds = [
    ...(budgetUsd === null ? [] : [formatUsd(budgetUsd)]),
    ...(budgetTokens === null ? [] : [`${formatNumber(budgetTokens, 0)} tokens`]),
  ]
  return bounds.length === 0 ? 'no bound' : `at most ${bounds.join(' and ')} a run`
}

/** What the form calls the fields. */
const LABELS: Record<string, string> = {
  company_symbols: 'Tickers',
  ticker: 'Ticker',
  as_of: 'As of',
  analysts: 'Analysts',
  rounds: 'Rounds',
  mode: 'Who thinks',
  deep_model: 'Deep model',
  quick_model: 'Quick model',
  role_models: 'Models of single roles',
  repeats: 'Repeats',
  budget_usd: 'Budget in USD',
  budget_tokens: 'Budget in tokens',
}

/** The refusal in the words of the form. */
export function describeRefusal({ field, message }: Refusal, tickers: string): string {
  const label = LABELS[field ?? '']
  const told = label && message.startsWith(`${field} `) ? label + message.slice(field!.length) : message
  const needsCommas = field === 'company_symbols' && /[^\s,][\s;]+[^\s,]/.test(tickers)
  return needsCommas ? `${told}. Put a comma between tickers.` : told
}

function listOf(value: string[] | undefined): string[] {
  return value ?? []
}

function firstOf(value: string[] | undefined): string {
  return value?.[0] ?? ''
}
