/**
 * Places for runs at work and for runs that wait, first come first served. Room for a launch is taken whole or not at
 * all, before anything of it is written.
 */
import { LimitError } from '../core/errors.ts'

export interface QueueLimits {
  maxRunning: number
  maxWaiting: number
}

export interface RunQueue {
  readonly running: number
  readonly waiting: number
  /** Takes room for `count` runs still to be added, or throws `LimitError`. Give each back with `add` or `release`. */
  reserve(count: number): void
  release(count: number): void
  /** Puts a run in line; `start` is called when its place is free, at once if it is. */
  add(runId: string, start: () => void, options?: { reserved?: boolean }): void
  /** Takes a waiting run out of line. */
  remove(runId: string): void
  /** Gives a run's place to the next. */
  leave(runId: string): void
  /** Starts no more runs. */
  close(): void
}

/** What a client refused for want of room is told to wait. */
const RETRY_AFTER_SECONDS = 30

export function createRunQueue({ maxRunning, maxWaiting }: QueueLimits): RunQueue {
  const running = new Set<string>()
  const waiting = new Map<string, () => void>()
  let reserved = 0
  let closed = false

  function pump(): void {
    for (const [runId, start] of waiting) {
      if (closed || running.size >= maxRunning) return
      waiting.delete(runId)
      running.add(runId)
      start()
    }
  }

  return {
    get running() {
      return running.size
    },
    get waiting() {
      return waiting.size
    },
    reserve(count) {
      const taken = running.size + waiting.size + reserved
      if (taken + count > maxRunning + maxWaiting) {
        throw new LimitError(
          `no room for ${count} more ${count === 1 ? 'run' : 'runs'}: ${taken} of ${maxRunning + maxWaiting} places are taken (MAX_PARALLEL_RUNS ${maxRunning} + MAX_QUEUED_RUNS ${maxWaiting})`,
          RETRY_AFTER_SECONDS,
        )
      }
      reserved += count
    },
    release: (count) => void (reserved -= count),
    add(runId, start, options) {
      if (options?.reserved) reserved--
      waiting.set(runId, start)
      pump()
    },
    remove: (runId) => void waiting.delete(runId),
    leave(runId) {
      if (running.delete(runId)) pump()
    },
    close: () => void (closed = true),
  }
}
