/**
 * `fetch` over the unix socket of the process that owns the data directory. Bodies of answers stream, and so do those
 * that are sent as streams; aborting ends the
 * request at any point, also while its answer is read. Each request has a connection of its own, so nothing stays open.
 */
import { request as openRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { streamReadable } from '../core/stream-bytes.ts'
import { DeskAwayError } from './client.ts'

/** Any host will do on a socket that only the owner can reach. */
const BASE = 'http://localhost'
const WITHOUT_BODY = new Set([204, 205, 304])

export function createSocketFetch(
  socketPath: string,
): (path: string, init?: RequestInit) => Promise<Response> {
  return async (path, init) => {
    const request = new Request(new URL(path, BASE), init)
    // A stream is sent as it comes; anything else is short, and its length can be told.
    const isStream = init?.body instanceof ReadableStream
    const body = request.body === null || isStream ? request.body : Buffer.from(await request.arrayBuffer())
    return send(socketPath, request, body)
  }
}

function send(
  socketPath: string,
  request: Request,
  body: Buffer | ReadableStream<Uint8Array> | null,
): Promise<Response> {
  const { signal } = request
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const { pathname, search } = new URL(request.url)
    const outgoing = openRequest({
      socketPath,
      path: pathname + search,
      method: request.method,
      headers: {
        ...Object.fromEntries(request.headers),
        ...(Buffer.isBuffer(body) && { 'content-length': body.byteLength }),
      },
      agent: false,
    })
    let answer: IncomingMessage | null = null
    const onAbort = () => {
      answer?.destroy(asError(signal.reason))
      outgoing.destroy(asError(signal.reason))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    outgoing.once('close', () => signal.removeEventListener('abort', onAbort))
    outgoing.once('response', (incoming) => {
      answer = incoming
      resolve(describeAnswer(incoming))
    })
    outgoing.on('error', (error) => {
      if (signal.aborted) reject(asError(signal.reason))
      else reject(new DeskAwayError('the desk does not answer', { cause: error }))
    })
    if (body instanceof ReadableStream) {
      // What ends it early, an answer before its end included, is told by the events of the request.
      const source = Readable.fromWeb(body as unknown as NodeReadableStream<Uint8Array>)
      source.once('error', (error) => outgoing.destroy(error))
      outgoing.once('close', () => source.destroy())
      source.pipe(outgoing)
    } else outgoing.end(body ?? undefined)
  })
}

function describeAnswer(incoming: IncomingMessage): Response {
  const headers = new Headers()
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const status = incoming.statusCode ?? 500
  if (WITHOUT_BODY.has(status)) {
    incoming.resume()
    return new Response(null, { status, headers })
  }
  return new Response(streamReadable(incoming), { status, headers })
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason ?? 'aborted'))
}
