/** What lists, the index and `/runs/{id}/status` show of a run: a fold of its state, nothing of its own. */
import type { RunKind } from './event.ts'
import type { RunStatus } from './status.ts'

export interface Summary {
  run_id: string
  batch_id: string
  kind: RunKind
  ticker: string
  as_of: string | null
  status: RunStatus
  /** 0–100, or null where the kind has no measure of it. */
  overall_progress: number | null
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
}

/** The part of a summary that only the kind knows. */
export type KindSummary = Pick<Summary, 'decision'>
