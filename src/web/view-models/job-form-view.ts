/** The form that starts a job: made from the schema of its kind and from the parameters of the strategy that is chosen. */
import { listJobFields, type JobField } from '../../lab/job-fields.ts'
import { FORM_STARTS, SIZE_CONTROLS } from '../../lab/job-form.ts'
import { isSearch, JOB_KINDS, type JobKind } from '../../lab/job-inputs.ts'
import type { ImportedListing } from '../../lab/series-facts.ts'
import type { StrategyListing } from '../../lab/strategy-catalog.ts'
import type { Listing } from '../../market/vendor.ts'
import type { Refusal } from '../page.ts'
import type { FormValues } from './assess-form.ts'
import { plainControl, tellNumber, viewControl, type ControlView } from './job-controls.ts'
import {
  countTrials,
  viewParameters,
  viewRanges,
  type ParameterView,
  type RangeView,
  type TrialCount,
} from './job-ranges.ts'
import { describeImport } from './imports-view.ts'
import { KIND_WORDS } from './job-kind-words.ts'

export interface JobFormFacts {
  kind: JobKind
  strategies: readonly StrategyListing[]
  /** Null for a kind without one, or while there is none of that name. */
  chosen: StrategyListing | null
  listings: readonly Listing[]
  vendor: string
  /** For whom nothing was typed. */
  ticker: string
  features: readonly FeatureFacts[]
  /** What is known of the imported bars that are named; null for none. */
  imported: ImportedListing | null
}

/** What a training may look at. */
export interface FeatureFacts {
  name: string
  about: string
}

export interface FoldedPart {
  id: string
  title: string
  /** What holds as it stands, in a few words. */
  standing: string
  isOpen: boolean
  controls: ControlView[]
  sizing: SizingView[] | null
}

export interface SizingView {
  value: string
  label: string
  isChosen: boolean
  size: ControlView
  window: ControlView | null
}

export interface JobFormView {
  kind: JobKind
  title: string
  lead: string
  verb: string
  kinds: { value: JobKind; label: string; isPresent: boolean }[]
  strategies: { value: string; label: string; isSelected: boolean }[]
  strategy: Pick<StrategyListing, 'name' | 'title' | 'about' | 'source' | 'file'> | null
  ticker: ControlView
  suggestions: { ticker: string; range: string }[]
  isSeveral: boolean
  /** Hash of imported bars that are used in place of the vendor's; empty for none. */
  imported: string
  /** What is known of them, in a sentence; empty where nothing is. */
  importedText: string
  bars: ControlView[]
  parameters: ParameterView[]
  ranges: RangeView[]
  count: TrialCount | null
  search: ControlView[]
  folds: ControlView[]
  training: ControlView[]
  features: { name: string; about: string; isChosen: boolean }[]
  parts: FoldedPart[]
  error: Refusal | null
}

const BARS = ['start', 'end', 'prices']
const SEARCH = ['maximize', 'constraint', 'method', 'tries', 'seed']
const FOLDS = ['train_bars', 'test_bars', 'purge_bars', 'embargo_bars', 'anchored']
const TRAINING = ['model', 'horizon_bars', 'folds', 'seed']
const POSITION = ['stop_loss', 'take_profit', 'trailing_stop', 'whole_shares', 'allow_short', 'finalize']
/** How many of those listed a strategy of several is first tried on. */
const USUAL_TICKERS = 4

export function viewJobForm(
  facts: JobFormFacts,
  typed: FormValues = {},
  error: Refusal | null = null,
): JobFormView {
  const { kind, chosen } = facts
  const values = dropOldConstraint(typed, facts)
  const fields = listJobFields(kind)
  const view = (field: JobField) => {
    const isConstraint = field.name === 'constraint' && values.constraint === undefined
    return viewControl(
      field,
      values,
      error,
      isConstraint ? (chosen?.constraint ?? '') : FORM_STARTS[field.name],
    )
  }
  const some = (names: readonly string[]) =>
    names.flatMap((name) => fields.filter((field) => field.name === name).map(view))
  const isSeveral = chosen?.tickers === 'several'
  const isSearched = isSearch(kind)
  const own = chosen === null ? {} : ofStrategy(values, chosen.name)
  const ranges = isSearched && chosen ? viewRanges(chosen, own, error) : []
  const search = isSearched ? some(SEARCH) : []
  const valueOf = (control: string) => search.find((one) => one.control === control)?.value ?? ''
  return {
    kind,
    ...KIND_WORDS[kind],
    kinds: JOB_KINDS.map((value) => ({ value, label: KIND_WORDS[value].name, isPresent: value === kind })),
    strategies: facts.strategies.map(({ name, title, file }) => ({
      value: name,
      label: file === null ? title : `${title} (${file})`,
      isSelected: name === chosen?.name,
    })),
    strategy: kind === 'train' ? null : chosen,
    ticker: viewTicker(facts, isSeveral, values, error),
    suggestions: facts.listings
      .filter(({ problem }) => problem === null)
      .map(({ ticker, first, last }) => ({ ticker, range: first && last ? `${first} … ${last}` : '' })),
    isSeveral,
    imported: values.imported?.at(-1) ?? '',
    importedText: facts.imported ? describeImport(facts.imported) : '',
    bars: some(BARS),
    parameters: !isSearched && chosen ? viewParameters(chosen, own, error) : [],
    ranges,
    count:
      isSearched && chosen
        ? countTrials(chosen.parameters, ranges, {
            ...{ method: valueOf('method'), tries: valueOf('tries') },
            ...{ constraint: valueOf('constraint'), isWalk: kind === 'walk-forward' },
          })
        : null,
    search,
    folds: some(FOLDS),
    training: kind === 'train' ? some(TRAINING) : [],
    features: kind === 'train' ? viewFeatures(facts.features, values) : [],
    parts: kind === 'train' ? [] : viewParts(fields, view, values, error),
    error,
  }
}

