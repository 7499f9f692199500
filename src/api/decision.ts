/** `GET /runs/{id}/decision` and `GET /verdicts`: decisions as stored, with their Markdown rendered for showing. */
import { createRoute, z } from '@hono/zod-openapi'
import { decisionSchema } from '../committee/decision.ts'
import { NotFoundError } from '../core/errors.ts'
import { parseTickers } from '../core/ids.ts'
import { withHtml } from '../core/markdown.ts'
import { describeGone } from '../runs/describe-gone.ts'
import type { RunDesk } from '../runs/desk.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { failures, jsonAnswer, jsonOrPage, runParams, strictQuery } from './schemas.ts'

/** Decisions read at once, however many tickers there are. */
const READ_AT_A_TIME = 8

export const servedDecision = decisionSchema.extend({ html: z.string() }).openapi('Decision')

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
  responses: { 200: jsonOrPage(z.array(verdictSchema), 'Verdicts'), ...failures(400) },
})

export function createDecisionRoutes({ desk }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(showDecision, async (c) => {
    const { id } = c.req.valid('param')
    const decision = await desk.decision(id)
    const summary = desk.summary(id)
    if (!decision && summary.files.state === 'gone') throw new NotFoundError(describeGone(summary))
    if (!decision) throw new NotFoundError(`run ${id} has no decision (yet)`)
    return c.json(withHtml(decision) as z.infer<typeof servedDecision>, 200)
  })
  routes.openapi(listVerdicts, async (c) => {
    const { tickers } = c.req.valid('query')
    const latest = desk.latestDecisions(tickers ? parseTickers(tickers) : [])
    const verdicts: unknown[] = []
    for (let at = 0; at < latest.length; at += READ_AT_A_TIME) {
      const read = latest.slice(at, at + READ_AT_A_TIME).map(async ({ ticker, run_id, as_of, ended_at }) => {
        const decision = await readIfThere(desk, run_id)
        return decision ? [{ ticker, run_id, as_of, ended_at, decision: withHtml(decision) }] : []
      })
      verdicts.push(...(await Promise.all(read)).flat())
    }
    return c.json(verdicts as z.infer<typeof verdictSchema>[], 200)
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

export { withHtml }
