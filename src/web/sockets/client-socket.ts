/**
 * One client's socket within its bounds. What it sends is small text, not too often, and is read as actions; what it is
 * sent waits for it up to a bound, beyond which it is let go and catches up when it returns. Closed sockets are sent
 * nothing. The closing codes are those of RFC 6455; `docs/websocket.md` lists them.
 */
import type { RawData, WebSocket } from 'ws'
import type { Clock } from '../../core/clock.ts'
import { messageOf } from '../../core/errors.ts'
import { describeFailure } from '../../core/http-error.ts'
import { MAX_QUEUED_BYTES } from '../../core/sse.ts'
import type { Log } from '../log.ts'
import { encodeMessage, parseAction, type ClientAction } from './messages.ts'

/** Bytes of a frame from a client. */
export const MAX_FRAME_BYTES = 4_096
/** Frames of a client within any second, pings of the protocol included. */
export const MAX_FRAMES_PER_SECOND = 20

/** Between two questions whether it is still there. One that has not answered when the next is due is cut off. */
export const BEAT_MS = 30_000

export const CLOSE_CODES = { shutdown: 1001, notText: 1003, tooOften: 1008, fault: 1011, slow: 1013 } as const

export interface ClientSocket {
  readonly isOpen: boolean
  /** False when it is gone, or was let go for not reading. */
  send(message: Buffer): boolean
  close(code: number, reason: string): void
  /** Asks whether it is still there; lets go of one that did not answer the last time. */
  beat(): void
  /** Cuts it off. */
  terminate(): void
}

export interface ClientSocketOptions {
  clock: Pick<Clock, 'now'>
  log: Log
  onAction(action: ClientAction): void
  /** Once, when nothing can be sent any more. */
  onGone(): void
  maxQueuedBytes?: number
}

export function createClientSocket(ws: WebSocket, options: ClientSocketOptions): ClientSocket {
  const { clock, maxQueuedBytes = MAX_QUEUED_BYTES } = options
  const frames: number[] = []
  let isOpen = true
  let isAlive = true

  function leave(): void {
    if (!isOpen) return
    isOpen = false
    options.onGone()
  }

  function close(code: number, reason: string): void {
    if (!isOpen) return
    ws.close(code, reason)
    leave()
  }

  function send(message: Buffer): boolean {
    if (!isOpen) return false
    if (ws.bufferedAmount > maxQueuedBytes) {
      close(CLOSE_CODES.slow, 'what was sent is not being read')
      return false
    }
    ws.send(message, { binary: false })
    return true
  }

  /** False when it was one too many. */
  function admitFrame(): boolean {
    const now = clock.now()
    while (frames.length > 0 && frames[0]! <= now - 1_000) frames.shift()
    frames.push(now)
    if (frames.length <= MAX_FRAMES_PER_SECOND) return true
    close(CLOSE_CODES.tooOften, `more than ${MAX_FRAMES_PER_SECOND} messages a second`)
    return false
  }

  function read(data: RawData): void {
    try {
      options.onAction(parseAction((data as Buffer).toString()))
    } catch (error) {
      const { message, isFault } = describeFailure(error)
      if (isFault) options.log.error({ err: error, reason: messageOf(error) }, 'an action of a socket failed')
      send(encodeMessage({ type: 'error', error: message }))
    }
  }

  ws.on('message', (data, isBinary) => {
    isAlive = true
    if (!isOpen || !admitFrame()) return
    if (isBinary) close(CLOSE_CODES.notText, 'messages are text')
    else read(data)
  })
  ws.on('ping', () => {
    isAlive = true
    if (isOpen) admitFrame()
  })
  ws.on('pong', () => void (isAlive = true))
  ws.on('close', leave)
  // A frame too large, or no frame at all: the package answers it and closes by itself.
  ws.on('error', leave)

  return {
    get isOpen() {
      return isOpen
    },
    send,
    close,
    beat() {
      if (!isAlive) {
        ws.terminate()
        leave()
        return
      }
      isAlive = false
      if (isOpen) ws.ping()
    },
    terminate() {
      ws.terminate()
      leave()
    },
  }
}
