/**
 * Asks until there is an answer: each try takes a permit and gives it back, what passes is waited for without one, and
 * what does not is a `ModelError` at once.
 */
import type { Clock } from '../core/clock.ts'
import type { LayeredLimiter } from '../core/layered-limiter.ts'
import { beginWait } from '../core/wait-watch.ts'
import { computeBackOffMs } from './back-off.ts'
import { classifyFailure, describeFailure, type CallFailure } from './call-failure.ts'
import { ModelError, type CallFrame, type CallTiming } from './model-call.ts'
import type { ParsedModelId } from './model-id.ts'

/** Tries of one call, whatever fails: the waits between them outlast a limit that is counted by the minute. */
export const MAX_TRIES = 8
/** Of which so many may run into the timeout or break off once connected: these take long, and may have to be paid. */
const MAX_SLOW_TRIES = 3
/** The longest wait a server may ask for. */
const MAX_RETRY_AFTER_MS = 120_000

export interface TryingDeps {
  limiter: LayeredLimiter
  clock: Clock
  /** 0 ≤ x < 1. */
  random: () => number
  /** Takes secrets out of a text. */
  redact: (text: string) => string
}

export interface Trying<T> {
  frame: Pick<CallFrame, 'model' | 'run' | 'signal' | 'notice'>
  id: ParsedModelId
  maxTries: number
  attempt(): Promise<T & { tookMs: number }>
  /** The server cannot be told the shape of an answer: whether `attempt` will now ask without. */
  dropShape?(): boolean
}

/** `global`, the provider, the model: from the broadest to the narrowest. */
export function tiersOf({ provider, name }: ParsedModelId): readonly [string, string, string] {
  return ['global', provider, `${provider}:${name}`]
}

export async function callWithTries<T>(
  { limiter, clock, random, redact }: TryingDeps,
  { frame, id, maxTries, attempt, dropShape }: Trying<T>,
): Promise<{ answer: T; timing: CallTiming }> {
  const { model, run, signal } = frame
  const tiers = tiersOf(id)
  const timing: CallTiming = { attempts: 0, waited_ms: 0, backed_off_ms: 0, took_ms: 0 }
  let slowTries = 0
  for (;;) {
    timing.attempts++
    const tried = await tryOnce()
    if ('answer' in tried) return tried
    const { failure } = tried
    const problem = describeFailure(model, failure)
    if (failure.kind === 'shape-unsupported' && dropShape?.()) {
      frame.notice?.('WARN', `${problem}; asked again with the shape in the prompt`)
      continue
    }
    if (failure.kind !== 'passing') throw new ModelError(problem)
    if (failure.reason === 'timeout' || failure.reason === 'dropped') slowTries++
    if (timing.attempts >= maxTries || slowTries >= MAX_SLOW_TRIES) {
      throw new ModelError(
        timing.attempts === 1 ? problem : `${problem}; that was try ${timing.attempts}, the last`,
      )
    }
    await backOff(failure, problem)
  }

  async function tryOnce(): Promise<{ answer: T; timing: CallTiming } | { failure: CallFailure }> {
    const permit = await limiter.acquire(tiers, run, signal)
    timing.waited_ms += permit.waitedMs
    const startedMs = clock.now()
    try {
      const answer = await attempt()
      timing.took_ms = answer.tookMs
      limiter.recover(tiers[2])
      return { answer, timing }
    } catch (error) {
      signal.throwIfAborted()
      const failure = classifyFailure(error, id, clock.now(), redact)
      if (failure.kind === 'passing') heed(failure, startedMs)
      return { failure }
    } finally {
      permit.release()
    }
  }

  /** What the server asks of this call it asks of all that want the model. */
  function heed({ reason, retryAfterMs }: CallFailure & { kind: 'passing' }, startedMs: number): void {
    if (reason === 'rate-limited') limiter.slowDown(tiers[2], startedMs)
    // A longer wait ends the call that was told; the others are to hear it themselves and not to wait in vain.
    if (retryAfterMs !== null && retryAfterMs <= MAX_RETRY_AFTER_MS)
      limiter.close(tiers[2], clock.now() + retryAfterMs)
  }

  async function backOff(failure: CallFailure & { kind: 'passing' }, problem: string): Promise<void> {
    const { retryAfterMs } = failure
    if (retryAfterMs !== null && retryAfterMs > MAX_RETRY_AFTER_MS) {
      throw new ModelError(
        `${problem}; it asks for a wait of ${Math.ceil(retryAfterMs / 1_000)} s, and ${MAX_RETRY_AFTER_MS / 1_000} s is the most`,
      )
    }
    const waitMs = computeBackOffMs(timing.attempts, retryAfterMs, random)
    limiter.countRetry(tiers, waitMs)
    const asked = retryAfterMs ? ', no sooner than it asked' : ''
    const next = `${problem}; try ${timing.attempts + 1} of at most ${maxTries}`
    frame.notice?.('WARN', `${next} in ${(waitMs / 1_000).toFixed(1)} s${asked}`)
    const untilMs = clock.now() + waitMs
    const endWait = beginWait({ for: 'back_off', tier: tiers[2], untilMs, why: next })
    await clock.sleep(waitMs, signal).finally(endWait)
    timing.backed_off_ms += waitMs
  }
}
