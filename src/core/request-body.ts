/**
 * The fields of a request's body, JSON or form alike. Bounds the number and length of fields; the size of the whole
 * body is bounded before it comes here.
 */
import { InputError, quote } from './errors.ts'
import { RefusedError } from './http-error.ts'

const MAX_FIELDS = 64
const MAX_FIELD_LENGTH = 16_384
const MAX_NAME_LENGTH = 64
/** Lists in lists in lists: nothing the desk reads goes deeper. */
const MAX_DEPTH = 4

export interface FieldBounds {
  /** Entries of a form. */
  maxFields?: number
  /** Fields that may be longer than others, in characters. */
  longFields?: Readonly<Record<string, number>>
}

/** A field given several times is a list. An empty body has no fields. */
export async function readFields(
  request: Request,
  { maxFields = MAX_FIELDS, longFields = {} }: FieldBounds = {},
): Promise<Record<string, unknown>> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  const text = await request.text()
  if (text.trim() === '') return {}
  switch (type) {
    case 'application/json':
      return checkFields(parseJsonFields(text), longFields)
    case 'application/x-www-form-urlencoded':
    case '':
      return checkFields(parseFormFields(text, maxFields), longFields)
    default:
      throw new RefusedError(
        415,
        `Content-Type ${quote(type)} is not read here; send application/json or application/x-www-form-urlencoded`,
      )
  }
}

/** Every value of every field as text, for showing a form again as it was typed. */
export function listTyped(fields: Record<string, unknown>): Record<string, string[]> {
  const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(asText) : [asText(value)])
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, texts(value)]))
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function parseJsonFields(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InputError('body', `the body ${quote(text, 40)} is not JSON`)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new InputError('body', `the body ${quote(text, 40)} is not a JSON object`)
  }
  return value as Record<string, unknown>
}

function parseFormFields(text: string, maxFields: number): Record<string, unknown> {
  const form = new URLSearchParams(text)
  if (form.size > maxFields)
    throw new InputError('body', `the form has ${form.size} fields; at most ${maxFields}`)
  const names = [...new Set(form.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const values = form.getAll(name)
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
}

function checkFields(
  fields: Record<string, unknown>,
  longFields: Readonly<Record<string, number>>,
): Record<string, unknown> {
  const names = Object.keys(fields)
  if (names.length > MAX_FIELDS) {
    throw new InputError('body', `the body has ${names.length} fields; at most ${MAX_FIELDS}`)
  }
  for (const [name, value] of Object.entries(fields)) {
    if (name.length > MAX_NAME_LENGTH)
      throw new InputError('body', `the field name ${quote(name)} is too long`)
    if (isDeeperThan(value, MAX_DEPTH)) {
      throw new InputError(name, `${name} is nested more than ${MAX_DEPTH} levels deep`)
    }
    for (const part of Array.isArray(value) ? value : [value]) {
      const most = Object.hasOwn(longFields, name) ? longFields[name]! : MAX_FIELD_LENGTH
      if (typeof part === 'string' && part.length > most) {
        throw new InputError(
          name,
          `${name} ${quote(part, 40)} is ${part.length} characters long; at most ${most}`,
        )
      }
    }
  }
  return fields
}

/** Never goes deeper than it has to, whatever it is given. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1))
}
