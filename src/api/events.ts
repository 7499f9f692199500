/**
 * `GET /runs/{id}/events`: the journal of one run as server-sent events, replayed from any number and then live,
 * without a gap or a repeat. Each message is one event, its id the event's number; after the last one comes
 * `event: done` with the final status, and the stream ends.
 */
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { createRoute, z } from '@hono/zod-openapi'
import { InputError, quote } from '../core/errors.ts'
import { createHeartbeat, createSseConnection, frameMessage, type SseConnection } from '../core/sse.ts'
import type { RunEvent } from '../runs/event.ts'
import { isTerminal } from '../runs/status.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { failures, runParams, strictQuery, wholeNumber } from './schemas.ts'

/** Live events held back while older ones are read from the journal; beyond it they are read from there as well. */
const MAX_PENDING = 1_000

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
  const heartbeat = createHeartbeat(deps.clock, deps.shutdown)
  const frames = createFrames()
  const routes = createRoutes()
  routes.openapi(streamEvents, async (c) => {
    const { id } = c.req.valid('param')
    const { outgoing } = c.env
    if (!outgoing) throw new Error('a stream needs a Node response to write to')
    const connection = createSseConnection(outgoing)
    deps.desk.summary(id)
    const after = parseLastEventId(c.req.header('last-event-id')) ?? c.req.valid('query').after ?? 0
    const follower = createFollower(deps, frames, id, after, connection)
    // The first reading decides between an error answer and a stream.
    await follower.begin()
    heartbeat.add(connection)
    void follower.run()
    return RESPONSE_ALREADY_SENT
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

interface Follower {
  begin(): Promise<void>
  run(): Promise<void>
}

function createFollower(
  deps: ApiDeps,
  frames: Frames,
  runId: string,
  after: number,
  connection: SseConnection,
): Follower {
  const { desk, log } = deps
  let sent = after
  let pending: RunEvent[] = []
  let overflowed = false
  let isLive = false
  let wake: () => void = () => undefined

  const stop = desk.feed.subscribe(({ event, state }) => {
    if (state.run_id !== runId || event.seq <= sent) return
    // Nothing stands before it: it goes out at once, and only the end needs the follower itself.
    if (isLive && event.seq === sent + 1 && !isTerminal(state.status)) return send(event)
    if (pending.length < MAX_PENDING) pending.push(event)
    else overflowed = true
    if (isLive) wake()
  })
  connection.onClose(() => {
    stop()
    wake()
  })

  function send(event: RunEvent): void {
    connection.write(frames.of(event))
    sent = event.seq
  }

  let replay: AsyncIterator<RunEvent>
  let first: IteratorResult<RunEvent>

  async function replayFrom(
    iterator: AsyncIterator<RunEvent>,
    start: IteratorResult<RunEvent>,
  ): Promise<void> {
    for (let next = start; !next.done && !connection.closed; next = await iterator.next()) {
      if (next.value.seq > sent) send(next.value)
      await connection.drained()
    }
    if (connection.closed) await iterator.return?.()
  }

  /** Reads the journal from where the reader stands. False when there was nothing new. */
  async function replayRest(): Promise<boolean> {
    const before = sent
    const iterator = desk.events(runId, before)[Symbol.asyncIterator]()
    await replayFrom(iterator, await iterator.next())
    return sent > before
  }

  /** Sends what came in meanwhile. False when something is missing and the journal must be read again. */
  function sendPending(): boolean {
    const held = pending
    const complete = !overflowed
    pending = []
    overflowed = false
    for (const event of held) {
      if (event.seq <= sent) continue
      if (event.seq !== sent + 1) return false
      send(event)
    }
    return complete
  }

  async function follow(): Promise<void> {
    await replayFrom(replay, first)
    while (!connection.closed) {
      if (!sendPending()) {
        await replayRest()
        continue
      }
      const { status } = desk.summary(runId)
      if (isTerminal(status)) {
        // What the journal cannot give any more is not waited for.
        if (sent < (await lastSeq()) && (await replayRest())) continue
        connection.write(frameMessage({ event: 'done', data: JSON.stringify({ run_id: runId, status }) }))
        return connection.end()
      }
      await new Promise<void>((resolve) => {
        wake = resolve
        isLive = true
        if (pending.length > 0 || overflowed || connection.closed) resolve()
      })
      isLive = false
    }
  }

  async function lastSeq(): Promise<number> {
    return (await desk.state(runId)).seq
  }

  return {
    async begin() {
      try {
        replay = desk.events(runId, after)[Symbol.asyncIterator]()
        first = await replay.next()
      } catch (error) {
        stop()
        throw error
      }
      connection.open()
    },
    async run() {
      try {
        await follow()
      } catch (error) {
        log.error({ err: error, run_id: runId }, 'a stream of events broke off')
        connection.end()
      } finally {
        stop()
      }
    },
  }
}

function parseLastEventId(text: string | undefined): number | null {
  if (text === undefined || text === '') return null
  if (!/^\d{1,15}$/.test(text)) {
    throw new InputError('Last-Event-ID', `Last-Event-ID ${quote(text)} is not the number of an event`)
  }
  return Number(text)
}
