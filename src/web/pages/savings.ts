/**
 * What a run has taken over from another instead of doing it, and what that saved: read from its own journal, where each
 * step that was taken over says what running it had taken.
 */
import { readJournaledSteps } from '../../runs/journaled-steps.ts'
import { sumSaved } from '../../runs/rerun-plan.ts'
import type { RunDesk } from '../../runs/desk.ts'
import type { RunState } from '../../runs/state.ts'

const KEPT_RUNS = 64

export interface Saved {
  steps: number
  /** Null where a price is unknown. */
  saved_usd: number | null
  saved_ms: number
}

export interface Savings {
  /** Null for a run that took over nothing (yet). */
  load(state: RunState): Promise<Saved | null>
}

export function createSavings({ events }: Pick<RunDesk, 'events'>): Savings {
  /** A journal is read again only when more was taken over since. */
  const kept = new Map<string, Saved>()

  return {
    async load({ run_id: runId, steps }) {
      const keys = Object.values(steps)
        .filter((step) => step.reused_from !== null)
        .map((step) => step.key)
      if (keys.length === 0) return null
      const known = kept.get(runId)
      if (known?.steps === keys.length) return known
      const saved = { steps: keys.length, ...sumSaved(await readJournaledSteps(events(runId)), keys) }
      kept.delete(runId)
      kept.set(runId, saved)
      if (kept.size > KEPT_RUNS) kept.delete(kept.keys().next().value!)
      return saved
    },
  }
}
