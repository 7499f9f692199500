/**
 * The JSON schema that is sent for a zod schema. Providers take a subset, and refuse the call for what lies outside it:
 * lengths and patterns are told in the description instead, where the model reads them, and are checked when the answer
 * is here.
 */
import type { JSONSchema7 } from '@ai-sdk/provider'
import { z } from 'zod'

type Schema = Record<string, unknown>

export function toWireSchema(name: string, schema: z.ZodType): JSONSchema7 {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' })
  // The title names the shape to providers that have no other place for it.
  return { title: name, ...simplify(json) } as JSONSchema7
}

/** Whether every field of every object is required: only such a schema may be enforced strictly. */
export function isStrictSchema(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrictSchema)
  if (schema === null || typeof schema !== 'object') return true
  const { type, properties, required, additionalProperties } = schema as Schema
  if (type === 'object') {
    const names = Object.keys((properties ?? {}) as Schema)
    if (additionalProperties !== false) return false
    if (!names.every((name) => Array.isArray(required) && required.includes(name))) return false
  }
  return Object.values(schema).every(isStrictSchema)
}

const TOLD: Readonly<Record<string, (value: unknown) => string>> = {
  minLength: (value) => `at least ${value} characters`,
  maxLength: (value) => `at most ${value} characters`,
  pattern: (value) => `matches ${value}`,
}

function simplify(schema: Schema): Schema {
  const result: Schema = {}
  const told: string[] = []
  for (const [key, value] of Object.entries(schema)) {
    if (TOLD[key]) told.push(TOLD[key](value))
    else if (key === 'default' || isLimitOfNumbers(value)) continue
    else if (key === 'properties' || key === '$defs') {
      result[key] = Object.fromEntries(
        Object.entries(value as Record<string, Schema>).map(([name, inner]) => [name, simplify(inner)]),
      )
    } else if (Array.isArray(value)) {
      result[key] = value.map((inner: unknown) => (isSchema(inner) ? simplify(inner) : inner))
    } else result[key] = isSchema(value) ? simplify(value) : value
  }
  if (schema.type === 'object') result.additionalProperties ??= false
  if (told.length > 0) {
    const hint = `(${told.join(', ')})`
    result.description = typeof schema.description === 'string' ? `${schema.description} ${hint}` : hint
  }
  return result
}

function isSchema(value: unknown): value is Schema {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** Zod bounds whole numbers by what a number can hold exactly, which tells a model nothing. */
function isLimitOfNumbers(value: unknown): boolean {
  return value === Number.MAX_SAFE_INTEGER || value === Number.MIN_SAFE_INTEGER
}
