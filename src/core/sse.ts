/**
 * Server-sent events written straight to a Node response: one buffer may be shared by many of them. Holds no timer of
 * its own; whoever owns the streams beats the heart. A reader that leaves more than `maxQueuedBytes` unread is cut off
 * and catches up when it returns.
 */
import type { ServerResponse } from 'node:http'
import type { Clock } from './clock.ts'
import { createHeartbeat } from './heartbeat.ts'
import { RefusedError } from './http-error.ts'
import { NO_STORE, SECURITY_HEADERS } from './security-headers.ts'

/** What a client may leave unread before it is dropped. */
export const MAX_QUEUED_BYTES = 256 * 1_024
/** Between two comments that keep a quiet stream open. */
export const HEARTBEAT_MS = 15_000

export const HEARTBEAT = Buffer.from(': \n\n')

export interface SseMessage {
  id?: string | number
  /** Unnamed where left out. */
  event?: string
  data: string
}

export function frameMessage(message: SseMessage): string {
  const head = `${message.id === undefined ? '' : `id: ${message.id}\n`}${message.event ? `event: ${message.event}\n` : ''}`
  const data = message.data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('')
  return `${head}${data}\n`
}

export interface SseConnection {
  readonly closed: boolean
  /** Sends the head; nothing may be written before. */
  open(): void
  /** False when the reader is gone or was dropped for not reading. */
  write(chunk: Buffer | string): boolean
  /** Keeps a quiet stream open; drops a reader that has read nothing of what waits for it since the last beat. */
  beat(): void
  /** Resolves when what was written has left, or the reader is gone. */
  drained(): Promise<void>
  end(): void
  /** Called once, at once when the reader is gone already. */
  onClose(listener: () => void): void
}

/** Throws `RefusedError` for a request that wants the head alone: a stream has no end to stop at. */
export function createSseConnection(
  response: ServerResponse,
  maxQueuedBytes = MAX_QUEUED_BYTES,
): SseConnection {
  if (response.req.method === 'HEAD')
    throw new RefusedError(405, 'a stream answers GET only', { Allow: 'GET' })
  let opened = false
  let waitingAtLastBeat = 0
  const isClosed = () => response.destroyed || response.writableEnded
  return {
    get closed() {
      return isClosed()
    },
    open() {
      if (opened || isClosed()) return
      opened = true
      // The body ends with the connection: without chunks a message is one write of the shared buffer instead of three.
      response.removeHeader('Transfer-Encoding')
      response.writeHead(200, {
        Connection: 'close',
        ...SECURITY_HEADERS,
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': NO_STORE,
        'X-Accel-Buffering': 'no',
      })
      response.flushHeaders()
    },
    write(chunk) {
      if (isClosed()) return false
      if (response.writableLength > maxQueuedBytes) {
        response.destroy()
        return false
      }
      response.write(chunk)
      return true
    },
    beat() {
      if (isClosed()) return
      const waiting = response.writableNeedDrain ? response.writableLength : 0
      const isStuck = waiting > 0 && waiting === waitingAtLastBeat
      waitingAtLastBeat = waiting
      if (isStuck) response.destroy()
      else if (!response.writableNeedDrain) response.write(HEARTBEAT)
    },
    drained() {
      if (isClosed() || !response.writableNeedDrain) return Promise.resolve()
      return new Promise((resolve) => {
        const settle = () => {
          response.off('drain', settle)
          response.off('close', settle)
          resolve()
        }
        response.on('drain', settle)
        response.on('close', settle)
      })
    },
    end() {
      if (!isClosed()) response.end()
    },
    onClose(listener) {
      if (response.destroyed || response.closed) listener()
      else response.once('close', listener)
    },
  }
}

export interface StreamHeartbeat {
  /** The connection gets a comment every `HEARTBEAT_MS` until it closes. */
  add(connection: SseConnection): void
}

/** Ends every connection when `shutdown` aborts. */
export function createStreamHeartbeat(clock: Clock, shutdown: AbortSignal): StreamHeartbeat {
  const { members, add, remove } = createHeartbeat<SseConnection>(HEARTBEAT_MS, clock, shutdown)
  shutdown.addEventListener('abort', () => {
    for (const connection of members) connection.end()
  })
  return {
    add(connection) {
      if (shutdown.aborted) return connection.end()
      add(connection)
      connection.onClose(() => remove(connection))
    },
  }
}
