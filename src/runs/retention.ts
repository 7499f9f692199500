/**
 * Which finished runs have had their time: the newest of each ticker stay, and of those only the ones young enough.
 * Pure; deleting is left to the results port, which keeps marker, manifest and decision.
 */
import type { RunStatus } from './status.ts'
import { isTerminal } from './status.ts'

const DAY_MS = 86_400_000

/** What of a summary decides. */
export interface RetainedRun {
  run_id: string
  ticker: string
  status: RunStatus
  created_at: string
  ended_at: string | null
}

export interface RetentionInput {
  runs: readonly RetainedRun[]
  /** Milliseconds since the epoch. */
  now: number
  /** Finished runs of a ticker whose files stay; the newest by creation. */
  maxPerTicker: number
  /** Days since its end after which a run's files go; 0 keeps everything, whatever the count. */
  maxAgeDays: number
  /** Runs in use, never due whatever their summary says. */
  active: ReadonlySet<string>
}

export interface PrunableRun {
  run_id: string
  /** For a person: why it is due. */
  reason: string
}

/** The runs that are due, in the order given. Runs that have not ended are neither due nor counted. */
export function computePrunable({
  runs,
  now,
  maxPerTicker,
  maxAgeDays,
  active,
}: RetentionInput): PrunableRun[] {
  if (maxAgeDays === 0) return []
  const ended = runs.filter((run) => isTerminal(run.status) && !active.has(run.run_id))
  const surplus = findSurplus(ended, maxPerTicker)
  const oldest = now - maxAgeDays * DAY_MS
  return ended.flatMap((run) => {
    if (Date.parse(run.ended_at ?? run.created_at) < oldest) {
      return [{ run_id: run.run_id, reason: `ended more than ${count(maxAgeDays, 'day')} ago` }]
    }
    if (!surplus.has(run.run_id)) return []
    return [{ run_id: run.run_id, reason: `${run.ticker} has ${count(maxPerTicker, 'newer run')}` }]
  })
}

/** All but the newest `keep` of each ticker. Runs of the same moment are told apart by id, so that the answer is one. */
function findSurplus(runs: readonly RetainedRun[], keep: number): Set<string> {
  const newestFirst = [...runs].sort(
    (a, b) => compare(b.created_at, a.created_at) || compare(b.run_id, a.run_id),
  )
  const seen = new Map<string, number>()
  const surplus = new Set<string>()
  for (const run of newestFirst) {
    const place = (seen.get(run.ticker) ?? 0) + 1
    seen.set(run.ticker, place)
    if (place > keep) surplus.add(run.run_id)
  }
  return surplus
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