/** All are ticked until one is chosen. */
function viewFeatures(features: readonly FeatureFacts[], values: FormValues): JobFormView['features'] {
  const chosen = (values.features ?? []).filter((name) => name !== '')
  return features.map(({ name, about }) => ({
    ...{ name, about },
    isChosen: chosen.length === 0 || chosen.includes(name),
  }))
}

/** The constraint that came with another strategy, and was left as it was, gives way to that of the present one. */
function dropOldConstraint(values: FormValues, { strategies, chosen }: JobFormFacts): FormValues {
  const typedFor = values.of?.at(-1)
  if (typedFor === undefined || typedFor === chosen?.name) return values
  const before = strategies.find(({ name }) => name === typedFor)?.constraint ?? ''
  if ((values.constraint?.at(-1) ?? '').trim() !== before) return values
  const { constraint: _, ...rest } = values
  return rest
}

/** Parameters that were typed for another strategy mean nothing to this one. */
function ofStrategy(values: FormValues, strategy: string): FormValues {
  const typedFor = values.of?.at(-1)
  if (typedFor === undefined || typedFor === strategy) return values
  return Object.fromEntries(
    Object.entries(values).filter(([control]) => !/^(param|from|to|step)\./.test(control)),
  )
}

function viewTicker(
  { listings, vendor, ticker }: JobFormFacts,
  isSeveral: boolean,
  values: FormValues,
  error: Refusal | null,
): ControlView {
  const control = isSeveral ? 'tickers' : 'ticker'
  const typed = values[control]?.at(-1) ?? values[isSeveral ? 'ticker' : 'tickers']?.at(-1)
  const listed = listings.filter(({ problem }) => problem === null)
  const several = listed
    .slice(0, USUAL_TICKERS)
    .map((one) => one.ticker)
    .join(', ')
  const one = typed?.split(',')[0]?.trim()
  return plainControl(
    {
      ...{ control, label: isSeveral ? 'Tickers' : 'Ticker', isRequired: !values.imported },
      // Imported prices bring their own name.
      value: isSeveral ? (typed ?? several) : (one ?? (values.imported ? '' : ticker)),
      help: isSeveral ? `Up to 20 of the ${vendor} vendor, by commas.` : `Of the ${vendor} vendor.`,
      placeholder: isSeveral ? 'AAPL, MSFT' : 'GOOG',
    },
    error,
  )
}

function viewParts(
  fields: readonly JobField[],
  view: (field: JobField) => ControlView,
  values: FormValues,
  error: Refusal | null,
): FoldedPart[] {
  const elsewhere = new Set([...BARS, ...SEARCH, ...FOLDS, ...POSITION, 'volatility_window'])
  const costs = fields.filter(({ name }) => !elsewhere.has(name))
  const position = POSITION.flatMap((name) => fields.filter((field) => field.name === name))
  const sizing = viewSizing(fields, view, values, error)
  const isTouched = (shown: readonly JobField[]) =>
    shown.some((field) => {
      const { value, isWrong } = view(field)
      return isWrong || value !== (FORM_STARTS[field.name] ?? field.standard ?? '')
    })
  const get = (name: string) => view(fields.find((field) => field.name === name)!)
  const chosen = sizing.find(({ isChosen }) => isChosen)!
  const isSizeTouched =
    error?.field === 'sizing' ||
    sizing.some(({ size, window }) => size.isWrong || window?.isWrong) ||
    !(chosen.value === 'fraction' && Number(chosen.size.value) === 100)
  return [
    {
      ...{ id: 'costs', title: 'Account and costs', standing: tellCosts(get) },
      ...{ isOpen: isTouched(costs), controls: costs.map(view), sizing: null },
    },
    {
      ...{ id: 'position', title: 'Position size and exits', standing: tellPosition(get, chosen) },
      ...{ isOpen: isTouched(position) || isSizeTouched, controls: position.map(view), sizing },
    },
  ]
}

