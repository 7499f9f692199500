/**
 * An abort that several causes can bring about, the passing of time among them. Unlinking lets go of the causes, which
 * often live longer than what they abort.
 */
import type { Clock } from '../core/clock.ts'

export interface LinkedAbort {
  readonly signal: AbortSignal
  unlink(): void
}

/** Aborts as soon as one of the parents has, with its reason. */
export function linkAbort(parents: readonly AbortSignal[]): LinkedAbort & { abort(reason: unknown): void } {
  const controller = new AbortController()
  const listeners = parents.map((parent) => {
    const onAbort = () => controller.abort(parent.reason)
    parent.addEventListener('abort', onAbort, { once: true })
    return () => parent.removeEventListener('abort', onAbort)
  })
  const aborted = parents.find((parent) => parent.aborted)
  if (aborted) controller.abort(aborted.reason)
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => listeners.forEach((remove) => remove()),
  }
}

/** Aborts with the parent, or with `reason` once `timeoutMs` have passed. Unlinking also stops the clock's wait. */
export function linkDeadline(
  parent: AbortSignal,
  clock: Clock,
  timeoutMs: number,
  reason: Error,
): LinkedAbort {
  const link = linkAbort([parent])
  const waiting = new AbortController()
  clock.sleep(timeoutMs, waiting.signal).then(
    () => link.abort(reason),
    () => {},
  )
  return {
    signal: link.signal,
    unlink() {
      link.unlink()
      waiting.abort()
    },
  }
}
