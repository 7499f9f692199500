/** What lists, the index and `/runs/{id}/status` show of a run: a fold of its state, nothing of its own. */
import type { RunKind, UsageDelta } from './event.ts'
import type { RunStatus } from './status.ts'
import { NO_USAGE } from './usage.ts'

export interface Summary {
  run_id: string
  batch_id: string
  kind: RunKind
  ticker: string
  as_of: string | null
  status: RunStatus
  /** 0–100, or null where the kind has no measure of it. */
  overall_progress: number | null
  /** What it is at; of a paused run, why it is paused. */
  progress_message: string | null
  eta_seconds: number | null
  current_stage: string | null
  created_at: string
  started_at: string | null
  updated_at: string
  last_event_at: string
  ended_at: string | null
  /** Time spent working: without waiting, pauses and the time the server was down. */
  execution_ms: number
  decision: { action: string; confidence: number } | null
  error: string | null
  /** What its model calls have used. */
  usage: UsageDelta
  /** Names runs that take about as long and cost about as much, in the kind's own words; null where it has none. */
  shape: string | null
}

/** A summary as it leaves the process. */
export type PublicSummary = Omit<Summary, 'usage' | 'shape'>

export function publicSummary(summary: Summary): PublicSummary {
  const { usage: _usage, shape: _shape, ...shown } = summary
  return shown
}

/** A summary as an earlier version may have stored it, with what it did not know yet. */
export function completeSummary(stored: Omit<Summary, 'usage' | 'shape'> & Partial<Summary>): Summary {
  return { ...stored, usage: stored.usage ?? NO_USAGE, shape: stored.shape ?? null }
}

/** The part of a summary that only the kind knows. */
export type KindSummary = Pick<Summary, 'decision'> & Partial<Pick<Summary, 'shape'>>
