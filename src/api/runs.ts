/** `GET /runs`: every run, newest first, filtered; a `Link` header leads to the next page. */
import { createRoute, z } from '@hono/zod-openapi'
import { isBatchId, isRunId, parseTicker } from '../core/ids.ts'
import { InputError, quote } from '../core/errors.ts'
import type { RunKind } from '../runs/event.ts'
import type { RunFilter } from '../runs/ports.ts'
import { RUN_STATUSES } from '../runs/status.ts'
import { publicSummary } from '../runs/summary.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { failures, jsonOrPage, strictQuery, summarySchema, wholeNumber } from './schemas.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 500
const MAX_SEARCH_LENGTH = 200

/** `kinds` are those the desk can run. */
function describeList(kinds: readonly RunKind[]) {
  const query = strictQuery({
    status: z
      .string()
      .optional()
      .meta({ description: `One or more of ${RUN_STATUSES.join(', ')}, by commas` }),
    kind: z
      .string()
      .optional()
      .meta({ description: `One or more of ${kinds.join(', ')}, by commas` }),
    ticker: z.string().optional(),
    batch: z.string().optional(),
    q: z
      .string()
      .max(MAX_SEARCH_LENGTH, `at most ${MAX_SEARCH_LENGTH} characters`)
      .optional()
      .meta({ description: 'Matches in run id, ticker, stage, message or error' }),
    after: z.string().optional().meta({ description: 'A run id: only what is older' }),
    limit: wholeNumber(1, MAX_LIMIT).meta({ description: `Default ${DEFAULT_LIMIT}, at most ${MAX_LIMIT}` }),
  })

  return createRoute({
    method: 'get',
    path: '/runs',
    tags: ['Runs'],
    summary: 'Runs, newest first',
    request: { query },
    responses: { 200: jsonOrPage(z.array(summarySchema), 'Summaries'), ...failures(400) },
  })
}

export function createRunsRoutes({ desk }: ApiDeps): ApiRoutes {
  const kinds = [...desk.workflows.keys()]
  const routes = createRoutes()
  routes.openapi(describeList(kinds), (c) => {
    const { limit = DEFAULT_LIMIT, ...asked } = c.req.valid('query')
    const { runs, next } = desk.list({ ...parseFilter(asked, kinds), limit })
    if (next !== null) {
      const url = new URL(c.req.url)
      url.searchParams.set('after', next)
      c.header('Link', `<${url.pathname}${url.search}>; rel="next"`)
    }
    return c.json(runs.map(publicSummary), 200)
  })
  return routes
}

function parseFilter(asked: Record<string, string | undefined>, kinds: readonly RunKind[]): RunFilter {
  const filter: RunFilter = {}
  if (asked.status) filter.status = parseList('status', asked.status, RUN_STATUSES)
  if (asked.kind) filter.kind = parseList('kind', asked.kind, kinds)
  if (asked.ticker) filter.ticker = parseTicker(asked.ticker)
  if (asked.batch) filter.batch = parseId('batch', asked.batch, isBatchId)
  if (asked.after) filter.after = parseId('after', asked.after, isRunId)
  if (asked.q) filter.q = asked.q
  return filter
}

function parseList<T extends string>(field: string, text: string, allowed: readonly T[]): T[] {
  return text.split(',').map((part) => {
    const found = allowed.find((value) => value === part.trim())
    if (found) return found
    throw new InputError(field, `${field} ${quote(part)} is not one of ${allowed.join(', ')}`)
  })
}

function parseId(field: string, text: string, isId: (text: string) => boolean): string {
  if (isId(text)) return text
  throw new InputError(
    field,
    `${field} ${quote(text)} is not the id of a ${field === 'batch' ? 'batch' : 'run'}`,
  )
}
