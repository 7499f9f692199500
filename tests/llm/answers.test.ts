/** Shapes as they are sent and answers as they are read. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readAnswer } from '../../src/llm/answer.ts'
import { computeBackOffMs } from '../../src/llm/back-off.ts'
import { createRedactor } from '../../src/llm/provider-settings.ts'
import { parseRetryHeaders } from '../../src/llm/retry-after.ts'
import { isStrictSchema, toWireSchema } from '../../src/llm/wire-schema.ts'
import { fillSchema } from '../support/scripted-models/fill-schema.ts'
import { SCRIPTED_KEY, scriptedProviders } from '../support/scripted-models/wires.ts'

const CASE = z.object({
  report: z.string().min(20).max(80).describe('Two paragraphs.'),
  strength: z.number().min(0.1).max(1),
  days: z.number().int().min(5).max(250),
  points: z.array(z.object({ text: z.string(), evidence: z.array(z.string().regex(/^E\d+$/)) })).min(2),
  side: z.enum(['long', 'short']),
  level: z.number().positive().nullable(),
  kind: z.literal('case'),
})

describe('a shape', () => {
  it('keeps what providers enforce and tells the rest in the description', () => {
    const wire = toWireSchema('case', CASE) as Record<string, never>

    expect(wire).toMatchObject({
      ...{ title: 'case', type: 'object', additionalProperties: false },
      properties: {
        report: {
          type: 'string',
          description: 'Two paragraphs. (at least 20 characters, at most 80 characters)',
        },
        strength: { type: 'number', minimum: 0.1, maximum: 1 },
        days: { type: 'integer', minimum: 5, maximum: 250 },
        points: { type: 'array', minItems: 2 },
      },
    })
    expect(JSON.stringify(wire)).not.toMatch(/minLength|maxLength|"pattern"|\$schema|9007199254740991/)
    expect(isStrictSchema(wire)).toBe(true)
    expect(isStrictSchema(toWireSchema('x', z.object({ a: z.string().optional() })))).toBe(false)
    expect(isStrictSchema(toWireSchema('x', z.object({ a: z.record(z.string(), z.number()) })))).toBe(false)
  })

  it('is filled by a scripted model with what the reader takes', () => {
    const filled = fillSchema(toWireSchema('case', CASE) as Record<string, unknown>, {
      ...{ report: 'Long enough to be a report.', 'points.1.text': 'the second' },
    })

    const read = readAnswer(JSON.stringify(filled), CASE)
    expect(read).toMatchObject({
      isRead: true,
      value: { strength: 0.1, days: 5, side: 'long', kind: 'case' },
    })
    expect(read.isRead && read.value.points.map((point) => point.text)).toEqual([
      ...['The text as scripted.', 'the second'],
    ])
  })
})

describe('an answer', () => {
  const problemOf = (text: string) => {
    const read = readAnswer(text, CASE)
    return read.isRead ? null : read.problem
  }

  it('names the field, what was expected and what was received', () => {
    const problem = problemOf(
      JSON.stringify({
        ...fillSchema(toWireSchema('case', CASE) as Record<string, unknown>),
        ...{ days: 2.5, side: 'up', level: undefined },
        points: [{ text: 1, evidence: ['E1', 'five'] }, {}],
      }),
    )
    expect(problem).toMatch(/days: expected int, received "2\.5"/)
    expect(problem).toMatch(/side: expected one of "long", "short", received "up"/)
    expect(problem).toMatch(/points\.0\.text: expected string, received "1"/)
    expect(problem).toMatch(/points\.0\.evidence\.1: .*received "five"/)
    expect(problem).toMatch(/points\.1\.text: expected string, received nothing/)
  })

  it('is said to be wrong in bounded words, and never breaks the reader', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json({ maxDepth: 6 })), (text) => {
        expect((problemOf(text) ?? '').length).toBeLessThanOrEqual(901)
      }),
    )
    const many = { ...Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 1])) }
    expect(readAnswer(JSON.stringify(many), z.strictObject({}))).toMatchObject({ isRead: false })
    expect(problemOf(`{"report": "${'x'.repeat(100_000)}`)!.length).toBeLessThanOrEqual(901)
  })

  it('does not show a value at length', () => {
    const read = readAnswer(JSON.stringify({ n: 'y'.repeat(5_000) }), z.object({ n: z.number() }))
    expect(read.isRead ? '' : read.problem).toHaveLength(
      `the answer has the wrong shape: n: expected number, received "${'y'.repeat(60)}…"`.length,
    )
  })
})

describe('what a server asks for', () => {
  const now = Date.parse('2026-11-20T10:00:00Z')
  it.each([
    [{ 'retry-after': '5' }, 5_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Fri, 20 Nov 2026 10:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '250', 'retry-after': '5' }, 250],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-3' }, null],
    [{}, null],
  ])('%o is %o ms', (headers, ms) => {
    expect(parseRetryHeaders(headers as Record<string, string>, now)).toBe(ms)
  })

  it('is never cut short; the wait is at least as long as without it, and bounded', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.nat(120_000),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, asked, random) => {
          const bound = Math.min(60_000, 1_000 * 2 ** (failures - 1))
          const own = computeBackOffMs(failures, null, () => random)
          expect(own).toBeGreaterThanOrEqual(bound / 2)
          expect(own).toBeLessThanOrEqual(bound)
          const told = computeBackOffMs(failures, asked, () => random)
          expect(told).toBeGreaterThanOrEqual(Math.max(asked, own))
          expect(told).toBeLessThanOrEqual(Math.max(asked + 1_000, own))
        },
      ),
    )
  })
})

it('takes keys out of a text, known ones and whatever looks like one', () => {
  const redact = createRedactor(scriptedProviders({ llmApiKey: 'my-own-secret' }))

  expect(redact(`a ${SCRIPTED_KEY} b my-own-secret c`)).toBe('a [key] b [key] c')
  expect(redact('at http://me:pass@word@host/v1?a@b and //me@host')).toBe(
    'at http://[key]@host/v1?a@b and //[key]@host',
  )
  expect(redact('provided: sk-proj-**********9xYz.')).toBe('provided: [key]')
  expect(redact('key AIzaSyA1234567890, header Bearer abc.def')).toBe('key [key], header [key]')
  expect(redact('risk-adjusted, task-based')).toBe('risk-adjusted, task-based')
})
