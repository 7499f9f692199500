/**
 * What a kind of work provides, and what it is given while it runs. A workflow holds no state outside its steps and
 * its fold: it may be stopped at any line and executed again from the top, and every completed step then returns its
 * journaled result instead of running. Completed steps run once; a step in flight when the process died runs again.
 */
import type { z } from 'zod'
import type { NodeType, RunEvent, RunKind, Severity, UsageDelta } from './event.ts'
import type { CostCeiling, RunBudget } from './identity.ts'

export type { CostCeiling, RunBudget } from './identity.ts'
import type { RunState } from './state.ts'
import type { KindSummary, Stats } from './summary.ts'

export interface PlanNode {
  id: string
  label: string
  node_type: NodeType
  /** How many steps complete this node; 1 unless said. Only for nodes that steps are bound to. */
  steps?: number
  children?: PlanNode[]
}

/** An input as it will be journaled, with what names the run. */
export interface Admitted<Input> {
  input: Input
  ticker: string
  as_of: string | null
  /** What its paid calls may come to; none where left out. */
  budget?: RunBudget
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a registry holds workflows of every type
export interface Workflow<Input = any, Data = any, Output = any> {
  readonly kind: RunKind
  /** What the run is called for a person: `Assessment`. */
  readonly title: string
  /** Titles, descriptions, ranges and defaults: they make the form, the command line's help and the API docs. */
  readonly input: z.ZodType<Input>
  /** Minutes of work after which a run fails; null for no limit. */
  readonly timeoutMinutes: number | null
  /** Its runs take moments: where runs that are not short hold every place, one more is kept for them. */
  readonly isShort?: boolean
  /** Checks against the world what the schema cannot (is there such a ticker?) and fills defaults. Throws `InputError`. */
  admit(input: Input): Promise<Admitted<Input>>
  /** The tree as it stands before anything ran. */
  plan(input: Input): PlanNode[]
  /** What the phases are called that its plans may have, by node id and in their order. */
  readonly phases?: Readonly<Record<string, string>>
  initial(input: Input): Data
  /** Pure. For what is shown it sees every event of the run, the engine's included; for `ctx.state`, fewer (see there). */
  fold(data: Data, event: RunEvent): Data
  summary(state: RunState<Data>): KindSummary
  /** The figures by which its runs are compared, of a decision of which nothing else is left; none where left out. */
  readonly compareBy?: (decision: unknown) => Stats | null
  execute(ctx: RunContext<Data>, input: Input): Promise<Output>
  /** What its journals hold of its own, as a journal from elsewhere is held against it; absent for anything. */
  readonly shapes?: KindShapes
}

export interface KindShapes {
  decision?: z.ZodType
  /** Of its own events, by type. */
  events?: Readonly<Record<string, z.ZodType>>
}

export interface StepOptions {
  /** What the step's result depends on besides the run's input: hashed, and a different hash on resume is an error. */
  input?: unknown
  /** The tree node this step works for. */
  node?: string
}

/** What only the journal knows when a decision is made. */
export interface DecisionFacts {
  /** Over all events before the decision. */
  journalHash: string
  /** Of the run so far. */
  usage: UsageDelta
}

export interface RunContext<Data = unknown> {
  readonly runId: string
  readonly ticker: string
  readonly asOf: string | null
  /**
   * The kind's state as this execution has folded it, from the last checkpoint on: completed and skipped steps, the
   * kind's own events and the decision, in the order in which the workflow came to them. The same on every execution;
   * what is said within steps reaches only the state that is shown.
   */
  readonly state: Data
  /** Aborts on cancel, pause, timeout and shutdown. */
  readonly signal: AbortSignal
  /**
   * Runs `body` once, ever: its JSON result is journaled under `key`, which must be unique in the run. Properties of it
   * that are a `Float64Array` are kept bit for bit and come back as they are, later in memory that threads share; nobody
   * may change them. In a run that takes over steps of another it does not run at all where that run has completed it for
   * the same input.
   */
  step<T>(key: string, body: (step: StepContext) => Promise<T>, options?: StepOptions): Promise<T>
  /** Says in the tree and the journal that a node's work is left out, and why. */
  skip(key: string, reason: string, node?: string): Promise<void>
  /** Runs another workflow as a run of its own, linked to this one, in this run's place. Its output is this step's result. */
  child<T>(key: string, kind: RunKind, input: unknown, options?: { node?: string }): Promise<T>
  /** Journals a kind's own event, not from inside a step. Emitting the same event again on a replay does nothing. */
  emit(type: string, data: Record<string, unknown>): Promise<void>
  /**
   * `fraction` 0..1; never goes back; at most 100 journal lines a run, one for each percent. At 1 another message is told
   * as well: it says what is still done of that which does not count.
   */
  progress(fraction: number, message?: string): void
  /** The run's decision, a JSON object. Journaled once. */
  decide(build: (facts: DecisionFacts) => Record<string, unknown>): Promise<void>
  /** Closes a journal segment with the state, so that a long run stays short to reload. */
  checkpoint(): Promise<void>
}

export interface StepContext {
  readonly key: string
  readonly attempt: number
  readonly signal: AbortSignal
  log(severity: Severity, message: string): void
  /** Adds to the text of a node (by default the step's node), journaled in batches. */
  append(text: string, node?: string): void
  /** Sets the text of a node. */
  replace(text: string, node?: string): void
  /** Counts model use to the step's node; the first after a reservation is that of the call it was made for. */
  usage(delta: UsageDelta): void
  /**
   * Before a paid call: reserves the most it is expected to cost; the answer is called once its use is counted, or it
   * failed. A call of which no use was counted, because it failed, was cut off or the process died, counts with all that
   * was reserved. Where the run's budget could be passed it waits for the calls under way, and if there is still no room
   * for it the run pauses: a person raises the budget or cancels.
   *
   * A step has one reservation at a time and none while a part of it asks for room; calls side by side are parts. What
   * those around a step that asks have reserved is not waited for: it may never be given back. A pause waits until steps
   * whose calls are over are journaled, so a step should do little between its last call and its end, and wait for no
   * step that is not a part of it.
   */
  reserve(cost: CostCeiling): Promise<() => void>
  /**
   * Part of this step's work, memoised on its own under `<key>/<name>:<hash of input>`: what it says goes to this step's
   * node, and it neither counts to that node's steps nor moves it. After a crash in mid-step its result is there, however
   * often the step itself runs again. Equal parts are told apart by the order in which they are called. A failure is
   * remembered too, as of any step: a later execution gets a plain `Error` with its message, so that what a body has to
   * tell apart it should return.
   */
  part<T>(name: string, input: unknown, body: (part: StepContext) => Promise<T>): Promise<T>
  /** Milliseconds since the epoch. */
  now(): number
  /** 0 ≤ x < 1, seeded by run input and step key: the same on every attempt. */
  random(): number
  /** A call to a tool, shown under the step's node and memoised as a step of its own. */
  tool<T>(name: string, args: Record<string, unknown>, call: () => Promise<T>): Promise<T>
}
