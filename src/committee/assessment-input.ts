/**
 * What an assessment is asked: the schema from which the form, the command line's help and the API docs are made.
 * Whether the ticker exists and has bars at the date is asked of the market later, by the workflow's `admit`.
 */
import { z } from 'zod'
import { BUDGET_RANGE, MOST_BUDGET, type BudgetUnit } from '../core/budget-range.ts'
import { InputError, quote } from '../core/errors.ts'
import { isTicker, MODEL_NAME } from '../core/ids.ts'
import { suggestName } from '../core/nearest.ts'

export const ANALYSTS = ['market', 'fundamentals', 'news', 'sentiment'] as const
export type Analyst = (typeof ANALYSTS)[number]

export const MAX_ROUNDS = 3

/** Each analyst once, in the order of `ANALYSTS`, so that the same choice is the same input. */
function orderAnalysts(chosen: Analyst[]): Analyst[] {
  return ANALYSTS.filter((analyst) => chosen.includes(analyst))
}

function receivedValue(issue: { input?: unknown }): string {
  return issue.input === undefined ? 'nothing' : quote(issue.input)
}

const tickerSchema = z
  .string({ error: (issue) => `ticker is ${receivedValue(issue)}; it must be text like AAPL` })
  .trim()
  .toUpperCase()
  .refine(isTicker, {
    error: (issue) =>
      `ticker ${quote(issue.input)} is not a ticker: 1–15 of A–Z 0–9 . - ^ =, starting with a letter, a digit or ^`,
  })
  .meta({ title: 'Ticker', description: 'Symbol of the instrument.', examples: ['AAPL'] })

export const asOfSchema = z.iso
  .date({ error: (issue) => `as_of ${receivedValue(issue)} is not a date: YYYY-MM-DD of a day that exists` })
  .meta({
    title: 'As of',
    description: 'The day the committee stands on; it sees no bar after it. Default: the last bar there is.',
    examples: ['2012-06-29'],
  })

export const analystsSchema = z
  .array(
    z.enum(ANALYSTS, {
      error: (issue) =>
        `analysts names ${receivedValue(issue)}; ${suggestName(String(issue.input), ANALYSTS)}`,
    }),
    { error: (issue) => `analysts is ${receivedValue(issue)}; it must be a list of ${ANALYSTS.join(', ')}` },
  )
  .min(1, { error: `analysts [] names none; choose at least one of ${ANALYSTS.join(', ')}` })
  .overwrite(orderAnalysts)
  .meta({
    title: 'Analysts',
    description: 'Who gathers evidence. One without a configured source is skipped.',
  })

export const roundsSchema = z
  .int({
    error: (issue) => `rounds is ${receivedValue(issue)}; it must be a whole number from 1 to ${MAX_ROUNDS}`,
  })
  .min(1, { error: (issue) => `rounds is ${receivedValue(issue)}; the least is 1` })
  .max(MAX_ROUNDS, { error: (issue) => `rounds is ${receivedValue(issue)}; the most is ${MAX_ROUNDS}` })
  .meta({ title: 'Rounds', description: 'How often bull and bear answer each other.' })

export const MAX_REPEATS = 9

export const repeatsSchema = z
  .int({
    error: (issue) =>
      `repeats is ${receivedValue(issue)}; it must be a whole number from 1 to ${MAX_REPEATS}`,
  })
  .min(1, { error: (issue) => `repeats is ${receivedValue(issue)}; the least is 1` })
  .max(MAX_REPEATS, { error: (issue) => `repeats is ${receivedValue(issue)}; the most is ${MAX_REPEATS}` })
  .meta({
    title: 'Repeats',
    description:
      'How often the managers are asked the same question on the same evidence; the share of the portfolio manager’s answers that agree is the confidence. The rules committee always answers alike and is asked once.',
  })

export const MODES = ['rules', 'llm'] as const

export const modeSchema = z
  .enum(MODES, { error: (issue) => `mode is ${receivedValue(issue)}; it is rules or llm` })
  .meta({
    title: 'Who thinks',
    description: 'The rules committee, or language models. Default: models where any are configured.',
  })

