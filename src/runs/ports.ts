/**
 * The contracts that durable runs ask of the outside. The embedded ones are files, a lowdb index and worker threads
 * (`storage/`); each has a contract test that any other implementation must pass.
 */
import type { RunEvent } from './event.ts'
import type { ArtifactRef, RunIdentity, RunKind } from './identity.ts'
import type { RunMetrics } from './run-metrics.ts'
import type { RunSort } from './run-order.ts'
import type { RunState } from './state.ts'
import type { RunStatus } from './status.ts'
import type { FilesState, Summary } from './summary.ts'
import type { Thinker } from './thinker.ts'

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

/** What a look at the files of an ended run finds. */
export interface FilesFound extends Pick<FilesState, 'state' | 'since'> {
  /** What pruning would free. */
  bytes: number
  /** What of it is not packed. */
  plain_bytes: number
  /** Its manifest stands: the rest may be packed or go. */
  is_written: boolean
}

/** What a run leaves in its results directory besides the journal, written from its state. May be written again. */
export interface Results {
  /** Follows a running run: its log files grow as events are committed. Never throws. */
  follow(state: RunState, event: RunEvent): void
  /** Writes reports, decision, error log and manifest of a run that has ended. */
  finish(state: RunState, summary: Summary): Promise<void>
  /** Where its files are, below the results directory: `AAPL/2026-11-20_10.00.00`; null where there is no folder. */
  folder(runId: string): Promise<string | null>
  /** The decision of a finished run, also after pruning; null when there is none. */
  decision(runId: string): Promise<Record<string, unknown> | null>
  /** What there is of an ended run's files. Changes nothing, and finds nothing wrong with a run that is gone. */
  look(runId: string): Promise<FilesFound>
  /**
   * Deletes all of an ended run's files but the marker, the manifest and the decision; again is fine. Returns what that
   * freed. `ConflictError` for a run whose results are not written, `NotFoundError` without its folder. `isNeeded` is
   * asked right before the first file goes: where it holds, all stay, and null is returned.
   */
  prune(runId: string, isNeeded?: () => boolean): Promise<{ bytes: number } | null>
  /**
   * Packs an ended run's files, but for those that stay for good: they read as before. Returns their size before and
   * after. Refused as pruning is. Nobody may write to the run meanwhile.
   */
  pack(runId: string): Promise<{ bytes: number; packed_bytes: number }>
  /** Deletes every trace of a run that was never acknowledged. */
  discard(runId: string): Promise<void>
}

/** The run of a bundle, unpacked and true to its hashes, but no run of this desk yet. */
export interface StagedBundle {
  readonly runId: string
  /** Its files had been pruned where it comes from: there is no journal, and nothing is known but what was kept. */
  readonly isPruned: boolean
  /** As its manifest has them; of any shape. */
  readonly summary: Record<string, unknown>
  readonly decision: Record<string, unknown> | null
  /** SHA-256 of `journal.ndjson` and of `decision.json`; null where there is none. */
  readonly journalHash: string | null
  readonly decisionHash: string | null
  /** Bytes by hash. */
  readonly artifacts: ReadonlyMap<string, number>
  /**
   * The journal from event 1 to its last line, checksums and numbers checked; again as often as it is asked for. Throws
   * `InputError` where a line cannot be trusted.
   */
  events(): AsyncIterable<RunEvent>
  /**
   * Throws `InputError` unless every file says just what follows from the journal, whose state is given; of a pruned run
   * (null), from the manifest.
   */
  compareFiles(state: RunState | null): Promise<void>
  /** Makes it a run of this desk with that summary in its manifest, whole or not at all. `ConflictError` where it exists. */
  publish(summary: Summary): Promise<void>
  /** Removes what is left of it; fine also after publishing. */
  discard(): Promise<void>
}

export interface PreparedBundle {
  /** Reads the files as it is read; `onClose` is called once it has ended, was given up or broke off. */
  open(onClose: () => void): Promise<ReadableStream<Uint8Array>>
}

/** Runs on their way to another desk and from one. */
export interface Bundles {
  /**
   * The bundle of a run that has ended, its files marked with the time `at`. `ConflictError` where the files cannot be
   * trusted or are not written yet, `NotFoundError` without a folder.
   */
  prepare(runId: string, at: string): Promise<PreparedBundle>
  /** Throws `InputError` for what is no bundle or not as its own list says, 413 above the limit of size, 408 once nothing more of it comes. */
  stage(bytes: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<StagedBundle>
}

export interface RunFilter {
  status?: readonly RunStatus[]
  kind?: readonly RunKind[]
  ticker?: string
  batch?: string
  /** Matches anywhere in run id, ticker, stage, message or error; case does not matter. */
  q?: string
  /** Of the decision. */
  action?: readonly string[]
  /** Who thinks. */
  thinker?: Thinker
  /** Launched on this day (YYYY-MM-DD, UTC) or later. */
  from?: string
  /** Launched on this day or earlier. */
  to?: string
  as_of?: string
  /** What is left of its files. */
  files?: readonly FilesState['state'][]
  /** Newest first where left out. */
  sort?: RunSort
  /** A run id: only what comes after it in that order. */
  after?: string
  /**
   * A run id: the runs directly in front of it, as many as `limit`. Where there are fewer, the first so many, so that
   * going back ends on a whole page. Not together with `after`.
   */
  before?: string
  limit?: number
}

export interface RunPage {
  runs: Summary[]
  /** The run id to pass as `after` for the next page; null at the end. */
  next: string | null
  /** The run id to pass as `before` for the page in front; null at the beginning. */
  previous: string | null
  /** How many matches stand in front of the first one here. */
  start: number
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
  /** Newest first, or as the filter says. Throws `InputError` for an `after` or `before` that is no run it knows. */
  query(filter: RunFilter): RunPage
  /**
   * The completed run with the latest decision (latest as_of, then latest created), for each ticker asked; all when none
   * is named.
   */
  latestDecisions(tickers: readonly string[]): Summary[]
  counts(): Record<RunStatus, number>
  /** Counts and times over every row. Costs about the same however many there are. */
  metrics(): RunMetrics
  flush(): Promise<void>
}
