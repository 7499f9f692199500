/** What the doors (web, api, cli) may ask of the runs: the verbs of a desk. Implemented by `run-manager.ts`. */
import type { ExportedRun } from './carrying.ts'
import type { ChangeFeed } from './change.ts'
import type { RunEvent, RunKind } from './event.ts'
import type { LogPage, LogQuery } from './log-book.ts'
import type { LogFilter } from './log-filter.ts'
import type { RunFilter, RunPage } from './ports.ts'
import type { PrunePreview, PruneReport } from './prune-report.ts'
import type { RunMetrics } from './run-metrics.ts'
import type { LogEntry, RunState } from './state.ts'
import type { RunBudget } from './identity.ts'
import type { Summary } from './summary.ts'
import type { Workflow } from './workflow.ts'

export interface LaunchRequest {
  kind: RunKind
  input: unknown
}

export interface Launched {
  batch_id: string
  runs: Summary[]
}

export interface Rerun {
  run_id: string
  reused_steps: number
  /** What the steps taken over had cost; null where a price is unknown. */
  saved_usd: number | null
  /** What they had taken. */
  saved_ms: number
}

export interface QueueUse {
  running: number
  waiting: number
  max_running: number
  max_waiting: number
}

export interface RunDesk {
  readonly feed: ChangeFeed
  readonly workflows: ReadonlyMap<RunKind, Workflow>
  /** Starts all or none. Throws `InputError` for a bad input, `LimitError` when there is no room for all. */
  launch(requests: readonly LaunchRequest[]): Promise<Launched>
  /** Ends a run as canceled. Again is fine; `ConflictError` once completed or in error. */
  cancel(runId: string): Promise<Summary>
  pause(runId: string): Promise<Summary>
  resume(runId: string): Promise<Summary>
  /**
   * Launches the same input again, taking over the completed steps that began before `fromStep`, but for those it is
   * inside of; without it, a run that did not complete goes on with all its completed steps, and one that did begins
   * anew. A step whose input is another by then runs all the same. Throws `InputError` for a step
   * the run does not have, `ConflictError` while the run has not ended.
   */
  rerun(runId: string, fromStep?: string): Promise<Rerun>
  /**
   * The bundle of a run that has ended, for another desk; its files stay while the stream is read. `ConflictError` while
   * it has not ended, `NotFoundError` where its folder is gone.
   */
  exportRun(runId: string): Promise<ExportedRun>
  /** Whether it can be exported, with the same errors, and nothing read for it. */
  checkExport(runId: string): Promise<Pick<ExportedRun, 'name'>>
  /**
   * Takes in the run of a bundle once everything in it has been held against its journal: whole, or not at all. Throws
   * `InputError` that says what does not fit, `ConflictError` where the run is here, `LimitError` while others come in.
   */
  importRun(bytes: ReadableStream<Uint8Array>): Promise<Summary>
  /** Sets the bound of a run that has not ended; one that is paused for it goes on where there is room now. */
  setBudget(runId: string, budget: Partial<RunBudget>): Promise<Summary>
  /** Throws `NotFoundError`. */
  summary(runId: string): Summary
  list(filter: RunFilter): RunPage
  /** What pruning would do now, and what it keeps back. Changes nothing. */
  previewPrune(): Promise<PrunePreview>
  /** Prunes and packs what is due now, as the preview says. */
  prune(): Promise<PruneReport>
  /** The last pruning that did something since the start, asked for or by the clock. */
  readonly lastPrune: PruneReport | null
  /** Somebody looks at the run: its files stay until the answer is called. */
  watch(runId: string): () => void
  latestDecisions(tickers: readonly string[]): Summary[]
  queue(): QueueUse
  /** Counts of all runs ever, and how long they took. */
  metrics(): RunMetrics
  /** The whole state, from memory or folded from its journal. Throws `NotFoundError`, also where files were pruned. */
  state(runId: string): Promise<RunState>
  /** The decision even where the rest was pruned; null when there is none (yet or any more). Throws `NotFoundError`. */
  decision(runId: string): Promise<Record<string, unknown> | null>
  /** Events with `seq > after`, from the journal. */
  events(runId: string, after?: number): AsyncIterable<RunEvent>
  /** A page of the log, from memory or the journal. Throws `NotFoundError`, also where files were pruned. */
  readLog(runId: string, query: LogQuery): Promise<LogPage>
  /** Every entry of the log that is wanted, in order and in batches. Throws `NotFoundError` at the first. */
  streamLog(runId: string, filter?: LogFilter): AsyncIterable<readonly LogEntry[]>
  /** A step's result, also where it is kept as an artifact. Undefined when there is none. */
  stepResult(runId: string, key: string): Promise<unknown>
  /** Where the run's files are, below the results directory: `AAPL/2026-11-20_10.00.00`; null where they are gone. */
  folder(runId: string): Promise<string | null>
  /** The runs of this desk are resumed and accepted: what `/readyz` asks. */
  readonly ready: boolean
}
