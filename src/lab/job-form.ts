/**
 * A job as a form sends it: every value is text, parameters and ranges are controls of their own (`param.fast`, or
 * `from.fast`, `to.fast`, `step.fast`), and what people think of in percent is in percent. `parseJobForm` makes the input
 * of a launch of it; `writeJobForm` makes a form of an input, so that a job can be run again with changes. What only the
 * world can tell (is there such a ticker?) is left to the launch.
 */
import { InputError, quote } from '../core/errors.ts'
import { parseNumber } from '../core/parse-number.ts'
import { parseTicker, parseTickers } from '../core/ids.ts'
import { suggestName } from '../core/nearest.ts'
import { describeBounds, parseShape } from '../core/parse-shape.ts'
import { fillParams } from '../trading/strategies/fill-params.ts'
import type { StrategyParameter } from '../trading/strategies/strategy.ts'
import { listJobFields, movePoint, writeValue, type JobField } from './job-fields.ts'
import { isSearch, JOB_INPUTS, parseJobKind, type JobKind } from './job-inputs.ts'
import type { StrategyListing } from './strategy-catalog.ts'
import { FEATURE_NAMES } from './train/features.ts'

/** What a form must know of a strategy. */
export type FormStrategy = Pick<StrategyListing, 'name' | 'parameters' | 'tickers'>

export interface JobLaunch {
  kind: JobKind
  /** As the schema of its kind takes it. */
  input: Record<string, unknown>
}

/** How a position's size is measured, and the control that holds it. */
export const SIZE_CONTROLS = {
  fraction: { control: 'size_fraction_pct', isPercent: true, standard: '100' },
  shares: { control: 'size_shares', isPercent: false, standard: '100' },
  cash: { control: 'size_cash', isPercent: false, standard: '5000' },
  volatility: { control: 'size_volatility_pct', isPercent: true, standard: '15' },
} as const
type Sizing = keyof typeof SIZE_CONTROLS

/**
 * What an empty form begins with, as it is typed, by the field's name: where nothing is laid down, and where what is laid
 * down flatters. Trading costs something.
 */
export const FORM_STARTS: Readonly<Record<string, string>> = {
  ...{ commission: '0.1', train_bars: '500', test_bars: '125' },
}

/** Sent along by the form for its own sake: for which strategy the parameters were typed, and which kind to show instead. */
const FOR_THE_FORM = ['of', 'show']

/**
 * Throws `InputError` naming the control and the value received. `strategy` is the one that the form names; null for
 * a kind that has none.
 */
export function parseJobForm(fields: Record<string, unknown>, strategy: FormStrategy | null): JobLaunch {
  const kind = parseJobKind(lastOf(fields.kind))
  const get = (control: string) => lastOf(fields[control]).trim()
  const parameters = strategy?.parameters ?? []
  refuseUnknown(fields, kind, parameters)
  const input: Record<string, unknown> = {
    ...(strategy && { strategy: strategy.name }),
    ...readBars(get, strategy),
  }
  for (const field of listJobFields(kind)) {
    const value = readField(field, get(field.control), field.control in fields)
    if (value !== undefined) input[field.name] = value
  }
  if (kind === 'train') {
    const features = listOf(fields.features).filter((name) => name.trim() !== '')
    // All of them is what holds without a choice, whichever there will be.
    const isChoice = features.length > 0 && FEATURE_NAMES.some((name) => !features.includes(name))
    if (isChoice) input.features = features
  } else {
    Object.assign(input, readSizing(get))
    Object.assign(input, isSearch(kind) ? readRanges(parameters, get) : readParams(parameters, get))
  }
  parseShape<unknown>(JOB_INPUTS[kind], input)
  return { kind, input }
}

