/**
 * What an earlier execution left in the journal since the last checkpoint, as a later one asks for it: the end of a
 * step by its key, the n-th emission of an event by its hash, the decision.
 */
import type { RunEvent } from './event.ts'
import { isEngineEvent } from './event.ts'
import { emissionHash } from './fold.ts'

export interface Replay {
  readonly isEmpty: boolean
  /** The event with which a step was completed or skipped. */
  endOf(key: string): RunEvent | undefined
  /** The n-th (from 1) event of the kind's own with this hash. */
  emission(hash: string, n: number): RunEvent | undefined
  readonly decision: RunEvent | undefined
}

export function createReplay(events: readonly RunEvent[]): Replay {
  const ends = new Map<string, RunEvent>()
  const emissions = new Map<string, RunEvent[]>()
  let decision: RunEvent | undefined
  for (const event of events) {
    if (!isEngineEvent(event)) {
      const hash = emissionHash(event)
      emissions.set(hash, [...(emissions.get(hash) ?? []), event])
    } else if (event.type === 'step_completed' || event.type === 'step_skipped') ends.set(event.key, event)
    else if (event.type === 'decision_ready') decision = event
  }
  return {
    isEmpty: events.length === 0,
    endOf: (key) => ends.get(key),
    emission: (hash, n) => emissions.get(hash)?.[n - 1],
    decision,
  }
}
