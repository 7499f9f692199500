/**
 * One load for the same thing, however many ask: a load under way is shared, a recent result is used again. Whoever
 * stops waiting leaves at once; the load itself is stopped when nobody waits for it any more. A failure is not kept.
 */
import type { Clock } from '../core/clock.ts'
import { createSharedFlights } from '../net/shared-flights.ts'

export interface SharedLoads<T> {
  /** `run` starts where nothing under `key` is under way or young enough. Rejects with the signal's reason. */
  load(key: string, run: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>
  /** What has been loaded and is still kept, the longest unused first. */
  kept(): T[]
}

export interface SharedLoadsOptions {
  /** How old a result may be and still be used again. */
  maxAgeMs: number
  /** Results kept; the longest unused is given up first. */
  maxEntries: number
  clock: Pick<Clock, 'now'>
}

export function createSharedLoads<T>({ maxAgeMs, maxEntries, clock }: SharedLoadsOptions): SharedLoads<T> {
  const flights = createSharedFlights<T>()
  // A map keeps the order of insertion: what is used is put in again.
  const results = new Map<string, { loaded: T; loadedMs: number }>()

  function keep(key: string, result: { loaded: T; loadedMs: number }): void {
    results.delete(key)
    results.set(key, result)
    if (results.size > maxEntries) results.delete(results.keys().next().value!)
  }

  return {
    async load(key, run, signal) {
      signal.throwIfAborted()
      const known = results.get(key)
      if (known !== undefined && clock.now() - known.loadedMs <= maxAgeMs) {
        keep(key, known)
        return known.loaded
      }
      return flights.join(key, signal, async (stop) => {
        const loaded = await run(stop)
        keep(key, { loaded, loadedMs: clock.now() })
        return loaded
      })
    },
    kept: () => [...results.values()].map(({ loaded }) => loaded),
  }
}
