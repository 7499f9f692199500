/** The shapes that leave the house as JSON, for the documentation and the types of the handlers. */
import { z } from '@hono/zod-openapi'
import { isRunId } from '../core/ids.ts'
import type { NestedNode } from '../runs/state.ts'
import { logEntryFields, nodeFields, summaryFields } from '../runs/wire-shapes.ts'
import { refuseUnknown } from './routes.ts'

export const runIdSchema = z.string().refine(isRunId, 'not a run id').meta({
  description: 'TICKER--YYYY-MM-DD_HH.MM.SS--6 hex digits',
  example: 'AAPL--2026-11-20_10.00.00--0a1b2c',
})

export const runParams = z.object({ id: runIdSchema })

export const summarySchema = z.object(summaryFields).openapi('Summary')

export const nodeSchema: z.ZodType<NestedNode> = z
  .object({
    ...nodeFields,
    get children() {
      return z.array(nodeSchema)
    },
  })
  .openapi('Node')

export const logEntrySchema = z.object(logEntryFields).openapi('LogEntry')
export type LogEntryBody = z.infer<typeof logEntrySchema>

const errorSchema = z.object({ error: z.string() }).openapi('Error')

const ERRORS = {
  400: 'Bad input',
  401: 'Not signed in, where there is a password',
  403: 'Another site asked for it',
  404: 'Unknown',
  409: 'Not possible in this state',
  408: 'Nothing more of the body came',
  413: 'The body is too large',
  415: 'The body is of a type that is not read',
  429: 'A limit is reached; see Retry-After',
  503: 'Not ready',
} as const

/** The error answers of a route behind the door, for its documentation. */
export function failures(...statuses: (keyof typeof ERRORS)[]) {
  return openFailures(401, ...statuses)
}

/** Those of a route that answers everybody. */
export function openFailures(...statuses: (keyof typeof ERRORS)[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: ERRORS[status], content: { 'application/json': { schema: errorSchema } } },
    ]),
  )
}

export function jsonAnswer<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

/** Where the same address is a page to a browser. */
export function jsonOrPage<Schema extends z.ZodType>(schema: Schema, description: string) {
  const page = z.string().meta({ description: 'The page, where Accept prefers it' })
  const { content } = jsonAnswer(schema, description)
  return { description, content: { ...content, 'text/html': { schema: page } } }
}

/** The fields of a body for the documentation only: reading and refusing them is the handler's, in our own words. */
export function describeBody(schema: z.ZodType) {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return describeFields(described)
}

/** The same for fields that are described already. */
export function describeFields(described: object) {
  return {
    body: {
      content: {
        'application/json': { schema: described },
        'application/x-www-form-urlencoded': { schema: described },
      },
    },
  }
}

/** What a browser and htmx are answered after a form of a page. */
export const FORM_ANSWERS = {
  204: { description: 'Done, for htmx; HX-Redirect may name a page to go to' },
  303: { description: 'Done, for a browser: back to a page' },
} as const

/** A query of exactly these parameters; an empty one counts as not given, as forms send it. */
export function strictQuery<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, { error: refuseUnknown(Object.keys(shape)) })
}

/** A whole number in a query. */
export function wholeNumber(min: number, max: number) {
  const allowed = `allowed: a whole number from ${min} to ${max}`
  return z
    .string()
    .transform((text) => (text === '' ? undefined : text))
    .refine((text) => text === undefined || /^\d{1,15}$/.test(text), allowed)
    .transform((text) => (text === undefined ? undefined : Number(text)))
    .refine((value) => value === undefined || (value >= min && value <= max), allowed)
    .optional()
}
