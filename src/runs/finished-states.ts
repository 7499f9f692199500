/** States of finished runs kept in memory for who looks at them next: the latest, for a while. */
import type { Clock } from '../core/clock.ts'
import type { RunState } from './state.ts'

/** At most so many, besides the limit of age. */
const MAX_KEPT = 200

export interface FinishedStates {
  get(runId: string): RunState | undefined
  keep(state: RunState): void
  drop(runId: string): void
  /** Drops what has been kept longer than its time. */
  evict(): void
}

/** `onDrop` is told of every run that leaves. */
export function createFinishedStates(
  clock: Clock,
  keepMs: number,
  onDrop: (runId: string) => void,
): FinishedStates {
  const kept = new Map<string, { state: RunState; since: number }>()

  function drop(runId: string): void {
    if (kept.delete(runId)) onDrop(runId)
  }

  return {
    drop,
    get: (runId) => kept.get(runId)?.state,
    keep(state) {
      kept.delete(state.run_id)
      kept.set(state.run_id, { state, since: clock.now() })
      if (kept.size > MAX_KEPT) drop(kept.keys().next().value!)
    },
    evict() {
      const oldest = clock.now() - keepMs
      for (const [runId, { since }] of kept) if (since < oldest) drop(runId)
    },
  }
}
