/** What the doors (web, api, cli) may ask of the runs: the verbs of a desk. Implemented by `run-manager.ts`. */
import type { ChangeFeed } from './change.ts'
import type { RunEvent, RunKind } from './event.ts'
import type { RunFilter, RunPage } from './ports.ts'
import type { RunState } from './state.ts'
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
  /** Sets the bound of a run that has not ended; one that is paused for it goes on where there is room now. */
  setBudget(runId: string, budget: Partial<RunBudget>): Promise<Summary>
  /** Throws `NotFoundError`. */
  summary(runId: string): Summary
  list(filter: RunFilter): RunPage
  /** Somebody looks at the run: its files stay until the answer is called. */
  watch(runId: string): () => void
  latestDecisions(tickers: readonly string[]): Summary[]
  queue(): QueueUse
  /** The whole state, from memory or folded from its journal. Throws `NotFoundError`, also where files were pruned. */
  state(runId: string): Promise<RunState>
  /** The decision even where the rest was pruned; null when there is none (yet). Throws `NotFoundError`. */
  decision(runId: string): Promise<Record<string, unknown> | null>
  /** Events with `seq > after`, from the journal. */
  events(runId: string, after?: number): AsyncIterable<RunEvent>
  /** A step's result, also where it is kept as an artifact. Undefined when there is none. */
  stepResult(runId: string, key: string): Promise<unknown>
  /** The runs of this desk are resumed and accepted: what `/readyz` asks. */
  readonly ready: boolean
}
