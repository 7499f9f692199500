/**
 * The plain fields of a job's form, made from the schemas of `job-inputs.ts`: what a control is called, what it may hold
 * and what holds without it. A form speaks of percent where the schema has a fraction: such a control has `_pct` behind
 * its name. Tickers, parameters, ranges and sizes, which need a strategy or more than one control, are left to
 * `job-form.ts`.
 */
import { z } from 'zod'
import { readBounds, type Bound, type Shape } from '../core/parse-shape.ts'
import { JOB_INPUTS, type JobKind } from './job-inputs.ts'

export interface JobField {
  /** As the job's input has it. */
  name: string
  /** As the form has it. */
  control: string
  title: string
  about: string
  form: 'number' | 'whole' | 'text' | 'flag' | 'choice' | 'date'
  isPercent: boolean
  /** Nothing may stand in it. */
  isOptional: boolean
  /** As the form has it: in percent where the control is. */
  least: Bound | null
  most: Bound | null
  choices: readonly string[]
  maxLength: number | null
  /** What holds where nothing is sent, as the form has it; null for nothing. */
  standard: string | null
}

/** Fractions that people think of in percent. */
const PERCENT: ReadonlySet<string> = new Set([
  ...['commission', 'spread', 'slippage', 'margin', 'stop_loss', 'take_profit', 'trailing_stop'],
])
/** What needs a control of its own making. */
const APART: ReadonlySet<string> = new Set([
  ...['strategy', 'ticker', 'tickers', 'imported', 'params', 'grid', 'sizing', 'size', 'features'],
])

interface Described extends Shape {
  title?: string
  description?: string
  default?: unknown
}

const known = new Map<JobKind, readonly JobField[]>()

/** In the order of the schema. */
export function listJobFields(kind: JobKind): readonly JobField[] {
  const fields = known.get(kind) ?? describeFields(kind)
  known.set(kind, fields)
  return fields
}

function describeFields(kind: JobKind): JobField[] {
  const { properties, required = [] } = z.toJSONSchema(JOB_INPUTS[kind], { io: 'input' }) as {
    properties: Record<string, Described>
    required?: string[]
  }
  return Object.entries(properties)
    .filter(([name]) => !APART.has(name))
    .map(([name, described]) => describeField(name, described, required.includes(name)))
}

function describeField(name: string, described: Described, isRequired: boolean): JobField {
  const held = { ...described, ...described.anyOf?.find(({ type }) => type !== 'null') }
  const isPercent = PERCENT.has(name)
  const bounds = readBounds(held)
  const scale = (bound: Bound | null) => bound && { ...bound, value: bound.value * (isPercent ? 100 : 1) }
  const { default: standard } = described
  return {
    ...{ name, control: isPercent ? `${name}_pct` : name, isPercent },
    title: described.title ?? name,
    about: described.description ?? '',
    form: formOf(name, held),
    isOptional: !isRequired && (standard === undefined || standard === null),
    least: scale(bounds.least),
    most: scale(bounds.most),
    choices: (held.enum ?? []).map(String),
    maxLength: held.maxLength ?? null,
    standard: standard === undefined || standard === null ? null : writeValue(standard, isPercent),
  }
}

function formOf(name: string, { type, enum: choices }: Described): JobField['form'] {
  if (choices) return 'choice'
  if (name === 'start' || name === 'end') return 'date'
  if (type === 'boolean') return 'flag'
  return type === 'integer' ? 'whole' : type === 'number' ? 'number' : 'text'
}

/** As a control holds it: flags as 1 and 0, fractions in percent. */
export function writeValue(value: unknown, isPercent = false): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  return typeof value === 'number' && isPercent ? movePoint(String(value), 2) : String(value)
}

/**
 * The decimal number that `text` writes, its point moved to the right by so many places: 0.7 % is the double nearest to
 * 0.007, which a division would miss.
 */
export function movePoint(text: string, places: number): string {
  const [digits, exponent = '0'] = text.toLowerCase().split('e')
  return String(Number(`${digits}e${Number(exponent) + places}`))
}