/** The controls that differ from what stands in an empty form, by name; more than one value where there are several. */
export function writeJobForm(kind: JobKind, input: Record<string, unknown>): Record<string, string[]> {
  const form: Record<string, string[]> = { kind: [kind] }
  const set = (control: string, value: unknown, isPercent = false) => {
    if (value !== undefined && value !== null) form[control] = [writeValue(value, isPercent)]
  }
  for (const name of ['strategy', 'ticker', 'imported']) set(name, input[name])
  if (Array.isArray(input.tickers)) form.tickers = [input.tickers.join(', ')]
  if (Array.isArray(input.features)) form.features = input.features.map(String)
  for (const { name, control, isPercent, standard } of listJobFields(kind)) {
    const value = input[name]
    if (value === undefined || value === null) continue
    if (writeValue(value, isPercent) !== standard || name in FORM_STARTS) set(control, value, isPercent)
  }
  const size = SIZE_CONTROLS[input.sizing as Sizing]
  if (size && !(input.sizing === 'fraction' && input.size === 1)) {
    form.sizing = [String(input.sizing)]
    set(size.control, input.size, size.isPercent)
  }
  for (const [name, value] of Object.entries((input.params ?? {}) as Record<string, number>))
    set(isSearch(kind) ? `from.${name}` : `param.${name}`, value)
  for (const [name, ends] of Object.entries((input.grid ?? {}) as Record<string, number[]>))
    for (const [at, part] of ['from', 'to', 'step'].entries()) set(`${part}.${name}`, ends[at])
  return form
}

type Get = (control: string) => string

function readBars(get: Get, strategy: FormStrategy | null): Record<string, unknown> {
  const imported = get('imported')
  const control = strategy?.tickers === 'several' ? 'tickers' : 'ticker'
  const text = get(control)
  if (text === '') {
    if (imported !== '') return { imported }
    const example = control === 'tickers' ? 'some, like AAPL, MSFT' : 'one, like GOOG'
    throw new InputError(control, `${control} is empty: name ${example}`)
  }
  const named = control === 'tickers' ? parseTickers(text) : parseTicker(text)
  return { [control]: named, ...(imported !== '' && { imported }) }
}

/** Undefined where what holds without it is to hold. */
function readField(field: JobField, text: string, isSent: boolean): unknown {
  const { control, form, choices } = field
  if (form === 'flag') return isSent ? text === '1' : undefined
  if (text === '') {
    if (field.isOptional || field.standard !== null) return undefined
    throw new InputError(control, `${control} is empty; allowed: ${describeAllowed(field)}`)
  }
  switch (form) {
    case 'number':
    case 'whole':
      return readBounded(field, text)
    case 'choice':
      if (choices.includes(text)) return text
      throw new InputError(control, `${control} is ${quote(text)}; ${suggestName(text, choices)}`)
    case 'date':
      if (isDay(text)) return text
      throw new InputError(control, `${control} is ${quote(text)}; allowed: a day, YYYY-MM-DD`)
    case 'text':
      return text
  }
}

function readBounded(field: JobField, text: string): number {
  const { control, form, isPercent, least, most } = field
  const value = readNumber(control, text)
  const isAllowed =
    (form === 'number' || Number.isInteger(value)) &&
    (least === null || (least.isOpen ? value > least.value : value >= least.value)) &&
    (most === null || (most.isOpen ? value < most.value : value <= most.value))
  if (!isAllowed)
    throw new InputError(control, `${control} is ${quote(text)}; allowed: ${describeAllowed(field)}`)
  return isPercent ? Number(movePoint(text, -2)) : value
}

function describeAllowed(field: JobField): string {
  return describeBounds(field, field.form === 'whole', field.isPercent ? ' %' : '')
}

function readNumber(control: string, text: string): number {
  const value = parseNumber(text)
  if (!Number.isNaN(value)) return value
  throw new InputError(control, `${control} is ${quote(text)}, which is no number`)
}

function isDay(text: string): boolean {
  const day = text.slice(0, 10)
  const ms = Date.parse(`${day}T00:00:00Z`)
  return (
    !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === day && !Number.isNaN(Date.parse(text))
  )
}

