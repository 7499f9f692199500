/**
 * Stored decisions as the committee asks for them: the one before on a ticker, and those from which it learns how good
 * its confidence has been. What files no longer hold is passed over: a row of the index outlives them.
 */
import type { FindPastVerdicts } from './committee/calibration.ts'
import { decisionSchema, isOwnAnswer, type Decision } from './committee/decision.ts'
import { isReadOfPrior, type FindPriorDecision } from './committee/prior.ts'
import { NotFoundError } from './core/errors.ts'
import type { Results, RunFilter, RunIndex } from './runs/ports.ts'
import type { Summary } from './runs/summary.ts'
import { compareVerdicts } from './storage/run-rows.ts'

/** Decisions kept in memory once read: every run asks for much the same ones. */
const MOST_KEPT = 2_000
/** Runs whose questions are remembered: more than are ever at work. */
const MOST_ASKING = 64

export interface PastDecisions {
  prior: FindPriorDecision
  settled: FindPastVerdicts
}

interface Found {
  run_id: string
  decision: Decision
}

type Dated = Summary & { as_of: string }

/** What a run has asked last of a ticker, and what is left to be asked for. */
interface Questions {
  ticker: string
  before: string
  runs: readonly Dated[]
}

export function createPastDecisions({
  index,
  results,
}: {
  index: RunIndex
  results: Pick<Results, 'decision'>
}): PastDecisions {
  const kept = new Map<string, Decision>()
  const asking = new Map<string, Questions>()

  /** Completed assessments dated before a day, in no order that means anything. */
  function listBefore(asOf: string, excludeRunId: string, filter: RunFilter = {}): Dated[] {
    const limit = Number.MAX_SAFE_INTEGER
    const { runs } = index.query({ ...filter, kind: ['assessment'], status: ['completed'], limit })
    return runs.filter(
      (run): run is Dated => run.as_of !== null && run.as_of < asOf && run.run_id !== excludeRunId,
    )
  }

  /**
   * Those of a ticker, latest first. A run asks several times in a row, each time for the days before the last answer:
   * its list is made for the first of them, and again when it begins anew.
   */
  function listTicker(ticker: string, before: string, runId: string): readonly Dated[] {
    const known = asking.get(runId)
    asking.delete(runId)
    const goesOn = known?.ticker === ticker && before < known.before
    const runs = goesOn
      ? known.runs.filter((run) => run.as_of < before)
      : listBefore(before, runId, { ticker }).sort(compareVerdicts)
    asking.set(runId, { ticker, before, runs })
    if (asking.size > MOST_ASKING) asking.delete(asking.keys().next().value!)
    return runs
  }

  async function read(runId: string): Promise<Found | null> {
    const held = kept.get(runId)
    if (held) return { run_id: runId, decision: held }
    const parsed = decisionSchema.safeParse(await readIfThere(results.decision(runId)))
    if (!parsed.success) return null
    const decision = takeWhatIsRead(parsed.data)
    if (kept.size === MOST_KEPT) kept.delete(kept.keys().next().value!)
    kept.set(runId, decision)
    return { run_id: runId, decision }
  }

  return {
    async prior(ticker, beforeAsOf, excludeRunId) {
      for (const { run_id: runId } of listTicker(ticker, beforeAsOf, excludeRunId)) {
        const found = await read(runId)
        if (found) return found
      }
      return null
    },
    async *settled({ kind, beforeAsOf, excludeRunId }) {
      const wanted = listBefore(beforeAsOf, excludeRunId).filter(({ decision, shape }) => {
        const isTrade = decision?.action === 'BUY' || decision?.action === 'SELL'
        // A row of an earlier version does not say who thought: it is looked at.
        return isTrade && (shape === null || shape.startsWith(`${kind.mode} `))
      })
      for (const run of latestFirst(wanted)) {
        const found = await read(run.run_id)
        if (found) yield found
      }
    },
  }
}

/** As `compareVerdicts` orders them, but day by day: whoever asks seldom gets to the last. */
function* latestFirst(runs: readonly Dated[]): Generator<Dated> {
  const byDay = new Map<string, Dated[]>()
  for (const run of runs) byDay.set(run.as_of, [...(byDay.get(run.as_of) ?? []), run])
  for (const day of [...byDay.keys()].sort().reverse()) yield* byDay.get(day)!.sort(compareVerdicts)
}

/** A decision without what was written for people and the evidence that nobody reads of a past one: a hundredth of it. */
function takeWhatIsRead(decision: Decision): Decision {
  const { position, evidence } = decision
  return {
    ...decision,
    ...{ summary: '', confidence_basis: '', markdown: '', raw_text: '', prior: null },
    ...{ rationale: [], dissent: [], unverified: [] },
    position: { ...position, method: '', caps: [], delta: { ...position.delta, reason: '' } },
    evidence: evidence
      .filter((item) => isReadOfPrior(item) || isOwnAnswer(item))
      .map((item) => ({ ...item, source: '' })),
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
