/** The shapes as they go over the wire: what every provider's strict mode takes, and bounds that are ours alone. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { MODEL_ROLES } from '../../../src/committee/assessment-input.ts'
import { ANSWER_SHAPES } from '../../../src/committee/llm/model-reasoners.ts'

type Schema = Record<string, unknown>
const TAKEN = [
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'description',
]

/** A schema and all within it. */
function within(schema: Schema): Schema[] {
  const inner = [
    ...Object.values((schema.properties ?? {}) as Record<string, Schema>),
    ...(schema.items ? [schema.items as Schema] : []),
    ...((schema.anyOf ?? []) as Schema[]),
  ]
  return [schema, ...inner.flatMap(within)]
}

describe.each(MODEL_ROLES)('the answer of %s', (role) => {
  // As the providers' adapters turn it.
  const { $schema: _, ...wire } = z.toJSONSchema(ANSWER_SHAPES[role]) as Schema
  const schemas = within(wire)

  it('begins with the report, so that it can be shown while it is written', () => {
    expect(Object.keys(wire.properties as Schema)[0]).toBe('report')
  })

  it('has no optional fields, no open objects and no keyword a strict mode refuses', () => {
    for (const schema of schemas) {
      expect(Object.keys(schema).filter((key) => !TAKEN.includes(key))).toEqual([])
      if (schema.type !== 'object') continue
      expect(schema.additionalProperties).toBe(false)
      expect(schema.required).toEqual(Object.keys(schema.properties as Schema))
    }
  })

  it('refuses a report that is empty or endless, in words', () => {
    const problemOf = (report: string) =>
      ANSWER_SHAPES[role]
        .safeParse({ report })
        .error!.issues.filter(({ path }) => path[0] === 'report')
        .map(({ message }) => message)
    expect(problemOf(' \n')).toEqual(['is empty'])
    expect(problemOf('x'.repeat(8_001))).toEqual(['has 8001 characters; at most 8000 are read'])
    expect(problemOf('x'.repeat(8_000))).toEqual([])
  })
})
