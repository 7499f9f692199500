/** What names a run and what belongs to it, before anything happened in it. */
import type { Json } from '../core/json.ts'

export const RUN_KINDS = ['assessment', 'backtest', 'optimize', 'walk-forward', 'train', 'live'] as const
export type RunKind = (typeof RUN_KINDS)[number]

/** What a run is, fixed at launch. The body of its first event. */
export interface RunIdentity {
  run_id: string
  batch_id: string
  kind: RunKind
  ticker: string
  /** YYYY-MM-DD, or null for kinds without one. */
  as_of: string | null
  input: Json
  /** The run and the step that started this one, for child runs. */
  parent: { run_id: string; key: string } | null
  created_at: string
}

/** A content-addressed file of one run. */
export interface ArtifactRef {
  sha256: string
  bytes: number
}
