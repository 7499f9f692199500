/** The form that starts a job, empty, filled by an address, or once more with what was typed and why it was refused. */
import { InputError, NotFoundError } from '../../core/errors.ts'
import { PORTFOLIO } from '../../core/ids.ts'
import { JOB_KINDS, parseJobKind } from '../../lab/job-inputs.ts'
import type { ImportedListing } from '../../lab/series-facts.ts'
import type { StrategyCatalog, StrategyListing } from '../../lab/strategy-catalog.ts'
import type { Page, Refusal } from '../page.ts'
import type { FormValues } from '../view-models/assess-form.ts'
import { describeJobRefusal, labelControls, viewJobForm } from '../view-models/job-form-view.ts'
import type { PageDeps } from './page-deps.ts'

/** Longer ones no form of this desk has written. */
const MAX_VALUE_CHARS = 500
const USUAL_STRATEGY = 'sma-cross'

/** What an address fills the form with. `show` is the kind that was chosen on the form in place of its own. */
export function readJobValues({ searchParams }: URL): FormValues {
  const values: FormValues = {}
  for (const [name, value] of searchParams)
    values[name] = [...(values[name] ?? []), value.slice(0, MAX_VALUE_CHARS)]
  return values.show ? { ...values, kind: values.show } : values
}

/** Throws `InputError` for a kind there is not. */
export async function createJobFormPage(
  { desk, lab, series, market, features }: PageDeps,
  values: FormValues,
  refusal: Refusal | null = null,
): Promise<Page> {
  const kind = parseJobKind(values.kind?.at(-1) ?? 'backtest')
  const { strategies } = await lab.catalog.list()
  const { chosen, problem } =
    kind === 'train' ? { chosen: null, problem: null } : await choose(lab.catalog, strategies, values)
  const listings = await market.listings()
  const imported = await findImport(series, values.imported?.at(-1))
  const facts = {
    imported,
    ...{ kind, strategies, chosen, listings, features, vendor: market.name },
    ticker:
      imported?.ticker ??
      latestTicker(desk) ??
      listings.find((listing) => listing.problem === null)?.ticker ??
      '',
  }
  const error = refusal ?? problem
  const form = viewJobForm(facts, values, error)
  return {
    title: form.title,
    nav: 'lab',
    template: 'lab/new',
    data: { form: { ...form, error: error && describeJobRefusal(error, labelControls(form)) } },
    regions: [],
    live: false,
    hasForm: true,
  }
}

/** One that cannot be run is said to be so, and the usual one stands in its place. */
async function choose(
  catalog: StrategyCatalog,
  strategies: readonly StrategyListing[],
  values: FormValues,
): Promise<{ chosen: StrategyListing | null; problem: Refusal | null }> {
  const usual = strategies.find(({ name }) => name === USUAL_STRATEGY) ?? strategies[0] ?? null
  const name = values.strategy?.at(-1)
  if (name === undefined || name === '') return { chosen: usual, problem: null }
  try {
    return { chosen: await catalog.find(name), problem: null }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { chosen: usual, problem: { field: 'strategy', message: error.message } }
  }
}

/** Null for one that there is not, or not any more: the launch says so. */
async function findImport(
  series: PageDeps['series'],
  hash: string | undefined,
): Promise<ImportedListing | null> {
  if (!hash) return null
  return series.describe(hash).catch((error: unknown) => {
    if (error instanceof NotFoundError || error instanceof InputError) return null
    throw error
  })
}

/** Of the last job over one ticker: who works on one goes on with it. */
function latestTicker(desk: PageDeps['desk']): string | null {
  const { runs } = desk.list({ kind: JOB_KINDS, limit: 10 })
  return runs.find(({ ticker }) => ticker !== PORTFOLIO)?.ticker ?? null
}
