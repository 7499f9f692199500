/**
 * One request over one connection: no redirect is followed, nothing tried again. Connections are kept for a few seconds
 * for the next request to the same place; each was made to an address that was judged when it was made. Never through a
 * proxy. The answer is read whole and unpacked, within its bounds. Aborting rejects at once and closes the connection,
 * also one that is still being made.
 */
import type { Buffer } from 'node:buffer'
import type { LookupFunction, Socket } from 'node:net'
import type { Agent, Dispatcher } from 'undici'
import { loadOnce } from '../core/load-once.ts'
import { ACCEPTED_ENCODINGS, EncodingError, OversizeError, readBoundedBody } from './bounded-body.ts'
import { BrokenConnectionError, describeBreak } from './broken-connection.ts'
import { portOf } from './allowlist.ts'
import { untilAborted } from '../core/until-aborted.ts'
import { NetError } from './net.ts'
import type { OutgoingRequest } from './outgoing-request.ts'

export interface RawAnswer {
  status: number
  /** As received, lower-case names; several values of a name stay apart. Those that described the packing are gone. */
  headers: readonly (readonly [name: string, value: string])[]
  /** Unpacked. */
  body: Buffer
}

export interface Transport {
  /** Throws `BrokenConnectionError` where no whole answer came, `NetError` where it broke a bound, else the signal's reason. */
  send(request: OutgoingRequest, maxBytes: number, signal: AbortSignal): Promise<RawAnswer>
  close(): Promise<void>
}

export interface TransportOptions {
  createLookup(port: number): LookupFunction
  /** Certificate authorities to trust instead of the usual ones, PEM. */
  ca?: string
}

/** Connections that are being made to a place, and how many requests want one. */
interface Place {
  requests: number
  connecting: Set<Socket>
}

const CONNECT_TIMEOUT_MS = 10_000
const PACKING_HEADERS = new Set(['content-encoding', 'content-length', 'transfer-encoding'])

export function createTransport({ createLookup, ca }: TransportOptions): Transport {
  const places = new Map<string, Place>()
  let agent: Agent | null = null

  // With the first request: a desk that asks nobody does not wait for it.
  const openAgent = loadOnce(async () => {
    const { Agent, Pool, buildConnector } = await import('undici')
    agent = new Agent({
      factory(origin, options) {
        const url = new URL(origin)
        const connect = buildConnector({
          lookup: createLookup(portOf(url)),
          timeout: CONNECT_TIMEOUT_MS,
          ...(ca !== undefined && { ca }),
        }) as (...args: Parameters<ReturnType<typeof buildConnector>>) => Socket
        return new Pool(origin, {
          ...options,
          // Time is bounded as a whole, by the caller's signal.
          headersTimeout: 0,
          bodyTimeout: 0,
          connect(target, callback) {
            const { connecting } = placeOf(url.origin)
            const socket = connect(target, (...result) => {
              connecting.delete(socket)
              callback(...result)
            })
            connecting.add(socket)
          },
        })
      },
    })
    return agent
  })

  function placeOf(origin: string): Place {
    let place = places.get(origin)
    if (!place) places.set(origin, (place = { requests: 0, connecting: new Set() }))
    return place
  }

  function leave(origin: string): void {
    const place = placeOf(origin)
    place.requests--
    if (place.requests > 0) return
    // Nobody is left who would use them.
    stopConnecting(place)
    places.delete(origin)
  }

  return {
    async send(request, maxBytes, signal) {
      const { origin, host, hostname } = request.url
      signal.throwIfAborted()
      placeOf(origin).requests++
      try {
        const ready = await openAgent()
        signal.throwIfAborted()
        const answer = await untilAborted(start(ready, request, signal), signal)
        const length = Number(answer.headers['content-length'] ?? 0)
        if (request.method !== 'HEAD' && length > maxBytes) {
          answer.body.on('error', () => {}).destroy()
          throw new OversizeError()
        }
        const body = await readBoundedBody(answer.body, encodingOf(answer.headers), maxBytes)
        return {
          status: answer.statusCode,
          headers: listHeaders(answer.headers).filter(([name]) => !PACKING_HEADERS.has(name)),
          body,
        }
      } catch (error) {
        if (signal.aborted) throw signal.reason
        if (error instanceof NetError) throw error
        if (error instanceof OversizeError)
          throw new NetError(`${host}: the answer is larger than ${maxBytes} bytes`)
        if (error instanceof EncodingError)
          throw new NetError(`${host}: the answer is packed in a way that was not asked for`)
        throw new BrokenConnectionError(hostname, `${host}: ${describeBreak(error)}`)
      } finally {
        leave(origin)
      }
    },
    async close() {
      for (const place of places.values()) stopConnecting(place)
      await agent?.destroy()
    },
  }
}

/** With an error, or whoever waits for the connection would never hear of it. */
function stopConnecting(place: Place): void {
  for (const socket of place.connecting) socket.destroy(new Error('no longer wanted'))
}

function start(
  agent: Agent,
  { url, method, headers, body }: OutgoingRequest,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  return agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers: { ...headers, 'accept-encoding': ACCEPTED_ENCODINGS },
    body,
    signal,
  })
}

type Headers = Dispatcher.ResponseData['headers']

function encodingOf(headers: Headers): string | undefined {
  const encoding = headers['content-encoding']
  return Array.isArray(encoding) ? encoding.join() : encoding
}

function listHeaders(headers: Headers): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name.toLowerCase(), one]),
  )
}
