/**
 * The contracts that durable runs ask of the outside. The embedded ones are files, a lowdb index and worker threads
 * (`storage/`); each has a contract test that any other implementation must pass.
 */
import type { RunEvent } from './event.ts'
import type { ArtifactRef, RunIdentity, RunKind } from './identity.ts'
import type { RunState } from './state.ts'
import type { RunStatus } from './status.ts'
import type { Summary } from './summary.ts'

export type { ArtifactRef, RunIdentity } from './identity.ts'

/** The append-only journal of one run, open for writing. One writer at a time. */
export interface Journal {
  /** Writes the events in order. With `sync`, resolves only once they would survive a power cut. */
  append(events: readonly RunEvent[], options: { sync: boolean }): Promise<void>
  /** Closes the present segment and begins a new one whose first line is `checkpoint`. Durable when it resolves. */
  rotate(checkpoint: RunEvent): Promise<void>
  close(): Promise<void>
}

/** Where a journal stopped being readable. */
export interface JournalDamage {
  /** The file's name without its folder. */
  file: string
  /** From 1. */
  line: number
  reason: string
}

export interface OpenedJournal {
  journal: Journal
  /** The events of the present segment: from `run_created`, or from the last checkpoint. */
  events: RunEvent[]
  /**
   * Set when a line that is not the last could not be read. `events` holds what stands before it, the damaged file was
   * kept under another name, and `journal` continues after the last good event.
   */
  damage: JournalDamage | null
}

export interface JournalStore {
  /** Makes the run's results directory with its `RUN_ID` and an empty journal. Throws where the run exists. */
  create(identity: RunIdentity): Promise<Journal>
  exists(runId: string): Promise<boolean>
  /** Opens for writing: cuts off a torn last line; sets damage in the middle apart. */
  open(runId: string): Promise<OpenedJournal>
  /** Reads without changing anything, over all segments, events with `seq > after`. Stops in front of damage. */
  read(runId: string, after?: number): AsyncIterable<RunEvent>
  /** The present segment read without changing anything: what a state is folded from. `NotFoundError` if pruned or unknown. */
  readCurrent(runId: string): Promise<{ events: RunEvent[]; damage: JournalDamage | null }>
}

/** What was stored is not there any more: the file is gone, or its bytes are not those that were put. */
export class LostArtifactError extends Error {
  override name = 'LostArtifactError'
}

export interface Artifacts {
  /** Stores bytes under their hash, synced. The same bytes twice are one file. */
  put(runId: string, bytes: Uint8Array): Promise<ArtifactRef>
  /** Throws `LostArtifactError` when the file is gone or its hash does not match. */
  get(runId: string, ref: ArtifactRef): Promise<Uint8Array>
}

/**
 * The durable record of one launch: every run of the batch or, across a crash, none. While it exists its runs are
 * unfinished or may be; it is how they are found at start.
 */
export interface LaunchRecord {
  batch_id: string
  created_at: string
  runs: RunIdentity[]
}

export interface LaunchStore {
  /** Atomic and synced. */
  record(launch: LaunchRecord): Promise<void>
  list(): Promise<LaunchRecord[]>
  /** Forgets a launch all of whose runs have ended. */
  settle(batchId: string): Promise<void>
}

/** What a run leaves in its results directory besides the journal, written from its state. May be written again. */
export interface Results {
  /** Follows a running run: its log files grow as events are committed. Never throws. */
  follow(state: RunState, event: RunEvent): void
  /** Writes reports, decision, error log and manifest of a run that has ended. */
  finish(state: RunState, summary: Summary): Promise<void>
  /** The decision of a finished run, also after pruning; null when there is none. */
  decision(runId: string): Promise<Record<string, unknown> | null>
  /** Deletes all of a finished run's files but the marker, the manifest and the decision. */
  prune(runId: string): Promise<void>
  /** Deletes every trace of a run that was never acknowledged. */
  discard(runId: string): Promise<void>
}

export interface RunFilter {
  status?: readonly RunStatus[]
  kind?: readonly RunKind[]
  ticker?: string
  batch?: string
  /** Matches anywhere in run id, ticker, stage, message or error; case does not matter. */
  q?: string
  /** A run id: only what is older than it. */
  after?: string
  limit?: number
}

export interface RunPage {
  runs: Summary[]
  /** The run id to pass as `after` for the next page; null at the end. */
  next: string | null
  /** How many match in all. */
  total: number
}

/**
 * A list of every run, derived: deleting it loses nothing. Reads are answered from memory; writes are debounced and
 * never awaited on the way of a run.
 */
export interface RunIndex {
  put(summary: Summary): void
  get(runId: string): Summary | undefined
  remove(runId: string): void
  /** Newest first. */
  query(filter: RunFilter): RunPage
  /**
   * The completed run with the latest decision (latest as_of, then latest created), for each ticker asked; all when none
   * is named.
   */
  latestDecisions(tickers: readonly string[]): Summary[]
  counts(): Record<RunStatus, number>
  flush(): Promise<void>
}
