/**
 * What each verdict says of the one before it, read from its decision once: a decision never changes. Bounded in what is
 * kept and in how many files are read at a time.
 */
import type { RunDesk } from '../../runs/desk.ts'
import { readDecision } from '../view-models/decision-view.ts'
import type { Since } from '../view-models/verdicts-view.ts'
import { loadDecision } from './load-decision.ts'

/** More than one page of verdicts shows, many times over. */
const MOST_KEPT = 2_000
const READ_AT_A_TIME = 8

export interface VerdictChanges {
  /** In the order asked; null where a decision cannot be read. */
  load(runIds: readonly string[]): Promise<(Since | null)[]>
}

export function createVerdictChanges(desk: RunDesk): VerdictChanges {
  const kept = new Map<string, Since>()

  async function loadOne(runId: string): Promise<Since | null> {
    const known = kept.get(runId)
    if (known) return known
    const decision = readDecision(await loadDecision(desk, runId))
    if (decision === null) return null
    const since = { prior: decision.prior }
    if (kept.size === MOST_KEPT) kept.delete(kept.keys().next().value!)
    kept.set(runId, since)
    return since
  }

  return {
    async load(runIds) {
      const found: (Since | null)[] = []
      for (let at = 0; at < runIds.length; at += READ_AT_A_TIME)
        found.push(...(await Promise.all(runIds.slice(at, at + READ_AT_A_TIME).map(loadOne))))
      return found
    },
  }
}
