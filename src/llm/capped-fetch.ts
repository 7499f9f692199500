/**
 * The fetch that providers are asked with: an answer that goes on for longer than a bound is cut off and its connection
 * closed, and a redirect is not followed, for keys travel in headers. Waiting is bounded by the caller's signal alone.
 */
import type * as Undici from 'undici'
import { loadOnce } from '../core/load-once.ts'

/** The body went past the bound; the connection is closed. */
export class AnswerTooLongError extends Error {
  override name = 'AnswerTooLongError'
  readonly maxBytes: number
  constructor(maxBytes: number) {
    super(`longer than ${maxBytes} bytes`)
    this.maxBytes = maxBytes
  }
}

export interface CappedFetch {
  fetch: typeof globalThis.fetch
  /** Before it is first used, so that the first call need not wait for it. */
  load(): Promise<unknown>
}

/** Loads `undici` when first used: its own fetch, for the built-in one gives up by itself after five minutes. */
export function createCappedFetch(maxBytes: number): CappedFetch {
  const load = loadOnce(async () => {
    const { fetch, Agent } = await import('undici')
    return { fetch, agent: new Agent({ headersTimeout: 0, bodyTimeout: 0 }) }
  })
  return {
    load,
    async fetch(input, init) {
      const { fetch, agent } = await load()
      const options = { ...(init as Undici.RequestInit), dispatcher: agent, redirect: 'manual' as const }
      const response = await fetch(input as Undici.RequestInfo, options)
      if (!response.body) return response as unknown as Response
      const { status, statusText } = response
      const headers = [...response.headers]
      return new Response(capBody(response.body as ReadableStream<Uint8Array>, maxBytes), {
        ...{ status, statusText, headers: headers as [string, string][] },
      })
    },
  }
}

function capBody(body: ReadableStream<Uint8Array>, maxBytes: number): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let bytes = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) return controller.close()
      bytes += value.byteLength
      if (bytes <= maxBytes) return controller.enqueue(value)
      const error = new AnswerTooLongError(maxBytes)
      controller.error(error)
      await reader.cancel(error)
    },
    cancel: (reason) => reader.cancel(reason),
  })
}
