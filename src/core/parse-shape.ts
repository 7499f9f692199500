/**
 * What somebody sent, held against the schema of what is taken. Promises refusals in our own words: the field, what was
 * received and what is allowed, which is read from the schema. A schema that has a message of its own has the last word,
 * so such a message is a whole sentence.
 */
import { z } from 'zod'
import { InputError, quote } from './errors.ts'
import { suggestName } from './nearest.ts'

/** As JSON Schema has it, as far as it is told of. */
export interface Shape {
  type?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Shape[]
  items?: Shape | false
  prefixItems?: Shape[]
  properties?: Record<string, Shape>
  additionalProperties?: Shape | boolean
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
}

export interface Bound {
  value: number
  /** The value itself is not allowed. */
  isOpen: boolean
}

export interface Bounds {
  least: Bound | null
  most: Bound | null
}

/** The value as the schema reads it. Throws `InputError` for what is wrong first. */
export function parseShape<T>(schema: z.ZodType<T>, value: unknown): T {
  let shape: Shape | null = null
  const error = (issue: z.core.$ZodRawIssue) => {
    shape ??= z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape
    return describeIssue(issue, shape)
  }
  const parsed = schema.safeParse(value, { error })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  throw new InputError([...issue.path, ...unknown].map(String).join('.') || 'input', issue.message)
}

/** The message for a field whose schema alone knows what is allowed in it: for `error` of such a schema. */
export function allow(allowed: string) {
  return ({ path = [], input }: { path?: PropertyKey[]; input?: unknown }): string =>
    refuse(nameOf(path), input, allowed)
}

/** `a whole number from 20`, `above 0, below 100 %`. */
export function describeBounds({ least, most }: Bounds, isWhole: boolean, unit = ''): string {
  const parts = [
    ...(least ? [`${least.isOpen ? 'above' : 'from'} ${least.value}${most ? '' : unit}`] : []),
    ...(most ? [`${most.isOpen ? 'below' : 'up to'} ${most.value}${unit}`] : []),
  ].join(', ')
  return isWhole ? `a whole number ${parts}`.trim() : parts || 'a number'
}

/** Bounds as JSON Schema has them; those that only say what a double can hold are none. */
export function readBounds(shape: Shape): Bounds {
  const bound = (closed: number | undefined, open: number | undefined): Bound | null => {
    const value = open ?? closed
    if (value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER) return null
    return { value, isOpen: open !== undefined }
  }
  return {
    least: bound(shape.minimum, shape.exclusiveMinimum),
    most: bound(shape.maximum, shape.exclusiveMaximum),
  }
}

function describeIssue(issue: z.core.$ZodRawIssue, whole: Shape): string {
  const path = issue.path ?? []
  const shape = findShape(whole, path)
  const name = nameOf(path)
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(shape?.properties ?? {})
    const within = path.length === 0 ? '' : ` of ${name}`
    return (issue.keys as string[])
      .map((key) => `unknown field ${quote(key)}${within}; ${suggestName(key, known)}`)
      .join('; ')
  }
  const choices = shape?.enum?.map(String)
  if (choices && typeof issue.input === 'string')
    return `${name} is ${quote(issue.input)}; ${suggestName(issue.input, choices)}`
  return refuse(name, issue.input, shape ? describeShape(shape) : 'nothing of that kind')
}

function refuse(name: string, value: unknown, allowed: string): string {
  return `${name} is ${tell(value)}; allowed: ${allowed}`
}

function nameOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.') || 'input'
}

/** Text in quotes, everything else as it is written in JSON. */
function tell(value: unknown): string {
  if (value === undefined) return 'missing'
  const quoted = quote(value)
  return typeof value === 'string' ? quoted : (JSON.parse(quoted) as string)
}

function findShape(shape: Shape, path: readonly PropertyKey[]): Shape | null {
  let found: Shape | null = shape
  for (const key of path) found = found && stepInto(found, key)
  return found
}

function stepInto(shape: Shape, key: PropertyKey): Shape | null {
  for (const one of [shape, ...(shape.anyOf ?? [])]) {
    const { properties, additionalProperties, prefixItems, items } = one
    const within =
      typeof key === 'number'
        ? (prefixItems?.[key] ?? items)
        : ((Object.hasOwn(properties ?? {}, key) ? properties![String(key)] : null) ?? additionalProperties)
    if (typeof within === 'object') return within
  }
  return null
}

function describeShape(shape: Shape): string {
  const { type, anyOf, enum: choices } = shape
  if (shape.const !== undefined) return quote(shape.const)
  if (choices) return choices.join(', ')
  if (anyOf) return anyOf.map(describeShape).join(' or ')
  switch (type) {
    case 'integer':
    case 'number':
      return describeBounds(readBounds(shape), type === 'integer')
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    case 'string':
      return `text${describeLength(shape.minLength, shape.maxLength, 'character')}`
    case 'array':
      return `a list${describeLength(shape.minItems, shape.maxItems, 'entry', 'entries')}`
    default:
      return 'an object'
  }
}

function describeLength(
  least: number | undefined,
  most: number | undefined,
  one: string,
  many = `${one}s`,
): string {
  if (most !== undefined) return ` of ${least ? `${least} to ` : 'at most '}${most} ${many}`
  return least ? ` of at least ${least} ${least === 1 ? one : many}` : ''
}
