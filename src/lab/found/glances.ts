/**
 * Looks at work under way that never wait: each answers with what was found last and, where that is old, has it found
 * anew behind, one thing at a time. What took long is found again seldom, so that looking takes no more than a small
 * part of one thread from the work itself.
 */
import type { Clock } from '../../core/clock.ts'
import type { Shelf, Weigh } from './shelf.ts'

export interface Glances {
  /**
   * Undefined before it was found for the first time. `mark` names what there is to be found in: nothing is done while it
   * is the same. Throws what finding it threw.
   */
  look<Found>(key: string, mark: unknown, find: () => Promise<Found>, weigh: Weigh<Found>): Found | undefined
}

/** What was found is as old at least before it is found anew. */
const REST_MS = 2_000
/** And as many times older than finding it took. */
const REST_FACTOR = 10
/** Things that wait to be found; more are told that there is nothing yet, and ask again. */
const WAITING_MAX = 32

type Seen = { mark: unknown; againMs: number } & ({ found: unknown } | { failure: unknown })

export function createGlances(shelf: Shelf, clock: Clock): Glances {
  const waiting = new Map<string, () => Promise<void>>()
  let isAtWork = false

  async function work(): Promise<void> {
    isAtWork = true
    for (let next = waiting.entries().next(); !next.done; next = waiting.entries().next()) {
      const [key, find] = next.value
      await find()
      waiting.delete(key)
    }
    isAtWork = false
  }

  return {
    look<Found>(key: string, mark: unknown, find: () => Promise<Found>, weigh: Weigh<Found>) {
      const seen = shelf.peek<Seen>(key)
      const isDue = !seen || (seen.mark !== mark && clock.now() >= seen.againMs)
      if (isDue && !waiting.has(key) && waiting.size < WAITING_MAX) {
        waiting.set(key, async () => {
          const beganMs = clock.now()
          const outcome = await find().then(
            (found) => ({ found, bytes: weigh(found) }),
            (failure: unknown) => ({ failure, bytes: 0 }),
          )
          const nowMs = clock.now()
          const againMs = nowMs + Math.max(REST_MS, REST_FACTOR * (nowMs - beganMs))
          shelf.put<Seen>(key, { ...outcome, mark, againMs }, () => outcome.bytes)
        })
        if (!isAtWork) void work()
      }
      if (!seen) return undefined
      if ('failure' in seen) throw seen.failure
      return seen.found as Found
    },
  }
}
