/**
 * Bounds how many streams and sockets are open at once, in the process and for each client address. Loopback counts only
 * towards the process: behind a reverse proxy everybody is loopback.
 */
import type { MiddlewareHandler } from 'hono'
import { isLoopback } from '../../config.ts'
import { LimitError } from '../../core/errors.ts'
import type { OpenStreams, StreamKind } from '../../core/open-streams.ts'
import { bindingsOf, clientAddress, type WebEnv } from '../web-env.ts'
import { isStreamPath } from './cross-site-guard.ts'

const MAX_STREAMS = 2_000
const MAX_STREAMS_PER_ADDRESS = 100
const RETRY_SECONDS = 5

export interface StreamCapOptions {
  max?: number
  maxPerAddress?: number
  /** Told of all that is open. */
  openStreams?: OpenStreams
}

export function createStreamCap(options: StreamCapOptions = {}): MiddlewareHandler<WebEnv> {
  const { max = MAX_STREAMS, maxPerAddress = MAX_STREAMS_PER_ADDRESS, openStreams } = options
  const open = new Map<string, number>()
  let total = 0

  function release(address: string): void {
    total--
    const left = (open.get(address) ?? 1) - 1
    if (left === 0) open.delete(address)
    else open.set(address, left)
  }

  return async (c, next) => {
    const { incoming, outgoing, upgrade } = bindingsOf(c)
    const stays = upgrade ? incoming?.socket : outgoing
    if (!isStreamPath(c.req.path) || !stays || stays.destroyed) return next()
    const address = clientAddress(c)
    const fromAddress = open.get(address) ?? 0
    if (total >= max) throw new LimitError(`${max} streams are open; no more are taken`, RETRY_SECONDS)
    if (fromAddress >= maxPerAddress && !isLoopback(address.replace(/^::ffff:/, ''))) {
      throw new LimitError(
        `${maxPerAddress} streams from this address are open; no more are taken`,
        RETRY_SECONDS,
      )
    }
    total++
    open.set(address, fromAddress + 1)
    const uncount = openStreams?.add(kindOf(c.req.path))
    stays.once('close', () => {
      release(address)
      uncount?.()
    })
    await next()
  }
}

function kindOf(path: string): StreamKind {
  if (/^\/stream\/?$/.test(path)) return 'page'
  return path.startsWith('/ws') ? 'socket' : 'events'
}
