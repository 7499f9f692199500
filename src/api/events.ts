/**
 * `GET /runs/{id}/events`: the journal of one run as server-sent events, replayed from any number and then live,
 * without a gap or a repeat. Each message is one event, its id the event's number; after the last one comes
 * `event: done` with the final status, and the stream ends.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { frameMessage } from '../core/sse.ts'
import type { RunEvent } from '../runs/event.ts'
import type { ApiDeps } from './api-env.ts'
import { createEventStreams, parseLastEventId } from './event-streams.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { failures, runParams, strictQuery, wholeNumber } from './schemas.ts'

const streamEvents = createRoute({
  method: 'get',
  path: '/runs/{id}/events',
  tags: ['Runs'],
  summary: 'The events of a run as server-sent events, resumed by Last-Event-ID or after',
  request: { params: runParams, query: strictQuery({ after: wholeNumber(0, Number.MAX_SAFE_INTEGER) }) },
  responses: {
    200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } },
    ...failures(400, 403, 404, 429),
  },
})

export function createEventRoutes(deps: ApiDeps): ApiRoutes {
  const streams = createEventStreams(deps)
  const frames = createFrames()
  const routes = createRoutes()
  routes.openapi(streamEvents, async (c) => {
    const { id } = c.req.valid('param')
    const { connection, follow } = streams.prepare(c)
    deps.desk.summary(id)
    const after = parseLastEventId(c.req.header('last-event-id')) ?? c.req.valid('query').after ?? 0
    return follow(id, after, {
      take: (event) => void connection.write(frames.of(event)),
      end: ({ status }) =>
        void connection.write(frameMessage({ event: 'done', data: JSON.stringify({ run_id: id, status }) })),
    })
  })
  return routes
}

/** The bytes of an event, made once for all who are told of it. */
interface Frames {
  of(event: RunEvent): Buffer
}

function createFrames(): Frames {
  const made = new WeakMap<RunEvent, Buffer>()
  return {
    of(event) {
      let frame = made.get(event)
      if (!frame) {
        frame = Buffer.from(frameMessage({ id: event.seq, data: JSON.stringify(event) }))
        made.set(event, frame)
      }
      return frame
    },
  }
}
