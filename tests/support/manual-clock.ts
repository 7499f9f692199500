/** A clock that moves only when told to, so that no test waits. */
import type { Clock } from '../../src/core/clock.ts'

export interface ManualClock extends Clock {
  /** Moves time on, waking sleepers in the order in which they are due. */
  advance(ms: number): Promise<void>
  readonly sleepers: number
}

interface Sleeper {
  due: number
  wake: () => void
}

export function createManualClock(start = Date.parse('2026-11-20T10:00:00Z')): ManualClock {
  let now = start
  const sleepers = new Set<Sleeper>()
  return {
    now: () => now,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          sleepers.delete(sleeper)
          reject(signal?.reason)
        }
        const sleeper: Sleeper = {
          due: now + ms,
          wake: () => {
            sleepers.delete(sleeper)
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        if (signal?.aborted) return onAbort()
        signal?.addEventListener('abort', onAbort, { once: true })
        sleepers.add(sleeper)
      })
    },
    async advance(ms) {
      const end = now + ms
      for (;;) {
        const next = [...sleepers].filter((sleeper) => sleeper.due <= end).sort((a, b) => a.due - b.due)[0]
        if (!next) break
        now = Math.max(now, next.due)
        next.wake()
        await settle()
      }
      now = end
      await settle()
    },
    get sleepers() {
      return sleepers.size
    },
  }
}

/** Lets everything that is ready run, file system callbacks of a few milliseconds not included. */
export async function settle(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve))
}
