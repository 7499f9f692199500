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
  /** The bound it was launched with; absent for none. */
  budget?: RunBudget
  /** The run whose journaled steps it takes over instead of running them. */
  reuse?: Reuse
  created_at: string
}

/** What the paid calls of a run may come to; null for no bound. Tokens count both ways. */
export interface RunBudget {
  usd: number | null
  tokens: number | null
}

/** The most a call is expected to cost; `usd` is null where its price is unknown. */
export interface CostCeiling {
  usd: number | null
  /** Read and written together. */
  tokens: number
  /** How many of them are written; none where left out. */
  output_tokens?: number
}

export interface Reuse {
  run_id: string
  /** The first step that runs anew; null where it goes on where that run ended. */
  from_step: string | null
  /** Keys of the steps that are taken over. */
  keys: string[]
}

/** A content-addressed file of one run. */
export interface ArtifactRef {
  sha256: string
  bytes: number
}
