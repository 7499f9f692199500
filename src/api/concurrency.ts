/** Calls under way and their limits: read, and changed without a restart. */
import { createRoute, z } from '@hono/zod-openapi'
import type { CallLimits } from '../core/concurrency.ts'
import { InputError, quote } from '../core/errors.ts'
import { findWrongName } from '../core/model-providers.ts'
import { suggestName } from '../core/nearest.ts'
import { readFields } from '../core/request-body.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { describeBody, failures, jsonAnswer } from './schemas.ts'

const MAX_LIMIT = 1_000
const FIELDS = ['llm_max_concurrency', 'llm_provider_limits']

const tierSchema = z
  .object({
    tier: z.string().meta({
      description: '`global`, a provider or `provider:model` for model calls; `data` and `host:…` for data',
    }),
    limit: z.int(),
    adapted_limit: z.int().meta({ description: 'After answers of "too many requests"; recovers by itself' }),
    in_use: z.int(),
    waiting: z.int(),
    owners: z.int().meta({ description: 'Runs that hold or await a place' }),
    rate_limited: z.int().meta({ description: 'Answers of "too many requests"' }),
    retries: z.int(),
    back_off_seconds: z.number(),
    closed_for_seconds: z
      .number()
      .meta({ description: 'For so long nobody gets a place, as the other side asked; 0 while it is open' }),
  })
  .openapi('Tier')

const concurrencySchema = z
  .object({
    llm_max_concurrency: z.int(),
    llm_provider_limits: z.record(z.string(), z.int()),
    tiers: z.array(tierSchema),
  })
  .openapi('Concurrency')

const limitsSchema = z.object({
  llm_max_concurrency: z.int().min(1).max(MAX_LIMIT).optional(),
  llm_provider_limits: z
    .union([z.string(), z.record(z.string(), z.int().min(1).max(MAX_LIMIT))])
    .optional()
    .meta({
      description: 'All of them: one that is left out is gone. As a record, or text as in the setting',
    }),
})

const show = createRoute({
  method: 'get',
  path: '/metrics/concurrency',
  tags: ['Metrics'],
  summary: 'Calls under way, and their limits',
  responses: { 200: jsonAnswer(concurrencySchema, 'Limits and use by tier'), ...failures() },
})
const change = createRoute({
  method: 'post',
  path: '/metrics/concurrency',
  tags: ['Metrics'],
  summary: 'Change the limits of model calls, until the next start',
  request: describeBody(limitsSchema),
  responses: { 200: jsonAnswer(concurrencySchema, 'As they are now'), ...failures(400, 403, 413, 415) },
})

export function createConcurrencyRoutes({ concurrency }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  const describe = () => ({ ...concurrency.limits, tiers: concurrency.tiers() })
  routes.openapi(show, (c) => c.json(describe(), 200))
  routes.openapi(change, async (c) => {
    concurrency.setLimits(parseLimits(await readFields(c.req.raw)))
    return c.json(describe(), 200)
  })
  return routes
}

function parseLimits(fields: Record<string, unknown>): Partial<CallLimits> {
  const unknown = Object.keys(fields).find((field) => !FIELDS.includes(field))
  if (unknown !== undefined)
    throw new InputError(unknown, `unknown field ${quote(unknown)}; ${suggestName(unknown, FIELDS)}`)
  const { llm_max_concurrency: total, llm_provider_limits: tiers } = fields
  if (total === undefined && tiers === undefined)
    throw new InputError('llm_max_concurrency', `name a limit: ${FIELDS.join(' or ')}`)
  return {
    ...(total !== undefined && { llm_max_concurrency: parseLimit('llm_max_concurrency', total) }),
    ...(tiers !== undefined && { llm_provider_limits: parseTiers(tiers) }),
  }
}

function parseTiers(value: unknown): Record<string, number> {
  const field = 'llm_provider_limits'
  const pairs = typeof value === 'string' ? splitPairs(value) : listEntries(value)
  if (pairs === null)
    throw new InputError(field, `${field} is ${quote(value)}; it must be like openai:6,anthropic:3`)
  const why = findWrongName(pairs.map(([tier]) => tier))
  if (why !== null) throw new InputError(field, `${field} is ${quote(value)}: ${why}`)
  return Object.fromEntries(pairs.map(([tier, limit]) => [tier, parseLimit(`${field} of ${tier}`, limit)]))
}

/** `openai:6, openai:gpt-4o:2`; null for anything else. */
function splitPairs(text: string): [string, string][] | null {
  const parts = text.split(',').map((part) => part.trim())
  const pairs = parts.filter((part) => part !== '').map((part) => /^(\S+):(\S+)$/.exec(part))
  return pairs.every((pair) => pair !== null) ? pairs.map((pair) => [pair[1]!, pair[2]!]) : null
}

function listEntries(value: unknown): [string, unknown][] | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : null
}

function parseLimit(field: string, value: unknown): number {
  const number = typeof value === 'string' && /^\d{1,4}$/.test(value.trim()) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= MAX_LIMIT)
    return number
  throw new InputError(field, `${field} is ${quote(value)}; allowed: a whole number from 1 to ${MAX_LIMIT}`)
}
