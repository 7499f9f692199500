/**
 * The orders in which runs are listed: by what, and which way. Whatever an order leaves equal stays newest first, and a
 * run that has nothing to be ordered by comes last either way.
 */
import { RUN_STATUSES } from './status.ts'
import type { Summary } from './summary.ts'
import { nameThinker } from './thinker.ts'

type Key = string | number | null

/** What can be sorted by, and the value of a run that decides. */
const KEYS = {
  launched: (run) => run.created_at,
  ticker: (run) => run.ticker,
  status: (run) => RUN_STATUSES.indexOf(run.status),
  as_of: (run) => run.as_of,
  verdict: (run) => run.decision?.action ?? null,
  confidence: (run) => confidenceOf(run),
  risk_reward: (run) => run.stats?.risk_reward ?? null,
  size: (run) => run.stats?.fraction_of_equity ?? null,
  unverified: (run) => run.stats?.unverified ?? null,
  by: (run) => nameThinker(run) || null,
  cost: (run) => (run.usage.calls === 0 ? null : run.usage.cost_usd),
  worked: (run) => (run.started_at === null ? null : run.execution_ms),
} as const satisfies Record<string, (run: Summary) => Key>

export type RunSortKey = keyof typeof KEYS
export const RUN_SORTS = Object.keys(KEYS) as RunSortKey[]

export const DIRECTIONS = ['asc', 'desc'] as const
export type Direction = (typeof DIRECTIONS)[number]

export interface RunSort {
  by: RunSortKey
  direction: Direction
}

export const NEWEST_FIRST: RunSort = { by: 'launched', direction: 'desc' }

/** Words read from A on, and states from what is still to come; figures and days from the greatest on. */
const FROM_LEAST: ReadonlySet<RunSortKey> = new Set(['ticker', 'status', 'verdict', 'by'])

/** The way a person means who names no direction. */
export function naturalDirection(by: RunSortKey): Direction {
  return FROM_LEAST.has(by) ? 'asc' : 'desc'
}

/** Where a person has to decide there is nothing to be confident of. */
export function confidenceOf({ decision }: Pick<Summary, 'decision'>): number | null {
  return decision === null || decision.action === 'REVIEW' ? null : decision.confidence
}

/** A total order: below zero where `a` is listed in front of `b`. */
export function createRunOrder({ by, direction }: RunSort): (a: Summary, b: Summary) => number {
  const sign = direction === 'asc' ? 1 : -1
  if (by === 'launched') return (a, b) => sign * compareByAge(a, b)
  const keyOf: (run: Summary) => Key = KEYS[by]
  return (a, b) => {
    const [keyA, keyB] = [keyOf(a), keyOf(b)]
    if (keyA === keyB) return compareByAge(b, a)
    if (keyA === null) return 1
    if (keyB === null) return -1
    return keyA < keyB ? -sign : sign
  }
}

/** Oldest first; those of one moment by run id. */
export function compareByAge(a: Summary, b: Summary): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1
  return a.run_id < b.run_id ? -1 : a.run_id > b.run_id ? 1 : 0
}
