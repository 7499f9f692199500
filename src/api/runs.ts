/** `GET /runs`: every run, newest first, filtered; a `Link` header leads to the next page. */
import { createRoute, z } from '@hono/zod-openapi'
import { ACTIONS } from '../committee/decision.ts'
import type { RunKind } from '../runs/event.ts'
import { DIRECTIONS, RUN_SORTS } from '../runs/run-order.ts'
import { MAX_SEARCH_LENGTH, parseRunQuery, STATUS_NAMES } from '../runs/run-query.ts'
import { FILES_STATES, publicSummary } from '../runs/summary.ts'
import { THINKERS } from '../runs/thinker.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { failures, jsonOrPage, strictQuery, summarySchema, wholeNumber } from './schemas.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 500

/** `kinds` are those the desk can run. */
function describeList(kinds: readonly RunKind[]) {
  const text = (description: string) => z.string().optional().meta({ description })
  const some = (words: readonly string[], what = '') =>
    text(`${what}One or more of ${words.join(', ')}, by commas`)
  const query = strictQuery({
    status: some(STATUS_NAMES),
    kind: some(kinds),
    ticker: z.string().optional(),
    batch: z.string().optional(),
    q: z
      .string()
      .max(MAX_SEARCH_LENGTH, `at most ${MAX_SEARCH_LENGTH} characters`)
      .optional()
      .meta({ description: 'Matches in run id, ticker, stage, message or error' }),
    verdict: some(ACTIONS),
    by: text(`Who thinks: ${THINKERS.join(' or ')}`),
    from: text('Launched on this day or later: YYYY-MM-DD, UTC'),
    to: text('Launched on this day or earlier'),
    as_of: text('The day the run stands on'),
    files: some(FILES_STATES, 'What is left of its files. '),
    sort: text(`One of ${RUN_SORTS.join(', ')}; launched when left out. What is equal stays newest first`),
    dir: text(`${DIRECTIONS.join(' or ')}; words from A and the rest from the greatest when left out`),
    after: text('A run id: only what comes after it in that order'),
    before: text('A run id: the runs directly in front of it'),
    limit: wholeNumber(1, MAX_LIMIT).meta({ description: `Default ${DEFAULT_LIMIT}, at most ${MAX_LIMIT}` }),
  })

  return createRoute({
    method: 'get',
    path: '/runs',
    tags: ['Runs'],
    summary: 'Runs, newest first unless sorted otherwise',
    request: { query },
    responses: { 200: jsonOrPage(z.array(summarySchema), 'Summaries'), ...failures(400) },
  })
}

export function createRunsRoutes({ desk }: ApiDeps): ApiRoutes {
  const kinds = [...desk.workflows.keys()]
  const routes = createRoutes()
  routes.openapi(describeList(kinds), (c) => {
    const { limit = DEFAULT_LIMIT, ...asked } = c.req.valid('query')
    const { runs, next } = desk.list({ ...parseRunQuery(asked, { kinds, actions: ACTIONS }), limit })
    if (next !== null) {
      const url = new URL(c.req.url)
      url.searchParams.delete('before')
      url.searchParams.set('after', next)
      c.header('Link', `<${url.pathname}${url.search}>; rel="next"`)
    }
    return c.json(runs.map(publicSummary), 200)
  })
  return routes
}
