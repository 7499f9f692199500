/**
 * Stored decisions as the committee asks for them: the one before on a ticker, and those from which it learns how good
 * its confidence has been. What files no longer hold is passed over: a row of the index outlives them.
 */
import type { FindPastVerdicts } from './committee/calibration.ts'
import { decisionSchema, type Decision } from './committee/decision.ts'
import type { FindPriorDecision } from './committee/prior.ts'
import { NotFoundError } from './core/errors.ts'
import type { Results, RunFilter, RunIndex } from './runs/ports.ts'
import type { Summary } from './runs/summary.ts'
import { compareVerdicts } from './storage/run-rows.ts'

/** Decisions kept in memory once read: every run asks for much the same ones. */
const MOST_KEPT = 2_000

export interface PastDecisions {
  prior: FindPriorDecision
  settled: FindPastVerdicts
}

interface Found {
  run_id: string
  decision: Decision
}

export function createPastDecisions({
  index,
  results,
}: {
  index: RunIndex
  results: Pick<Results, 'decision'>
}): PastDecisions {
  const kept = new Map<string, Decision>()

  /** Latest day first; of equal days the newest run. */
  function listBefore(asOf: string, excludeRunId: string, filter: RunFilter): Summary[] {
    const limit = Number.MAX_SAFE_INTEGER
    const { runs } = index.query({ ...filter, kind: ['assessment'], status: ['completed'], limit })
    return runs
      .filter((run) => run.run_id !== excludeRunId && run.as_of !== null && run.as_of < asOf)
      .sort(compareVerdicts)
  }

  async function read(runId: string): Promise<Found | null> {
    const held = kept.get(runId)
    if (held) return { run_id: runId, decision: held }
    const parsed = decisionSchema.safeParse(await readIfThere(results.decision(runId)))
    if (!parsed.success) return null
    const decision = withoutProse(parsed.data)
    if (kept.size === MOST_KEPT) kept.delete(kept.keys().next().value!)
    kept.set(runId, decision)
    return { run_id: runId, decision }
  }

  return {
    async prior(ticker, beforeAsOf, excludeRunId) {
      for (const { run_id: runId } of listBefore(beforeAsOf, excludeRunId, { ticker })) {
        const found = await read(runId)
        if (found) return found
      }
      return null
    },
    async *settled({ kind, beforeAsOf, excludeRunId }) {
      for (const run of listBefore(beforeAsOf, excludeRunId, {})) {
        const isTrade = run.decision?.action === 'BUY' || run.decision?.action === 'SELL'
        // A row of an earlier version does not say who thought: it is looked at.
        const isOther = run.shape !== null && !run.shape.startsWith(`${kind.mode} `)
        const found = isTrade && !isOther ? await read(run.run_id) : null
        if (found) yield found
      }
    },
  }
}

/** What was written for people is long, and nobody asks for it here. */
function withoutProse(decision: Decision): Decision {
  return {
    ...decision,
    ...{ summary: '', markdown: '', raw_text: '', rationale: [], dissent: [], unverified: [] },
  }
}

async function readIfThere<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}
