/**
 * A launch of one or many assessments as people send it: form fields, JSON or command-line options, everything
 * possibly text. All or nothing: either every ticker becomes an input or an `InputError` says what is wrong.
 */
import { z } from 'zod'
import { readBudgetBound } from '../core/budget-range.ts'
import { InputError, quote } from '../core/errors.ts'
import { parseTickers } from '../core/ids.ts'
import type { AssessmentInput } from './assessment-input.ts'
import {
  ANALYSTS,
  analystsSchema,
  asOfSchema,
  budgetTokensSchema,
  budgetUsdSchema,
  deepModelSchema,
  describeUnknownFields,
  modeSchema,
  parseInput,
  quickModelSchema,
  repeatsSchema,
  roleModelsSchema,
  roundsSchema,
} from './assessment-input.ts'

const csvOrList = (message: string) => z.union([z.string(), z.array(z.string())], { error: message })

const shape = {
  company_symbols: csvOrList('company_symbols must be text like AAPL,MSFT').meta({
    title: 'Tickers',
    description: 'One or more symbols, separated by commas.',
    examples: ['AAPL,GOOG,IBM,MSFT'],
  }),
  as_of: asOfSchema.optional(),
  analysts: z
    .preprocess(splitList, analystsSchema)
    .default([...ANALYSTS])
    .meta({
      title: 'Analysts',
      description: `Who gathers evidence, as a list or separated by commas: ${ANALYSTS.join(', ')}. Default: all; an empty list is refused.`,
    }),
  rounds: z.preprocess(toNumber, roundsSchema).default(1).meta(roundsSchema.meta()!),
  repeats: z.preprocess(toNumber, repeatsSchema).default(1).meta(repeatsSchema.meta()!),
  mode: modeSchema.optional(),
  deep_model: deepModelSchema.optional(),
  quick_model: quickModelSchema.optional(),
  role_models: z.preprocess(splitPairs, roleModelsSchema).optional().meta(roleModelsSchema.meta()!),
  budget_usd: z.preprocess(readBudgetBound, budgetUsdSchema).optional().meta(budgetUsdSchema.meta()!),
  budget_tokens: z
    .preprocess(readBudgetBound, budgetTokensSchema)
    .optional()
    .meta(budgetTokensSchema.meta()!),
}

const LAUNCH_FIELDS = Object.keys(shape)

/** The body of a launch; `parseLaunchForm` is the way to read one. */
export const assessmentLaunchSchema = z.strictObject(shape, {
  error: (issue) => describeUnknownFields(issue, LAUNCH_FIELDS),
})

/** How many tickers one launch may name. */
export interface LaunchBounds {
  maxTickers: number
  /** Which setting makes it that few, for whoever is refused; absent where the number says enough. */
  because?: string
}

/** With `ENABLE_MULTI_RUN=0` a launch is of one ticker, whatever else is set. */
export function boundLaunch(settings: {
  enableMultiRun: boolean
  maxTickersPerRequest: number
}): LaunchBounds {
  return settings.enableMultiRun
    ? { maxTickers: settings.maxTickersPerRequest }
    : { maxTickers: 1, because: 'ENABLE_MULTI_RUN is 0' }
}

export interface LaunchFormOptions extends LaunchBounds {
  /** What the caller's users know the list of tickers as; errors name it so. */
  symbolsField?: string
}

/**
 * One input for each ticker, upper-cased and without duplicates, in the order given. Empty text means the default, but
 * for `analysts`: a form sends an empty one beside its boxes, so that none ticked is told from a form without the field,
 * and none is not all. An empty one among others counts for nothing.
 * Throws `InputError` naming field and value for anything else than what the schema describes.
 */
export function parseLaunchForm(raw: Record<string, unknown>, options: LaunchFormOptions): AssessmentInput[] {
  const { symbolsField = 'company_symbols', maxTickers, because } = options
  const { [symbolsField]: symbols, ...others } = raw
  const filled = Object.fromEntries(Object.entries(others).filter(([field, value]) => isGiven(field, value)))
  refuseUnknown(filled, symbolsField)
  const tickers = parseSymbols(symbols, symbolsField)
  if (tickers.length > maxTickers) {
    throw new InputError(
      symbolsField,
      `${symbolsField} names ${tickers.length} tickers; at most ${maxTickers} can be launched at once${because ? `: ${because}` : ''}`,
    )
  }
  const form = parseInput(assessmentLaunchSchema, { ...filled, company_symbols: tickers })
  const { company_symbols: _, ...common } = form
  return tickers.map((ticker) => ({ ...common, ticker }))
}

function parseSymbols(symbols: unknown, field: string): string[] {
  const parts = symbols === undefined || symbols === null ? [] : Array.isArray(symbols) ? symbols : [symbols]
  for (const part of parts) {
    if (typeof part !== 'string')
      throw new InputError(field, `${field} holds ${quote(part)}; it must be text like AAPL,MSFT`)
  }
  return parseTickers(parts.join(','), field)
}

function refuseUnknown(fields: Record<string, unknown>, symbolsField: string): void {
  const known = LAUNCH_FIELDS.map((field) => (field === 'company_symbols' ? symbolsField : field))
  const unknown = Object.keys(fields).filter((field) => !known.includes(field))
  if (unknown.length === 0) return
  throw new InputError(
    unknown[0]!,
    describeUnknownFields({ code: 'unrecognized_keys', keys: unknown }, known)!,
  )
}

/** A budget of null is asked for: none, whatever the settings say. */
function isGiven(field: string, value: unknown): boolean {
  if (value === null) return field.startsWith('budget_')
  return field === 'analysts' ? value !== undefined : !isBlank(value)
}

/** Nothing was typed or ticked: absent, blank text, or a list of nothing but that. */
function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  return Array.isArray(value) && value.every(isBlank)
}

/** Text, or a list whose entries may be lists themselves, as names; anything else is left for the schema to refuse. */
function splitList(value: unknown): unknown {
  const parts = Array.isArray(value) ? value : [value]
  if (!parts.every((part) => typeof part === 'string')) return value
  return parts
    .join(',')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '')
}

/** `trader=openai:gpt-4o, bull=…` becomes a record, each role once; anything else is left for the schema to refuse. */
function splitPairs(value: unknown, context: z.RefinementCtx): unknown {
  if (typeof value !== 'string') return value
  const pairs = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => /^([^=]+?)\s*=\s*(.+)$/.exec(part))
  if (pairs.some((pair) => pair === null)) return value
  const models = new Map<string, string>()
  for (const pair of pairs) {
    const role = pair![1]!.toLowerCase()
    if (models.has(role)) {
      const message = `role_models is ${quote(value)}, which names ${quote(role)} twice; one model each`
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    models.set(role, pair![2]!)
  }
  return Object.fromEntries(models)
}

/** Digits become their number; anything else is left for the schema to refuse by the value received. */
function toNumber(value: unknown): unknown {
  return typeof value === 'string' && /^[+-]?\d{1,9}(\.\d+)?$/.test(value.trim())
    ? Number(value.trim())
    : value
}
