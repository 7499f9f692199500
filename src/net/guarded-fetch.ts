/**
 * The platform's `fetch`, with every rule of the sender in force, for libraries that bring their own requests. GET, HEAD
 * and POST; a body of at most 1 MB, read before it is sent. Unlike the platform's it throws `NetError` for what fails,
 * and a redirect is followed by our rules. The answer is a real `Response`, complete when it is handed over: its status
 * is whatever was answered, `set-cookie` included in its headers; the packing of its body is undone.
 */
import type { Buffer } from 'node:buffer'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { nameOf, type Allowlist } from './allowlist.ts'
import { OversizeError, readBoundedBody } from './bounded-body.ts'
import { NetError } from './net.ts'
import { arrangeHeaders, parseAddress, type OutgoingRequest } from './outgoing-request.ts'
import type { FinalAnswer, SendOptions } from './sender.ts'

const MAX_BODY_BYTES = 1_048_576
const METHODS = new Set(['GET', 'HEAD', 'POST'])
const WITHOUT_BODY = new Set([204, 205, 304])

type FetchSend = (
  request: OutgoingRequest,
  options: Pick<SendOptions, 'signal' | 'redirect'>,
) => Promise<FinalAnswer>

export interface GuardedFetchOptions {
  allowlist: Allowlist
  userAgent: string
  send: FetchSend
}

export function createGuardedFetch({
  allowlist,
  userAgent,
  send,
}: GuardedFetchOptions): typeof globalThis.fetch {
  return async (input, init) => {
    const url = parseAddress(input instanceof Request ? input.url : String(input))
    allowlist.admit(url)
    const host = nameOf(url)
    const request = readRequest(host, input, init)
    if (!METHODS.has(request.method)) {
      throw new NetError(`${host}: ${request.method.slice(0, 20)} is not sent; only GET, HEAD and POST are`)
    }
    const outgoing: OutgoingRequest = {
      url,
      method: request.method as OutgoingRequest['method'],
      headers: arrangeHeaders(host, request.headers, userAgent),
      body: await readRequestBody(host, request),
    }
    const signal = init?.signal ?? request.signal
    const answer = await send(outgoing, { signal, redirect: request.redirect })
    // Named after the wait, so that the request outlives it: its signal goes silent once it is collected.
    return describeAnswer(answer, request.method)
  }
}

function readRequest(host: string, input: Parameters<typeof fetch>[0], init?: RequestInit): Request {
  try {
    return new Request(input, init)
  } catch {
    // Its message would repeat the address, name and password included.
    throw new NetError(`${host}: what was to be asked is not a request`)
  }
}

async function readRequestBody(host: string, request: Request): Promise<Buffer | null> {
  if (request.body === null) return null
  try {
    const stream = Readable.fromWeb(request.body as unknown as NodeReadableStream<Uint8Array>)
    return await readBoundedBody(stream, undefined, MAX_BODY_BYTES)
  } catch (error) {
    if (error instanceof OversizeError)
      throw new NetError(`${host}: a body of more than ${MAX_BODY_BYTES} bytes is not sent`)
    throw error
  }
}

function describeAnswer(answer: FinalAnswer, method: string): Response {
  const { status } = answer
  // Some servers say no with a number that HTTP does not have.
  if (status < 200 || status > 599) throw new NetError(`${nameOf(answer.url)}: answered ${status}`)
  const headers = new Headers(answer.headers.map(([name, value]): [string, string] => [name, value]))
  const body = method === 'HEAD' || WITHOUT_BODY.has(status) ? null : new Uint8Array(answer.body)
  const response = new Response(body, { status, headers })
  // A response made by hand knows neither.
  return Object.defineProperties(response, {
    url: { value: answer.url.href },
    redirected: { value: answer.wasRedirected },
  })
}