const SIZE_WORDS: Record<keyof typeof SIZE_CONTROLS, { label: string; unit: '%' | ''; help: string }> = {
  fraction: { label: 'A part of what can be bought', unit: '%', help: '100 % is all of it.' },
  shares: { label: 'A number of shares', unit: '', help: 'Always so many.' },
  cash: { label: 'An amount of money', unit: '', help: 'In the currency of the prices.' },
  volatility: { label: 'By volatility', unit: '%', help: 'Wanted of equity, a year.' },
}

function viewSizing(
  fields: readonly JobField[],
  view: (field: JobField) => ControlView,
  values: FormValues,
  error: Refusal | null,
): SizingView[] {
  const chosen = values.sizing?.at(-1) || 'fraction'
  return Object.entries(SIZE_CONTROLS).map(([value, { control, standard }]) => {
    const { label, unit, help } = SIZE_WORDS[value as keyof typeof SIZE_CONTROLS]
    const size = plainControl(
      {
        ...{ control, label, unit, help, form: 'number', step: 'any' },
        value: values[control]?.at(-1) || standard,
      },
      error,
    )
    const window = fields.find(({ name }) => name === 'volatility_window')
    const isChosen = value === chosen
    return { value, label, isChosen, size, window: value === 'volatility' && window ? view(window) : null }
  })
}

type GetControl = (name: string) => ControlView

function tellCosts(get: GetControl): string {
  const cost = (name: string, word: string, unit = '%') => {
    const { value } = get(name)
    return Number(value) === 0 ? [] : [`${word} ${tellNumber(value, unit)}`]
  }
  const costs = [
    ...cost('commission', 'commission'),
    ...cost('commission_fixed', 'per order', ''),
    ...cost('spread', 'spread'),
    ...cost('slippage', 'slippage'),
  ]
  const fill = get('fill')
    .choices.find(({ isSelected }) => isSelected)
    ?.label.toLowerCase()
  const margin = get('margin').value
  return [
    `${tellNumber(get('cash').value)} at the start`,
    ...(costs.length > 0 ? costs : ['no costs: results will look better than they would have been']),
    ...(margin === '100' ? [] : [`margin ${tellNumber(margin, '%')}`]),
    `filled ${fill ?? ''}`,
  ].join(', ')
}

function tellPosition(get: GetControl, { value, size }: SizingView): string {
  const sizes: Record<string, string> = {
    fraction:
      Number(size.value) === 100
        ? 'all that can be bought'
        : `${tellNumber(size.value, '%')} of what can be bought`,
    shares: `${tellNumber(size.value)} shares`,
    cash: `${tellNumber(size.value)} in money`,
    volatility: `${tellNumber(size.value, '%')} volatility a year`,
  }
  const exits = ['stop_loss', 'take_profit', 'trailing_stop'].flatMap((name) => {
    const control = get(name)
    return control.value === '' ? [] : [`${control.label.toLowerCase()} ${tellNumber(control.value, '%')}`]
  })
  return [
    sizes[value] ?? '',
    get('whole_shares').isOn ? 'whole shares' : 'fractions of shares',
    get('allow_short').isOn ? 'long and short' : 'long only',
    ...(exits.length > 0 ? exits : ['no stops']),
  ].join(', ')
}

/** The refusal in the words of the form. */
export function describeJobRefusal(
  { field, message }: Refusal,
  labels: ReadonlyMap<string, string>,
): Refusal {
  const label = labels.get(field ?? '')
  const isNamed = label !== undefined && field !== null && message.startsWith(`${field} `)
  return { field, message: isNamed ? label + message.slice(field.length) : message }
}

/** What each control is called, by its name and, where that differs, by the name in the input. */
export function labelControls(view: JobFormView): Map<string, string> {
  const controls = [
    ...[view.ticker, ...view.bars, ...view.search, ...view.folds, ...view.training],
    ...view.parameters.map(({ value }) => value),
    ...view.ranges.flatMap(({ from, to, step }) => [from, to, step]),
    ...view.parts.flatMap(({ controls, sizing }) => [
      ...controls,
      ...(sizing ?? []).flatMap(({ size, window }) => [size, ...(window ? [window] : [])]),
    ]),
  ]
  return new Map(
    controls.flatMap(({ control, label }) => [
      [control, label],
      [control.replace(/_pct$/, ''), label],
    ]),
  )
}
