/** `GET /runs/{id}/decision` and `GET /verdicts`: decisions as stored, with their Markdown rendered for showing. */
import { createRoute, z } from '@hono/zod-openapi'
import { decisionSchema } from '../committee/decision.ts'
import { NotFoundError } from '../core/errors.ts'
import { parseTickers } from '../core/ids.ts'
import { renderMarkdown } from '../core/markdown.ts'
import type { RunDesk } from '../runs/desk.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { failures, jsonAnswer, runParams, strictQuery } from './schemas.ts'

const servedDecision = decisionSchema.extend({ html: z.string() }).openapi('Decision')

const verdictSchema = z
  .object({
    ticker: z.string(),
    run_id: z.string(),
    as_of: z.string().nullable(),
    ended_at: z.string().nullable(),
    decision: servedDecision,
  })
  .openapi('Verdict')

const showDecision = createRoute({
  method: 'get',
  path: '/runs/{id}/decision',
  tags: ['Decisions'],
  summary: 'The decision of a run',
  request: { params: runParams },
  responses: { 200: jsonAnswer(servedDecision, 'Decision'), ...failures(400, 404) },
})

const listVerdicts = createRoute({
  method: 'get',
  path: '/verdicts',
  tags: ['Decisions'],
  summary: 'The latest decision of each ticker',
  description:
    'Latest by the day it stands on (as_of), then by creation; the latest day first. A run whose files are gone is left out.',
  request: {
    query: strictQuery({
      tickers: z.string().optional().meta({ description: 'Like AAPL,MSFT; all when left out' }),
    }),
  },
  responses: { 200: jsonAnswer(z.array(verdictSchema), 'Verdicts'), ...failures(400) },
})

export function createDecisionRoutes({ desk }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(showDecision, async (c) => {
    const { id } = c.req.valid('param')
    const decision = await desk.decision(id)
    if (!decision) throw new NotFoundError(`run ${id} has no decision (yet)`)
    return c.json(withHtml(decision) as z.infer<typeof servedDecision>, 200)
  })
  routes.openapi(listVerdicts, async (c) => {
    const { tickers } = c.req.valid('query')
    const latest = desk.latestDecisions(tickers ? parseTickers(tickers) : [])
    const verdicts = await Promise.all(
      latest.map(async ({ ticker, run_id, as_of, ended_at }) => {
        const decision = await readIfThere(desk, run_id)
        return decision ? [{ ticker, run_id, as_of, ended_at, decision: withHtml(decision) }] : []
      }),
    )
    return c.json(verdicts.flat() as z.infer<typeof verdictSchema>[], 200)
  })
  return routes
}

/** Null also where the run's files are gone, which its row in the index outlives. */
async function readIfThere(desk: RunDesk, runId: string): Promise<Record<string, unknown> | null> {
  try {
    return await desk.decision(runId)
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}

/** A stored decision as it is served: `html` is its Markdown, rendered and sanitized now. */
export function withHtml(decision: Record<string, unknown>): Record<string, unknown> {
  const { markdown } = decision
  return { ...decision, html: typeof markdown === 'string' ? renderMarkdown(markdown) : '' }
}
