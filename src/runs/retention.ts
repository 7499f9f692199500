/**
 * Which files of ended runs have had their time. Of each ticker the newest runs of each kind keep theirs, so that quick
 * ones do not push out the long work of others, and of those only the ones young enough; what is kept is packed once it is no longer fresh. Pure, and the only place that decides: the preview
 * shows this plan, pruning carries it out. Doing it is left to `pruning.ts`.
 */
import { countOf } from '../core/format.ts'
import type { RunKind } from './identity.ts'
import type { RunStatus } from './status.ts'
import { isTerminal } from './status.ts'
import type { FilesState } from './summary.ts'

const DAY_MS = 86_400_000

/** What of a summary decides. */
export interface RetainedRun {
  run_id: string
  ticker: string
  kind: RunKind
  status: RunStatus
  created_at: string
  ended_at: string | null
  files: FilesState
}

/** Why a run's files are needed now: it is at work, another run takes its steps over, or somebody looks at it. */
export type Need = 'active' | 'reused' | 'watched'

export interface RetentionRules {
  /** Ended runs of a ticker and a kind whose files stay: the newest by creation. */
  maxPerTicker: number
  /** Days since its end after which a run's files go; 0 keeps everything, whatever the count. */
  maxAgeDays: number
  /** Time since its end after which a run's files are packed. */
  packAfterMs: number
}

export interface RetentionInput<Run extends RetainedRun> extends RetentionRules {
  runs: readonly Run[]
  /** Milliseconds since the epoch. */
  now: number
  /** Runs whose files are needed: neither pruned nor packed, whatever else is said of them. */
  needed: ReadonlyMap<string, Need>
}

export interface RetentionPlan<Run> {
  /** Whose files go, and why: a sentence without a beginning. */
  due: { run: Run; reason: string }[]
  /** Whose files would go, were they not needed. */
  kept: { run: Run; reason: string; need: Need }[]
  /** Whose files are packed. */
  toPack: Run[]
}

/**
 * In the order given. Runs that have not ended are neither due nor counted, and so are those whose files went already. A
 * run that came from another desk counts from when it was brought here.
 */
export function planRetention<Run extends RetainedRun>(input: RetentionInput<Run>): RetentionPlan<Run> {
  const { now, maxAgeDays, maxPerTicker, packAfterMs, needed } = input
  const runs = input.runs.filter((run) => isTerminal(run.status) && hasFiles(run))
  const surplus = maxAgeDays === 0 ? new Set<Run>() : findSurplus(runs, maxPerTicker)
  const plan: RetentionPlan<Run> = { due: [], kept: [], toPack: [] }
  for (const run of runs) {
    const ageMs = now - endOf(run)
    const reason = isTooOld(ageMs, maxAgeDays)
      ? `ended more than ${countOf(maxAgeDays, 'day')} ago`
      : surplus.has(run)
        ? `${run.ticker} has ${countOf(maxPerTicker, 'newer run')} of its kind`
        : null
    const need = needed.get(run.run_id)
    if (reason !== null && need) plan.kept.push({ run, reason, need })
    else if (reason !== null) plan.due.push({ run, reason })
    else if (!need && run.files.state === 'whole' && ageMs >= packAfterMs) plan.toPack.push(run)
  }
  return plan
}

function hasFiles({ files }: RetainedRun): boolean {
  return files.state === 'whole' || files.state === 'packed'
}

function isTooOld(ageMs: number, maxAgeDays: number): boolean {
  return maxAgeDays > 0 && ageMs > maxAgeDays * DAY_MS
}

function endOf({ ended_at, created_at, files }: RetainedRun): number {
  return Date.parse(files.imported_at ?? ended_at ?? created_at)
}

/** All but the newest `keep` of each ticker and kind. Runs of the same moment are told apart by id, so that the answer is one. */
function findSurplus<Run extends RetainedRun>(runs: readonly Run[], keep: number): Set<Run> {
  const newestFirst = [...runs].sort((a, b) => compare(beginOf(b), beginOf(a)) || compare(b.run_id, a.run_id))
  const seen = new Map<string, number>()
  const surplus = new Set<Run>()
  for (const run of newestFirst) {
    const group = `${run.ticker} ${run.kind}`
    const place = (seen.get(group) ?? 0) + 1
    seen.set(group, place)
    if (place > keep) surplus.add(run)
  }
  return surplus
}

function beginOf({ created_at, files }: RetainedRun): string {
  return files.imported_at ?? created_at
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
