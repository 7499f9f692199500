/**
 * `/api/trading/…`: the same runs for clients of a background-run service, one ticker at a time: launch, cancel, and the
 * stored assessment, which outlives the run's files. Every answer has its keys in both spellings.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { parseLaunchForm } from '../../committee/launch-form.ts'
import { InputError, NotFoundError, quote } from '../../core/errors.ts'
import { withHtml } from '../../core/markdown.ts'
import { suggestName } from '../../core/nearest.ts'
import { readFields } from '../../core/request-body.ts'
import { describeGone } from '../../runs/describe-gone.ts'
import { RUN_STATUSES } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import type { ApiDeps } from '../api-env.ts'
import { servedDecision } from '../decision.ts'
import { createRoutes, type ApiRoutes } from '../routes.ts'
import { describeBody, failures, jsonAnswer } from '../schemas.ts'
import { tradingParams } from './run-stream.ts'
import { spellBoth, spellBothInSchema } from './spellings.ts'

const FIELDS = ['ticker', 'as_of']

const launchSchema = z.strictObject({
  ticker: z.string().meta({ description: 'One symbol', example: 'AAPL' }),
  as_of: z.iso.date().optional().meta({
    description: 'The day the committee stands on; the last bar there is where left out',
    example: '2012-06-29',
  }),
})

const time = z.iso.datetime().nullable()
const runShape = {
  run_id: z.string().meta({ example: 'AAPL--2026-11-20_10.00.00--0a1b2c' }),
  ticker: z.string().meta({ example: 'AAPL' }),
  as_of: z.string().nullable().meta({ example: '2012-06-29' }),
  status: z.enum(RUN_STATUSES),
}
const backgroundRun = spellBothInSchema(runShape).openapi('BackgroundRun')
const assessment = spellBothInSchema({
  ...runShape,
  created_at: z.iso.datetime(),
  started_at: time,
  ended_at: time,
  execution_ms: z.number(),
  decision: servedDecision,
  result: servedDecision.meta({ description: 'The decision again, as the stream names it' }),
}).openapi('Assessment')

const launchRun = createRoute({
  method: 'post',
  path: '/api/trading/decision/internal',
  tags: ['Background runs'],
  summary: 'Launch an assessment of one ticker',
  request: describeBody(launchSchema),
  responses: { 202: jsonAnswer(backgroundRun, 'Launched'), ...failures(400, 403, 413, 415, 429) },
})

const cancelRun = createRoute({
  method: 'delete',
  path: '/api/trading/decision/internal/{runId}',
  tags: ['Background runs'],
  summary: 'Cancel a background run; again is fine',
  request: { params: tradingParams },
  responses: { 202: jsonAnswer(backgroundRun, 'Accepted'), ...failures(400, 403, 404, 409) },
})

const showAssessment = createRoute({
  method: 'get',
  path: '/api/trading/assessments/{runId}',
  tags: ['Background runs'],
  summary: 'The stored assessment of a run, also where its files are pruned',
  request: { params: tradingParams },
  responses: {
    200: jsonAnswer(assessment, 'Decision and facts of the run'),
    ...failures(400, 404),
  },
})

export function createBackgroundRunRoutes({ desk }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(launchRun, async (c) => {
    const fields = await readFields(c.req.raw)
    for (const name of Object.keys(fields)) {
      if (!FIELDS.includes(name))
        throw new InputError(name, `unknown field ${quote(name)}; ${suggestName(name, FIELDS)}`)
    }
    const [input] = parseLaunchForm(fields, { maxTickers: 1, symbolsField: 'ticker' })
    const { runs } = await desk.launch([{ kind: 'assessment', input }])
    return c.json(spellBoth(identify(runs[0]!)), 202)
  })
  routes.openapi(cancelRun, async (c) =>
    c.json(spellBoth(identify(await desk.cancel(c.req.valid('param').runId))), 202),
  )
  routes.openapi(showAssessment, async (c) => {
    const { runId } = c.req.valid('param')
    const summary = desk.summary(runId)
    const stored = await desk.decision(runId)
    if (!stored && summary.files.state === 'gone') throw new NotFoundError(describeGone(summary))
    if (!stored) throw new NotFoundError(`run ${runId} has no decision (yet)`)
    const decision = withHtml(stored) as z.infer<typeof servedDecision>
    const { created_at, started_at, ended_at, execution_ms } = summary
    const facts = { ...identify(summary), created_at, started_at, ended_at, execution_ms }
    return c.json(spellBoth({ ...facts, decision, result: decision }), 200)
  })
  return routes
}

function identify({ run_id, ticker, as_of, status }: Summary) {
  return { run_id, ticker, as_of, status }
}