function readSizing(get: Get): Record<string, unknown> {
  const sizing = get('sizing')
  if (sizing === '') return {}
  if (!(sizing in SIZE_CONTROLS)) {
    const known = Object.keys(SIZE_CONTROLS)
    throw new InputError('sizing', `sizing is ${quote(sizing)}; ${suggestName(sizing, known)}`)
  }
  const { control, isPercent, standard } = SIZE_CONTROLS[sizing as Sizing]
  const text = get(control) || standard
  const value = readNumber(control, text)
  const isWithin = sizing !== 'fraction' || value <= 100
  if (!(value > 0 && isWithin)) {
    const allowed = sizing === 'fraction' ? 'above 0, up to 100 %' : `above 0${isPercent ? ' %' : ''}`
    throw new InputError(control, `${control} is ${quote(text)}; allowed: ${allowed}`)
  }
  return { sizing, size: isPercent ? Number(movePoint(text, -2)) : value }
}

function readParams(parameters: readonly StrategyParameter[], get: Get): Record<string, unknown> {
  const typed = parameters.flatMap((parameter) => {
    const control = `param.${parameter.name}`
    const text = get(control)
    return text === '' ? [] : [[parameter.name, readParameter(parameter, control, text)] as const]
  })
  return { params: Object.fromEntries(typed) }
}

/** A parameter whose range has no end is held where it begins. */
function readRanges(parameters: readonly StrategyParameter[], get: Get): Record<string, unknown> {
  const params: Record<string, number> = {}
  const grid: Record<string, number[]> = {}
  for (const parameter of parameters) {
    const { name } = parameter
    const [from, to, step] = ['from', 'to', 'step'].map((part) => get(`${part}.${name}`))
    if (to === '') {
      if (from !== '') params[name] = readParameter(parameter, `from.${name}`, from!)
      continue
    }
    if (from === '')
      throw new InputError(`from.${name}`, `from.${name} is empty: where does the range begin?`)
    const least = readParameter(parameter, `from.${name}`, from!)
    const most = readNumber(`to.${name}`, to!)
    if (most < least || most > parameter.max) {
      const allowed = `from ${least} up to ${parameter.max}`
      throw new InputError(`to.${name}`, `to.${name} is ${quote(to)}; allowed: ${allowed}`)
    }
    const by = step === '' ? parameter.step : readNumber(`step.${name}`, step!)
    if (!(by > 0)) throw new InputError(`step.${name}`, `step.${name} is ${quote(step)}; allowed: above 0`)
    grid[name] = [least, most, by]
  }
  if (Object.keys(grid).length === 0) {
    const control = parameters[0] ? `to.${parameters[0].name}` : 'strategy'
    throw new InputError(control, `${control} is empty: at least one parameter must be searched`)
  }
  return { params, grid }
}

function readParameter(parameter: StrategyParameter, control: string, text: string): number {
  const value = readNumber(control, text)
  try {
    fillParams({ name: '', parameters: [parameter] }, { [parameter.name]: value })
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const { min, max, step } = parameter
    const steps = step === 1 && Number.isInteger(min) ? 'whole numbers' : `steps of ${step}`
    throw new InputError(control, `${control} is ${quote(text)}; allowed: ${min} to ${max} in ${steps}`)
  }
  return value
}

function refuseUnknown(
  fields: Record<string, unknown>,
  kind: JobKind,
  parameters: readonly StrategyParameter[],
): void {
  const known = listControls(kind, parameters)
  const unknown = Object.keys(fields).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new InputError(unknown, `unknown field ${quote(unknown)}; ${suggestName(unknown, known)}`)
}

/** Every control that the form of a kind may have. */
function listControls(kind: JobKind, parameters: readonly StrategyParameter[]): string[] {
  const plain = listJobFields(kind).map(({ control }) => control)
  const bars = ['kind', 'ticker', 'imported', ...FOR_THE_FORM]
  if (kind === 'train') return [...bars, ...plain, 'features']
  const parts = isSearch(kind) ? ['from', 'to', 'step'] : ['param']
  const sizes = Object.values(SIZE_CONTROLS).map(({ control }) => control)
  return [
    ...bars,
    ...['strategy', 'tickers', 'sizing'],
    ...plain,
    ...sizes,
    ...parameters.flatMap(({ name }) => parts.map((part) => `${part}.${name}`)),
  ]
}

function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String)
}

/** A box that is ticked comes after the one that says it might not be. */
function lastOf(value: unknown): string {
  return listOf(value).at(-1) ?? ''
}
