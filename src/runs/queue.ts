/**
 * Places for runs at work and for runs that wait, first come first served. Room for a launch is taken whole or not at
 * all, before anything of it is written. Where runs that take long hold every place, a short one need not wait for them:
 * places of its own are kept for that, and for nothing else.
 */
import { LimitError } from '../core/errors.ts'

export interface QueueLimits {
  maxRunning: number
  maxWaiting: number
  /** Places more, for short runs alone, while runs that are not short hold all others; none where left out. */
  shortPlaces?: number
}

export interface RunQueue {
  readonly running: number
  readonly waiting: number
  /** Takes room for `count` runs still to be added, or throws `LimitError`. Give each back with `add` or `release`. */
  reserve(count: number): void
  release(count: number): void
  /** Puts a run in line; `start` is called when its place is free, at once if it is. */
  add(runId: string, start: () => void, options?: { reserved?: boolean; isShort?: boolean }): void
  /** Takes a waiting run out of line. */
  remove(runId: string): void
  /** Gives a run's place to the next. */
  leave(runId: string): void
  /** Starts no more runs. */
  close(): void
}

/** What a client refused for want of room is told to wait. */
const RETRY_AFTER_SECONDS = 30

interface Waiting {
  isShort: boolean
  start: () => void
}

export function createRunQueue({ maxRunning, maxWaiting, shortPlaces = 0 }: QueueLimits): RunQueue {
  /** By run, whether it is short. */
  const running = new Map<string, boolean>()
  const waiting = new Map<string, Waiting>()
  let reserved = 0
  let closed = false

  function pump(): void {
    for (const [runId, { isShort, start }] of waiting) {
      if (closed || running.size >= maxRunning + shortPlaces) return
      if (running.size >= maxRunning && !(isShort && allTakeLong())) continue
      waiting.delete(runId)
      running.set(runId, isShort)
      start()
    }
  }

  /** Of the places that everyone may have. */
  function allTakeLong(): boolean {
    return [...running.values()].filter((isShort) => !isShort).length >= maxRunning
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
      waiting.set(runId, { isShort: options?.isShort ?? false, start })
      pump()
    },
    remove: (runId) => void waiting.delete(runId),
    leave(runId) {
      if (running.delete(runId)) pump()
    },
    close: () => void (closed = true),
  }
}
