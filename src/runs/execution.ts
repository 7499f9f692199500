/**
 * One execution of a workflow: the run context it is given. Completed steps answer from the journal; a step in flight
 * when the last execution stopped runs again as a new attempt. Once closed, nothing that still comes from the workflow
 * reaches the journal.
 */
import type { Clock } from '../core/clock.ts'
import { InputError, quote } from '../core/errors.ts'
import type { RunEvent, RunKind } from './event.ts'
import { isEngineType } from './event.ts'
import { createExecutionGate } from './execution-gate.ts'
import { emissionHash } from './fold.ts'
import type { Artifacts } from './ports.ts'
import { createRunBudget } from './run-budget.ts'
import { createReplay } from './replay.ts'
import type { RunWriter } from './run-writer.ts'
import { quiet } from './step-context.ts'
import { createSteps, type FindChild } from './steps.ts'
import { createTakeOver } from './take-over.ts'
import { wholePercent } from './whole-percent.ts'
import type { DecisionFacts, RunContext, Workflow } from './workflow.ts'

export const PROGRESS_LINES_MAX = 100
/** What every event has from the engine, and no kind may set. */
const RESERVED_FIELDS = ['seq', 'at', 'type', 'crc']

export interface ExecutionOptions {
  workflow: Workflow
  writer: RunWriter
  artifacts: Artifacts
  clock: Clock
  signal: AbortSignal
  stepDelayMs: number
  /** The events since the last checkpoint, for a run that is resumed; empty for a new one. */
  replay: readonly RunEvent[]
  openChild: FindChild
  /** The journal of the run whose steps are taken over. */
  readEvents: (runId: string) => AsyncIterable<RunEvent>
  /** Asks for a pause for want of budget, for as long as `shortage` says why; see `run-budget.ts`. */
  pause: (shortage: () => string | null) => Promise<void>
}

export interface Execution {
  context: RunContext
  /** Stops taking anything from the workflow. */
  close(): void
  /** Takes nothing new from the workflow; resolves when the steps in flight have ended. */
  drain(): Promise<void>
  readonly draining: boolean
  /** Settles as `work` does, or rejects as soon as the run is told to stop: work that ignores its signal is left behind. */
  orAbort<T>(work: Promise<T>): Promise<T>
  /** Calls that wait for room in the budget look again. */
  recheckBudget(): void
}

export function createExecution(options: ExecutionOptions): Execution {
  const { workflow, writer, signal } = options
  const { run_id: runId, ticker, as_of: asOf } = writer.state
  const gate = createExecutionGate(writer, signal)
  const replay = createReplay(options.replay)
  const toolNodes = new Set<string>()
  const budget = createRunBudget({
    spent: writer.state.usage,
    bound: () => writer.state.budget,
    pause: options.pause,
    assertTaking: gate.assertTaking,
    signal,
  })
  const takeOver = createTakeOver({ ...options, gate, toolNodes })
  const steps = createSteps({ ...options, gate, budget, replay, takeOver, toolNodes, see })
  const emittedBefore = { ...writer.state.emitted }
  const emittedNow: Record<string, number> = {}
  let visible: unknown = replay.isEmpty ? writer.state.data : writer.state.data_at_checkpoint
  let progressLines = writer.state.progress.reported
  let lastPercent = progressLines > 0 ? wholePercent(writer.state.progress.fraction ?? 0) : -1
  let lastMessage = writer.state.progress.message

  /** The workflow's own view folds what a replay gives again: ends of its steps, its events, its decision. */
  function see(event: RunEvent | undefined): void {
    if (event && steps.current() === undefined) visible = workflow.fold(visible, event)
  }

  function refuseInside(verb: string): void {
    const key = steps.current()
    if (key === undefined) return
    throw new Error(
      `${verb} was called inside step ${quote(key)}: a completed step is not run again, so it would be lost`,
    )
  }

  async function emit(type: string, given: Record<string, unknown>): Promise<void> {
    gate.assertTaking()
    refuseInside('emit')
    if (isEngineType(type)) throw new InputError('type', `event type ${quote(type)} belongs to the engine`)
    const data = JSON.parse(JSON.stringify(given)) as Record<string, unknown>
    const reserved = RESERVED_FIELDS.find((field) => Object.hasOwn(data, field))
    if (reserved)
      throw new InputError(reserved, `field ${quote(reserved)} of event ${quote(type)} belongs to the engine`)
    const hash = emissionHash({ type, ...data })
    const n = (emittedNow[hash] = (emittedNow[hash] ?? 0) + 1)
    if (n <= (emittedBefore[hash] ?? 0)) return see(replay.emission(hash, n))
    see(await gate.commit({ type, ...data }))
  }

  function progress(fraction: number, message?: string): void {
    if (!Number.isFinite(fraction))
      throw new InputError('fraction', `progress ${quote(fraction)} is no number`)
    if (!gate.isOpen || gate.isDraining || progressLines >= PROGRESS_LINES_MAX) return
    const clamped = Math.min(1, Math.max(0, fraction))
    const percent = wholePercent(clamped)
    const told = message ?? null
    // What is left once all that counts is done can only be said in words.
    const isSaidAnew = percent === 100 && percent === lastPercent && told !== lastMessage
    if (percent <= lastPercent && !isSaidAnew) return
    lastPercent = percent
    lastMessage = told
    progressLines++
    gate.tell({ type: 'run_progress', fraction: clamped, message: told })
  }

  async function decide(build: (facts: DecisionFacts) => Record<string, unknown>): Promise<void> {
    gate.assertTaking()
    refuseInside('decide')
    if (writer.state.decision !== null) return see(replay.decision)
    see(
      await writer.commitSealed((journalHash) => ({
        type: 'decision_ready',
        decision: JSON.parse(JSON.stringify(build({ journalHash, usage: writer.state.usage }))) as unknown,
      })),
    )
  }

  async function checkpoint(): Promise<void> {
    gate.assertTaking()
    refuseInside('checkpoint')
    if (gate.inFlight > 0) throw new Error(`a checkpoint needs all steps ended; ${gate.inFlight} in flight`)
    await writer.checkpoint()
  }

  const context: RunContext = {
    runId,
    ticker,
    asOf,
    signal,
    get state() {
      return visible
    },
    step: (key, body, stepOptions) => quiet(() => steps.step(key, body, stepOptions)),
    skip: (key, reason, node) => quiet(() => steps.skip(key, reason, node)),
    child: <T>(
      key: string,
      kind: RunKind,
      childInput: unknown,
      { node = null }: { node?: string | null } = {},
    ) => quiet(() => steps.child(key, kind, childInput, node) as Promise<T>),
    emit: (type, data) => quiet(() => emit(type, data)),
    progress,
    decide: (build) => quiet(() => decide(build)),
    checkpoint: () => quiet(checkpoint),
  }

  return {
    context,
    orAbort: gate.orAbort,
    close: gate.close,
    recheckBudget: budget.recheck,
    drain() {
      const ended = gate.drain()
      // Those who wait for room are told that there will be none: they would hold the others up.
      budget.recheck()
      return ended
    },
    get draining() {
      return gate.isDraining
    },
  }
}
