/**
 * Answers that become a stream of a run's events: one heartbeat serves them all. An error is an answer of its own as long as
 * nothing of the stream has been sent.
 */
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import { InputError, quote } from '../core/errors.ts'
import { createSseConnection, createStreamHeartbeat, type SseConnection } from '../core/sse.ts'
import type { ApiDeps, ApiEnv } from './api-env.ts'
import { createEventFollower, type EventReader } from './event-follower.ts'

export interface EventStreams {
  /** Throws `RefusedError` for a request that wants the head alone. Until `follow` another answer may be given. */
  prepare(c: Context<ApiEnv>): EventStream
}

export interface EventStream {
  readonly connection: SseConnection
  /** Begins the stream: `reader` is told what came after event `after`. Throws `NotFoundError` where the journal is gone. */
  follow(runId: string, after: number, reader: EventReader): Promise<Response>
}

export function createEventStreams(deps: ApiDeps): EventStreams {
  const heartbeat = createStreamHeartbeat(deps.clock, deps.shutdown)
  return {
    prepare(c) {
      const { outgoing } = c.env
      if (!outgoing) throw new Error('a stream needs a Node response to write to')
      const connection = createSseConnection(outgoing)
      return {
        connection,
        async follow(runId, after, reader) {
          const follower = createEventFollower(deps, runId, after, connection, reader)
          // The first reading decides between an error answer and a stream.
          await follower.begin()
          connection.open()
          heartbeat.add(connection)
          void follower.run()
          return RESPONSE_ALREADY_SENT
        },
      }
    },
  }
}

/** The number of an event that a reader says it saw last; null where it names none. */
export function parseLastEventId(text: string | undefined): number | null {
  if (text === undefined || text === '') return null
  if (!/^\d{1,15}$/.test(text)) {
    throw new InputError('Last-Event-ID', `Last-Event-ID ${quote(text)} is not the number of an event`)
  }
  return Number(text)
}
