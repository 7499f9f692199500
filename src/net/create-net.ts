/**
 * The way out of the desk, for every call but those to models. Promised for each call, and again on each redirect:
 *
 * - Only allowed hosts, only http and https, no name or password in the address; https never falls back to http.
 * - Only public addresses: judged after resolution, and the connection goes to the very address that was judged.
 * - Credentials stay with the place they were meant for: to another one only harmless headers go along.
 * - At most `maxBytes` (8 MB) of unpacked answer, at most `timeoutMs` (20 s) on the wire for each try.
 * - At most `limits.maxConcurrency` at once in all and `limits.perHost` at once for a host, which halves itself when it
 *   answers "too many requests" and is left alone for as long as it asks (`Retry-After` up to 30 s); nobody holds a
 *   place while backing off.
 * - What is asked for by many at the same time is asked once; what was asked for with `maxAgeMs` is kept in memory, 32 MB
 *   in all.
 * - Aborting reaches the connection. Messages name host and reason, never path or query.
 *
 * What an answer means is left to whoever asked.
 */
import type { Clock } from '../core/clock.ts'
import { createLayeredLimiter } from '../core/layered-limiter.ts'
import { createAllowlist, nameOf, type PermitAddress } from './allowlist.ts'
import { createAnswerCache } from './answer-cache.ts'
import { decodeText } from './decode-text.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import { createGuardedLookup, resolveBySystem, type Resolve } from './guarded-lookup.ts'
import { linkAbort } from './linked-abort.ts'
import { NetError, type GetOptions, type Net, type NetAnswer } from './net.ts'
import { arrangeHeaders, parseAddress, type OutgoingRequest } from './outgoing-request.ts'
import { createSender, type FinalAnswer, type SendOptions } from './sender.ts'
import { createSharedFlights } from './shared-flights.ts'
import { createTransport } from './transport.ts'

export interface NetOptions {
  /** Hosts that may be asked: `data.example.com`, `*.example.com`, each with a port where it is not the usual one. */
  allowedHosts: readonly string[]
  clock: Clock
  limits: {
    maxConcurrency: number
    /** Default 2. */
    perHost?: number
  }
  /** Says who asks, where the caller does not. */
  userAgent: string
  cacheBytes?: number
  /** 0 ≤ x < 1, for the spread of back-offs. */
  random?: () => number
  /** How names become addresses; default: as the operating system does it. */
  resolve?: Resolve
  /** `ca`: certificate authorities to trust instead of the usual ones, PEM. */
  connect?: { ca?: string }
  /**
   * Admits chosen addresses that the rules refuse. For the one receiver of notices, which a person may well run on this
   * machine or beside it, and for tests; nothing that a run asks for leads here.
   */
  permitAddress?: PermitAddress
}

const DEFAULT_PER_HOST = 2
const DEFAULT_MAX_BYTES = 8 * 1_048_576
const DEFAULT_TIMEOUT_MS = 20_000
const DEFAULT_CACHE_BYTES = 32 * 1_048_576

/** Throws `InputError` for an allowed host that is none. Nothing is connected before the first call. */
export function createNet(options: NetOptions): Net {
  const { clock, limits, userAgent, permitAddress, random = Math.random, resolve = resolveBySystem } = options
  const allowlist = createAllowlist(options.allowedHosts, permitAddress)
  const transport = createTransport({
    createLookup: (port) => createGuardedLookup(resolve, port, permitAddress),
    ca: options.connect?.ca,
  })
  const limiter = createLayeredLimiter({
    limits: { limits: { data: limits.maxConcurrency }, fallback: limits.perHost ?? DEFAULT_PER_HOST },
    clock,
  })
  const sendUntilFinal = createSender({ allowlist, transport, limiter, clock, random })
  const flights = createSharedFlights<NetAnswer>()
  const cache = createAnswerCache(options.cacheBytes ?? DEFAULT_CACHE_BYTES)
  const closing = new AbortController()

  async function send(request: OutgoingRequest, sendOptions: SendOptions): Promise<FinalAnswer> {
    const link = linkAbort([sendOptions.signal, closing.signal])
    try {
      link.signal.throwIfAborted()
      return await sendUntilFinal(request, { ...sendOptions, signal: link.signal })
    } finally {
      link.unlink()
    }
  }

  async function fetchAnswer(request: OutgoingRequest, sendOptions: SendOptions): Promise<NetAnswer> {
    const final = await send(request, sendOptions)
    if (final.status >= 500) throw new NetError(describeGivingUp(final))
    return describeAnswer(final, clock.now())
  }

  return {
    async get(address, { signal, headers = {}, maxAgeMs, maxBytes, timeoutMs }: GetOptions) {
      signal.throwIfAborted()
      const url = parseAddress(address)
      const request: OutgoingRequest = {
        url,
        method: 'GET',
        headers: arrangeHeaders(nameOf(url), headers, userAgent),
        body: null,
      }
      const bounds = { maxBytes: maxBytes ?? DEFAULT_MAX_BYTES, timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS }
      const key = JSON.stringify([url.href, request.headers, bounds])
      const cached = maxAgeMs === undefined ? null : cache.get(key)
      if (cached && clock.now() - cached.answer.fetchedMs <= maxAgeMs!) return cached.answer
      const answer = await flights.join(key, signal, (shared) =>
        fetchAnswer(request, { ...bounds, signal: shared, redirect: 'follow' }),
      )
      if (maxAgeMs !== undefined && isWorthKeeping(answer.status))
        cache.set(key, { answer, bytes: estimateBytes(answer) })
      return answer
    },
    fetch: createGuardedFetch({
      allowlist,
      userAgent,
      send: (request, { signal, redirect }) =>
        send(request, { signal, redirect, maxBytes: DEFAULT_MAX_BYTES, timeoutMs: DEFAULT_TIMEOUT_MS }),
    }),
    use: () => limiter.use(),
    async close() {
      closing.abort(new NetError('the desk is closing'))
      await transport.close()
    },
  }
}

function describeAnswer(final: FinalAnswer, fetchedMs: number): NetAnswer {
  const joined = new Map<string, string>()
  for (const [name, value] of final.headers) {
    const before = joined.get(name)
    joined.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  const headers: Record<string, string> = Object.fromEntries(joined)
  // Shared by everyone who asked: nobody may change it under the others.
  return Object.freeze({
    status: final.status,
    headers: Object.freeze(headers),
    url: final.url.href,
    text: decodeText(final.body, headers['content-type']),
    fetchedMs,
  })
}

function describeGivingUp({ url, status, tries }: FinalAnswer): string {
  return `${nameOf(url)}: answered ${status}${tries > 1 ? `, ${tries} times` : ''}`
}

/** What is there, and what is known not to be. */
function isWorthKeeping(status: number): boolean {
  return (status >= 200 && status < 300) || status === 404 || status === 410
}

/** In memory: two for each character, as soon as one of them is none of the first 256. */
function estimateBytes({ text, headers, url }: NetAnswer): number {
  const length = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  return 2 * (text.length + length + url.length) + 500
}
