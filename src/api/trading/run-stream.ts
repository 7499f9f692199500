/**
 * `GET /api/trading/decision/internal/events/{runId}`: how far a background run is, as named server-sent events, and at
 * its end the decision or the reason why there is none. From the start, or after the last message a reader has seen.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { withHtml } from '../../core/markdown.ts'
import { frameMessage, type SseConnection } from '../../core/sse.ts'
import { isTerminal } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import type { ApiDeps } from '../api-env.ts'
import type { EventReader } from '../event-follower.ts'
import { createEventStreams, parseLastEventId } from '../event-streams.ts'
import { createRoutes, type ApiRoutes } from '../routes.ts'
import { failures, runIdSchema } from '../schemas.ts'
import { createProgressMessages } from './progress-messages.ts'

export const tradingParams = z.object({ runId: runIdSchema })

const EXAMPLE = `id: 42
event: progress
data: {"run_id":"AAPL--2026-11-20_10.00.00--0a1b2c","percent":40,"current_stage":"Research","started_at":"2026-11-20T10:00:00.120Z","execution_ms":5310,"timestamp":"2026-11-20T10:00:05.430Z","runId":"AAPL--2026-11-20_10.00.00--0a1b2c","currentStage":"Research","startedAt":"2026-11-20T10:00:00.120Z","executionMs":5310}

`

const streamRun = createRoute({
  method: 'get',
  path: '/api/trading/decision/internal/events/{runId}',
  tags: ['Background runs'],
  summary: 'How far a background run is, as server-sent events',
  description: `Messages named \`progress\`, at most one for each whole percent and each stage, the percent never falling; then one named
\`completion\`, with the decision as \`result\`, or \`error\`, with \`error\` saying why and \`status\` being error or canceled. After it the
stream ends. All are replayed from the start, or from \`Last-Event-ID\` on; 204 for whoever has seen the last one, which tells
an EventSource to stay away. 404 once the files of the run are pruned: its decision is then at /api/trading/assessments/{runId}.`,
  request: {
    params: tradingParams,
    headers: z.object({
      'Last-Event-ID': z
        .string()
        .optional()
        .meta({ description: 'The id of the last message that was seen' }),
    }),
  },
  responses: {
    200: {
      description: 'Messages',
      content: { 'text/event-stream': { schema: z.string(), example: EXAMPLE } },
    },
    204: { description: 'The run has ended, and everything was seen' },
    ...failures(400, 403, 404, 429),
  },
})

export function createTradingStreamRoutes(deps: ApiDeps): ApiRoutes {
  const { desk } = deps
  const streams = createEventStreams(deps)
  const routes = createRoutes()
  routes.openapi(streamRun, async (c) => {
    const { runId } = c.req.valid('param')
    const { connection, follow } = streams.prepare(c)
    const summary = desk.summary(runId)
    const seen = parseLastEventId(c.req.header('last-event-id')) ?? 0
    if (isTerminal(summary.status) && (await desk.state(runId)).seq <= seen) return c.body(null, 204)
    // What a message says rests on all events before it, so that they are read from the first one on.
    return follow(runId, 0, createReader(deps, summary, seen, connection))
  })
  return routes
}

function createReader(
  { desk }: ApiDeps,
  { kind }: Summary,
  seen: number,
  connection: SseConnection,
): EventReader {
  const messages = createProgressMessages(desk.workflows.get(kind)!)
  const send = (id: number, event: string, data: object) =>
    void connection.write(frameMessage({ id, event, data: JSON.stringify(data) }))
  return {
    take(event, state) {
      const progress = messages.take(event, state)
      if (progress && event.seq > seen) send(event.seq, 'progress', progress)
    },
    async end(summary) {
      const { seq, progress } = messages.end(summary)
      if (summary.status === 'completed') {
        const decision = await desk.decision(summary.run_id)
        return send(seq, 'completion', { ...progress, result: decision && withHtml(decision) })
      }
      const error = summary.error ?? 'the run was canceled'
      send(seq, 'error', { ...progress, status: summary.status, error })
    },
  }
}