/** Roles that a model can take. */
export const MODEL_ROLES = [
  ...ANALYSTS,
  ...(['bull', 'bear', 'research_manager', 'trader'] as const),
  ...(['aggressive', 'conservative', 'neutral', 'portfolio_manager'] as const),
] as const
export type ModelRole = (typeof MODEL_ROLES)[number]

/** The two managers; everyone else is asked of the quick model. */
export const DEEP_ROLES: readonly ModelRole[] = ['research_manager', 'portfolio_manager']

function modelSchema(field: string, title: string, description: string) {
  const message = (issue: { input?: unknown }) =>
    `${field} is ${receivedValue(issue)}; it must be provider:model, like openai:gpt-4o`
  return z
    .string({ error: message })
    .trim()
    .regex(MODEL_NAME, { error: message })
    .meta({ title, description, examples: ['openai:gpt-4o'] })
}

export const deepModelSchema = modelSchema(
  'deep_model',
  'Deep model',
  'Of the research manager and the portfolio manager. Default: that of the settings.',
)
export const quickModelSchema = modelSchema(
  'quick_model',
  'Quick model',
  'Of everyone else. Default: that of the settings.',
)
export const roleModelsSchema = z
  .partialRecord(
    z.enum(MODEL_ROLES, {
      error: (issue) =>
        `role_models names ${receivedValue(issue)}; ${suggestName(String(issue.input), MODEL_ROLES)}`,
    }),
    modelSchema('role_models', 'Model', 'Of one role.'),
    {
      error: (issue) => {
        const [unknown] = (issue as { keys?: string[] }).keys ?? []
        return unknown === undefined
          ? `role_models is ${receivedValue(issue)}; it must be like trader=openai:gpt-4o`
          : `role_models names ${quote(unknown)}; ${suggestName(unknown, MODEL_ROLES)}`
      },
    },
  )
  .meta({ title: 'Models by role', description: 'Models of single roles, before the two above.' })

function budgetSchema(unit: BudgetUnit, title: string, description: string) {
  const error = (issue: { input?: unknown }) =>
    `budget_${unit} is ${receivedValue(issue)}; it must be ${BUDGET_RANGE[unit]}, or none`
  const number = unit === 'usd' ? z.number({ error }) : z.int({ error })
  return number.positive({ error }).max(MOST_BUDGET[unit], { error }).nullable().meta({ title, description })
}

export const budgetUsdSchema = budgetSchema(
  'usd',
  'Budget in USD',
  'What the run’s model calls may cost; it pauses where the next call might pass that, so leave room above the estimate. Null, as text none: no bound, whatever the settings say. Default: that of the settings.',
)
export const budgetTokensSchema = budgetSchema(
  'tokens',
  'Budget in tokens',
  'Tokens the run may use, read and written together; it pauses where the next call might pass that, so leave room above the estimate. Null, as text none: no bound, whatever the settings say. Default: that of the settings.',
)

const shape = {
  ticker: tickerSchema,
  as_of: asOfSchema.optional(),
  analysts: analystsSchema.default([...ANALYSTS]),
  rounds: roundsSchema.default(1),
  repeats: repeatsSchema.default(1),
  mode: modeSchema.optional(),
  deep_model: deepModelSchema.optional(),
  quick_model: quickModelSchema.optional(),
  role_models: roleModelsSchema.optional(),
  budget_usd: budgetUsdSchema.optional(),
  budget_tokens: budgetTokensSchema.optional(),
}

export const assessmentInputSchema = z.strictObject(shape, {
  error: (issue) => describeUnknownFields(issue, Object.keys(shape)),
})
export type AssessmentInput = z.infer<typeof assessmentInputSchema>

/** The message for fields that do not exist, with the nearest ones that do; undefined for any other issue. */
export function describeUnknownFields(
  issue: { code?: string; keys?: unknown },
  known: readonly string[],
): string | undefined {
  if (issue.code !== 'unrecognized_keys' || !Array.isArray(issue.keys)) return undefined
  return issue.keys.map((key) => `unknown field ${quote(key)}; ${suggestName(String(key), known)}`).join('; ')
}

/** Parses with `schema`, turning what is wrong first into an `InputError` that names its field. */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const named = issue.path[0] ?? (issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined)
  throw new InputError(String(named ?? 'input'), issue.message)
}
