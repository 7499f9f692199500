/** The first page: launch one or many assessments, told before what that would take; below it the newest runs. */
import { ANALYSTS } from '../../committee/assessment-input.ts'
import { boundLaunch, parseLaunchForm } from '../../committee/launch-form.ts'
import { InputError } from '../../core/errors.ts'
import type { LaunchAnswer, Page } from '../page.ts'
import { describeRefusal, viewAssessForm, type FormValues } from '../view-models/assess-form.ts'
import {
  ESTIMATE_AWAITS,
  ESTIMATE_HINT,
  viewEstimate,
  viewRefusedEstimate,
  type EstimateView,
} from '../view-models/estimate-view.ts'
import { viewListedRun } from '../view-models/runs-list-view.ts'
import type { PageDeps } from './page-deps.ts'

const NEWEST = 8

/** `values` are what a post that started nothing leaves behind, and `answer` what it was told: the form shows both. */
export async function createAssessPage(
  deps: PageDeps,
  values?: FormValues,
  { refusal, estimate }: LaunchAnswer = {},
): Promise<Page> {
  const { desk, market, config, clock } = deps
  const facts = {
    vendor: market.name,
    listings: await market.listings(),
    maxTickers: boundLaunch(config).maxTickers,
    models: deps.models,
    sources: deps.sources,
    estimate: estimate ?? (refusal ? ESTIMATE_AWAITS : ESTIMATE_HINT),
  }
  return {
    title: 'Assess',
    nav: 'assess',
    template: 'assess/assess',
    data: {
      form: viewAssessForm(facts, values, refusal ?? null),
    },
    regions: [
      {
        id: 'newest-runs',
        key: 'assess/newest',
        template: 'assess/newest',
        watch: ['list'],
        data: () => {
          const { runs, total } = desk.list({ limit: NEWEST })
          return {
            rows: runs.map((summary) => viewListedRun(summary, clock.now())),
            total,
            more: total > NEWEST,
          }
        },
      },
    ],
    live: true,
    hasForm: true,
  }
}

/** A link may name tickers and a day for the form, to be looked at before they are launched; the rest is as always. */
export function readPrefill({ searchParams }: URL): FormValues | undefined {
  const named = PREFILLED.filter((name) => searchParams.has(name))
  if (named.length === 0) return undefined
  const values = named.map((name) => [name, [searchParams.get(name)!.slice(0, PREFILL_CHARS)]] as const)
  return { ...Object.fromEntries(values), analysts: [...ANALYSTS] }
}

const PREFILLED = ['company_symbols', 'as_of']
const PREFILL_CHARS = 200

/** A form that cannot be launched as it is says so in place of figures; nothing was asked to start, so nothing failed. */
export async function estimateLaunch(
  { config, estimate, models }: PageDeps,
  fields: Record<string, unknown>,
): Promise<EstimateView> {
  const typed = [fields.company_symbols ?? ''].flat().join(', ')
  if (typed.trim() === '') return ESTIMATE_HINT
  try {
    const inputs = parseLaunchForm(fields, boundLaunch(config))
    const { budget_usd: usd = models.budgetUsd, budget_tokens: tokens = models.budgetTokens } = inputs[0]!
    return viewEstimate(await estimate(inputs), { usd, tokens })
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return viewRefusedEstimate(describeRefusal({ field: error.field, message: error.message }, typed))
  }
}
