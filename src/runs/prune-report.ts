/** What retention would do, and what it did, as it is shown everywhere. Sizes in bytes. */
import type { RunStatus } from './status.ts'

/** Why a run's files stay although their time is over: one of the needs, or its results are not all written yet. */
export const KEPT_BECAUSE = ['active', 'reused', 'watched', 'unwritten'] as const
export type KeptBecause = (typeof KEPT_BECAUSE)[number]

export const KEPT_WORDS: Readonly<Record<KeptBecause, string>> = {
  active: 'it is at work',
  reused: 'a run at work takes its steps over',
  watched: 'somebody looks at it',
  unwritten: 'its results are not all on the disk yet',
}

export interface PrunedRun {
  run_id: string
  ticker: string
  status: RunStatus
  ended_at: string | null
  /** Why its files go. */
  reason: string
  /** What that frees. */
  bytes: number
}

export interface KeptRun {
  run_id: string
  ticker: string
  status: RunStatus
  ended_at: string | null
  /** Why its files would go. */
  reason: string
  kept_because: KeptBecause
}

export interface RunToPack {
  run_id: string
  ticker: string
  ended_at: string | null
  /** What is to be packed. */
  bytes: number
}

export interface PackedRun extends RunToPack {
  /** What is left of that. */
  packed_bytes: number
}

export interface PrunePreview {
  at: string
  settings: {
    max_per_ticker: number
    max_age_days: number
    pack_after_hours: number
    interval_seconds: number
  }
  due: PrunedRun[]
  kept: KeptRun[]
  to_pack: RunToPack[]
  /** What pruning would free. */
  freed_bytes: number
  /** What would be packed. */
  pack_bytes: number
}

export interface PruneReport {
  at: string
  pruned: PrunedRun[]
  kept: KeptRun[]
  packed: PackedRun[]
  /** What could not be done; it is tried again the next time. */
  failed: { run_id: string; ticker: string; action: 'prune' | 'pack'; error: string }[]
  freed_bytes: number
  /** What packing saved. */
  saved_bytes: number
}
