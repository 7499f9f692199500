/**
 * Sends a request until there is a final answer: admits each hop by the allowlist, takes a permit for each and gives it
 * back before anything is waited for, follows redirects (at most 5), and tries again where that may help (at most 3
 * tries). Time spent on the wire is bounded for each try with all its hops; waiting for a permit does not count.
 */
import { parseRetryAfter } from '../core/retry-after.ts'
import type { Clock } from '../core/clock.ts'
import type { LayeredLimiter } from '../core/layered-limiter.ts'
import { beginWait } from '../core/wait-watch.ts'
import { nameOf, type Allowlist } from './allowlist.ts'
import { BrokenConnectionError } from './broken-connection.ts'
import { linkDeadline } from './linked-abort.ts'
import { NetError } from './net.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import { computeRedirect, isRedirect } from './redirect.ts'
import { computeBackOffMs, isRetryableStatus, MAX_RETRY_AFTER_MS, MAX_TRIES } from './retry.ts'
import type { RawAnswer, Transport } from './transport.ts'

export interface SendOptions {
  signal: AbortSignal
  /** Of the unpacked answer. */
  maxBytes: number
  timeoutMs: number
  /** As in `fetch`: a redirect is followed, handed back as it is, or an error. */
  redirect: RequestRedirect
}

export interface FinalAnswer extends RawAnswer {
  /** Where it came from, after redirects. */
  url: URL
  wasRedirected: boolean
  tries: number
}

/**
 * Resolves with any status, 429 and 5xx included where the tries are used up or must not be made: a POST is sent once.
 * Throws `NetError` where a rule refuses or no answer came; the signal's reason where it aborts.
 */
export type Send = (request: OutgoingRequest, options: SendOptions) => Promise<FinalAnswer>

export interface SenderOptions {
  allowlist: Allowlist
  transport: Transport
  limiter: LayeredLimiter
  clock: Clock
  /** 0 ≤ x < 1. */
  random: () => number
}

const MAX_REDIRECTS = 5
const DATA_TIER = 'data'
/** Calls are shared by the runs that ask for the same thing: none of them owns one. */
const OWNER = 'data calls'

export function createSender({ allowlist, transport, limiter, clock, random }: SenderOptions): Send {
  /** One hop: under a permit from the first byte sent to the last one read. */
  async function sendOnce(
    request: OutgoingRequest,
    maxBytes: number,
    timeoutMs: number,
    signal: AbortSignal,
  ) {
    const tiers = tiersOf(request.url.hostname)
    const permit = await limiter.acquire(tiers, OWNER, signal)
    const startedMs = clock.now()
    const reason = new NetError(`${nameOf(request.url)}: no whole answer within the time allowed`)
    const deadline = linkDeadline(signal, clock, timeoutMs, reason)
    try {
      const answer = await transport.send(request, maxBytes, deadline.signal)
      const nowMs = clock.now()
      if (answer.status === 429) limiter.slowDown(tiers[1], startedMs)
      else if (answer.status < 500) limiter.recover(tiers[1])
      const askedMs = isRetryableStatus(answer.status) ? readRetryAfter(answer, nowMs) : null
      // It asks for this of everyone; where it is not tried again, it is for whoever comes next to hear it.
      if (askedMs !== null && askedMs <= MAX_RETRY_AFTER_MS) limiter.close(tiers[1], nowMs + askedMs)
      return { answer, tookMs: nowMs - startedMs }
    } finally {
      deadline.unlink()
      permit.release()
    }
  }

  async function follow(first: OutgoingRequest, options: SendOptions): Promise<Omit<FinalAnswer, 'tries'>> {
    let leftMs = options.timeoutMs
    let request = first
    for (let hops = 0; ; hops++) {
      const { answer, tookMs } = await sendOnce(request, options.maxBytes, leftMs, options.signal)
      leftMs = Math.max(0, leftMs - tookMs)
      const location = answer.headers.find(([name]) => name === 'location')?.[1]
      if (!isRedirect(answer.status) || location === undefined || options.redirect === 'manual')
        return { ...answer, url: request.url, wasRedirected: hops > 0 }
      const host = nameOf(request.url)
      if (options.redirect === 'error') throw new NetError(`${host}: it redirects, which was not wanted`)
      if (hops === MAX_REDIRECTS) throw new NetError(`${host}: more than ${MAX_REDIRECTS} redirects`)
      const next = computeRedirect(request, answer.status, location)
      if ('refusal' in next) throw new NetError(`${host}: refused, ${next.refusal}`)
      allowlist.admit(next.url, request.url)
      request = next
    }
  }

  /** The failure where no answer came but asking again may help. */
  async function attempt(request: OutgoingRequest, options: SendOptions, isLast: boolean) {
    try {
      return await follow(request, options)
    } catch (error) {
      if (isLast || !(error instanceof BrokenConnectionError)) throw error
      return error
    }
  }

  return async (request, options) => {
    allowlist.admit(request.url)
    for (let tries = 1; ; tries++) {
      const isLast = tries === MAX_TRIES || request.method === 'POST'
      const outcome = await attempt(request, options, isLast)
      const isBroken = outcome instanceof BrokenConnectionError
      const askedMs = isBroken ? 0 : (readRetryAfter(outcome, clock.now()) ?? 0)
      if (!isBroken && (isLast || !isRetryableStatus(outcome.status) || askedMs > MAX_RETRY_AFTER_MS)) {
        return { ...outcome, tries }
      }
      const backOffMs = computeBackOffMs(tries, askedMs, random())
      const tiers = tiersOf(isBroken ? outcome.hostname : outcome.url.hostname)
      limiter.countRetry(tiers, backOffMs)
      const untilMs = clock.now() + backOffMs
      const why = `${describeOutcome(outcome)}; try ${tries + 1} of at most ${MAX_TRIES}`
      const endWait = beginWait({ for: 'back_off', tier: tiers[1], untilMs, why })
      await clock.sleep(backOffMs, options.signal).finally(endWait)
    }
  }
}

function tiersOf(hostname: string): [data: string, host: string] {
  return [DATA_TIER, `host:${hostname}`]
}

function describeOutcome(outcome: BrokenConnectionError | RawAnswer): string {
  return outcome instanceof BrokenConnectionError ? outcome.message : `it answered ${outcome.status}`
}

function readRetryAfter(answer: RawAnswer, nowMs: number): number | null {
  return parseRetryAfter(answer.headers.find(([name]) => name === 'retry-after')?.[1], nowMs)
}
