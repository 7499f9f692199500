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
  /** The figures by which runs of a kind are compared, by name; null where the kind names none, or not yet. */
  stats: Stats | null
  /**
   * Milliseconds worked in each phase, by node id, once the run has ended: without pauses and the time the server was
   * down; of a phase under way when it failed, up to the failure. Phases that never began are left out, and those that
   * rest on steps of another run.
   */
  phases: Readonly<Record<string, number>>
  /** What is left of its files. */
  files: FilesState
}

export type Stats = Readonly<Record<string, number | null>>

/** `whole` as written, `packed` compressed, `pruned` but for marker, manifest and decision, `gone` with its folder. */
export const FILES_STATES = ['whole', 'packed', 'pruned', 'gone'] as const

export interface FilesState {
  state: (typeof FILES_STATES)[number]
  /** When they came to this; null while they are whole. */
  since: string | null
  /** When the run was brought here from another desk; null for one that ran here. */
  imported_at: string | null
}

export const WHOLE_FILES: FilesState = { state: 'whole', since: null, imported_at: null }

/** What only the index keeps of a run; it outlives the run's files. */
type Kept = 'usage' | 'shape' | 'stats' | 'phases' | 'files'

/** A summary as it leaves the process. */
export type PublicSummary = Omit<Summary, Kept>

export function publicSummary(summary: Summary): PublicSummary {
  const { usage: _usage, shape: _shape, stats: _stats, phases: _phases, files: _files, ...shown } = summary
  return shown
}

/** A summary as an earlier version may have stored it, with what it did not know yet. */
export function completeSummary(stored: PublicSummary & Partial<Summary>): Summary {
  return {
    ...stored,
    usage: stored.usage ?? NO_USAGE,
    shape: stored.shape ?? null,
    stats: stored.stats ?? null,
    phases: stored.phases ?? {},
    files: stored.files ?? WHOLE_FILES,
  }
}

/** The part of a summary that only the kind knows. */
export type KindSummary = Pick<Summary, 'decision'> & Partial<Pick<Summary, 'shape' | 'stats'>>
