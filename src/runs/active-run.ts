/**
 * A run that has not ended, in the process that owns it: its writer, its place in the queue and its present execution.
 * Verbs take their turn, each judged by what the one before left. Stopping never waits for the workflow: the execution
 * is closed first, so whatever still comes from it is dropped.
 */
import { setMaxListeners } from 'node:events'
import type { Clock } from '../core/clock.ts'
import { createDeferred } from '../core/deferred.ts'
import { tellError } from '../core/error-text.ts'
import { AbortedError, ConflictError } from '../core/errors.ts'
import { hasRoom, isBudgetReason, mergeBudget } from './budget-bound.ts'
import type { EventBody, LogLine, RunEvent, RunKind } from './event.ts'
import type { Execution } from './execution.ts'
import { createExecution } from './execution.ts'
import { executionMs, foldAll } from './fold.ts'
import type { RunBudget, RunIdentity } from './identity.ts'
import type { RunLimits, RunLog } from './limits.ts'
import type { Artifacts, Journal, JournalStore, Results } from './ports.ts'
import type { RunQueue } from './queue.ts'
import { createRunChildren, type OpenChild } from './run-children.ts'
import type { RunWriter } from './run-writer.ts'
import { createRunWriter } from './run-writer.ts'
import type { RunState } from './state.ts'
import type { RunStatus } from './status.ts'
import { isTerminal } from './status.ts'
import { loadResult, storeResult } from './step-results.ts'
import type { ChildRequest } from './steps.ts'
import { summarize } from './summarize.ts'
import { describeMost } from './usage.ts'
import type { Workflow } from './workflow.ts'

/** Between two tries to journal a verb that the storage refused. */
const STORAGE_RETRY_MS = 5_000

export interface ActiveRunDeps {
  journals: JournalStore
  artifacts: Artifacts
  results: Results
  clock: Clock
  limits: RunLimits
  log: RunLog
  queue: RunQueue
  /** Aborts when the desk shuts down. */
  shutdown: AbortSignal
  workflowOf(kind: RunKind): Workflow
  publish(event: RunEvent, state: RunState, logSeqBefore: number): void
  /** Finds the child run of a step, or names a new one. */
  openChild(
    parent: ActiveRun,
    childRunId: string | null,
    request: ChildRequest,
  ): Promise<OpenChild<ActiveRun>>
  /** A child that was begun, to be stopped; null where it never was or has left the desk. */
  adoptChild(childRunId: string): Promise<ActiveRun | null>
  onEnd(run: ActiveRun, outcome: { areResultsWritten: boolean }): void
}

export interface ActiveRun {
  readonly identity: RunIdentity
  readonly state: RunState
  /** Puts the run in line; a child runs at once, in its parent's place. */
  enqueue(options?: { reserved?: boolean }): void
  /** Resolves with the output once the run has completed; rejects when it ended otherwise. */
  outcome(): Promise<unknown>
  /** Throws `ConflictError` where the run ended otherwise before its turn came. */
  cancel(reason: string): Promise<void>
  pause(reason: string): Promise<void>
  resume(reason: string): Promise<void>
  /** A run that is paused for its budget goes on where this leaves any room. Throws `InputError` for a bad bound. */
  setBudget(change: Partial<RunBudget>): Promise<void>
  /** For shutdown: steps in flight may end within `graceMs`; then the journal is closed as it is. */
  suspend(graceMs: number): Promise<void>
  /** Writes the results of a run that had ended before the process died over them. */
  finishAgain(): Promise<void>
}

interface ManagedRun extends ActiveRun {
  fail(error: unknown): Promise<void>
}

export async function createActiveRun(deps: ActiveRunDeps, identity: RunIdentity): Promise<ActiveRun> {
  const journal = await deps.journals.create(identity)
  const run = manageRun(deps, identity, journal, null, [])
  await run.begin()
  return run
}

/** Opens a run that another process left behind. Damage in its journal ends it in error, with the line named. */
export async function recoverRun(deps: ActiveRunDeps, identity: RunIdentity): Promise<ActiveRun> {
  if (!(await deps.journals.exists(identity.run_id))) return createActiveRun(deps, identity)
  const { journal, events, damage } = await deps.journals.open(identity.run_id)
  const state = foldAll(deps.workflowOf(identity.kind), events, { logLines: deps.limits.logLines })
  const run = manageRun(deps, identity, journal, state, events)
  if (!state) await run.begin()
  if (run.state.status === 'in_progress') await run.takeUp()
  if (damage) {
    await run.fail(
      new Error(`the journal is damaged at line ${damage.line} of ${damage.file}: ${damage.reason}`),
    )
  }
  return run
}

interface RecoverableRun extends ManagedRun {
  /** Commits the first event. */
  begin(): Promise<void>
  /** Says that the process which ran it is gone. */
  takeUp(): Promise<void>
}

function manageRun(
  deps: ActiveRunDeps,
  identity: RunIdentity,
  journal: Journal,
  state: RunState | null,
  recovered: readonly RunEvent[],
): RecoverableRun {
  const { clock, queue, log } = deps
  const workflow = deps.workflowOf(identity.kind)
  const runId = identity.run_id
  const ended = createDeferred()
  let areResultsWritten = false
  let replay: readonly RunEvent[] | null = recovered
  let execution: Execution | null = null
  let controller = new AbortController()
  /** The present or last execution, until it has given up its place. */
  let working: Promise<void> = Promise.resolve()
  let isLiningUp = false
  let turn: Promise<unknown> = Promise.resolve()
  const children = createRunChildren({
    parent: () => writer.state,
    find: (childRunId, request) => deps.openChild(run, childRunId, request),
    adopt: deps.adoptChild,
  })

  const writer: RunWriter = createRunWriter({
    workflow,
    journal,
    state,
    clock,
    fold: { logLines: deps.limits.logLines },
    publish: deps.publish,
    readAll: () => deps.journals.read(runId),
    reopen: () => deps.journals.open(runId),
    beforeEnd: writeResults,
  })

  async function writeResults(final: RunState): Promise<void> {
    try {
      await deps.results.finish(final, summarize(workflow, final))
      areResultsWritten = true
    } catch (error) {
      log.error({ err: error, run_id: runId }, 'results not written; they are at the next start')
    }
  }

  async function execute(): Promise<void> {
    const own = (controller = new AbortController())
    // Every step at work listens, and how many there are is the workflow's own affair.
    setMaxListeners(0, own.signal)
    try {
      if (writer.state.status === 'pending') await writer.commit({ type: 'run_started' })
      replay ??= (await deps.journals.readCurrent(runId)).events
      const present = (execution = createExecution({
        workflow,
        writer,
        artifacts: deps.artifacts,
        clock,
        signal: own.signal,
        stepDelayMs: deps.limits.stepDelayMs,
        replay,
        openChild: (childRunId, request) => children.open(childRunId, request, own.signal),
        readEvents: (id) => deps.journals.read(id),
        pause: (shortage) => pauseForBudget(shortage, own.signal),
      }))
      replay = null
      watchTime(own.signal)
      const output: unknown = await present.orAbort(workflow.execute(present.context, writer.state.input))
      const { stored } = await storeResult(deps.artifacts, runId, output)
      await inTurn(async () => {
        own.signal.throwIfAborted()
        await finish({ type: 'run_completed', ...stored })
      })
    } catch (error) {
      // An abort comes from cancel, pause, shutdown or fail, which journal what it means.
      if (!own.signal.aborted && !execution?.draining) await run.fail(error)
    } finally {
      queue.leave(runId)
    }
  }

  /** Unless room was made before its turn came. */
  function pauseForBudget(shortage: () => string | null, own: AbortSignal): Promise<void> {
    return inTurn(async () => {
      own.throwIfAborted()
      const reason = shortage()
      if (reason !== null) await stopFor(reason)
    })
  }

  /** To be called in turn. */
  async function stopFor(reason: string): Promise<void> {
    refuseUnless(['pending', 'in_progress'], 'paused')
    halt('paused')
    await children.pauseAll()
    await tellCutOff()
    await insist({ type: 'run_paused', reason })
  }

  /**
   * Says which calls are cut off by what is journaled next: the state counts them then with what was reserved for them.
   * Only a line in the log, so that nothing depends on it.
   */
  async function tellCutOff(): Promise<void> {
    await writer.idle()
    await tell(describeCutOff())
  }

  function describeCutOff(): LogLine[] {
    return Object.values(writer.state.reserved).map(({ key, node_id: node, most }) => ({
      ...{ ts: clock.now(), severity: 'WARN', source: node ?? key, agent_id: node },
      message: `a call was cut off and what it used is not known: ${describeMost([most])}`,
    }))
  }

  async function tell(lines: readonly LogLine[]): Promise<void> {
    for (const line of lines)
      await writer.commit({ type: 'log_appended', key: null, entries: [line] }).catch(() => undefined)
  }

  /** Fails the run when it has worked longer than its kind may. */
  function watchTime(signal: AbortSignal): void {
    const minutes = workflow.timeoutMinutes
    if (minutes === null) return
    const leftMs = minutes * 60_000 - executionMs(writer.state, clock.now())
    const limit = minutes === 1 ? 'minute' : `${minutes} minutes`
    clock.sleep(Math.max(0, leftMs), signal).then(
      () =>
        run.fail(
          new Error(`stopped: it worked longer than the ${limit} that ${workflow.title.toLowerCase()}s have`),
        ),
      () => undefined,
    )
  }

  /** From here on nothing of the present execution reaches the journal. */
  function halt(reason: AbortedError['reason']): void {
    execution?.close()
    controller.abort(new AbortedError(reason))
    queue.remove(runId)
  }

  /** Puts a resumed run in line once its last execution has given up its place. */
  function lineUp(): void {
    if (isLiningUp) return
    isLiningUp = true
    void working.then(() => {
      isLiningUp = false
      if (writer.state.status === 'in_progress' && !deps.shutdown.aborted) run.enqueue()
    })
  }

  /** One verb at a time. */
  function inTurn(verb: () => Promise<void>): Promise<void> {
    const done = turn.then(verb)
    turn = done.catch(() => undefined)
    return done
  }

  function refuseUnless(allowed: readonly RunStatus[], verb: string): void {
    const { status } = writer.state
    if (deps.shutdown.aborted)
      throw new ConflictError(`run ${runId} cannot be ${verb}: the desk is shutting down`)
    if (!allowed.includes(status)) throw new ConflictError(`run ${runId} is ${status} and cannot be ${verb}`)
  }

  /**
   * Has a verb journaled. Where the storage refuses, whoever asked is told so, and it is tried again until it is stored:
   * the execution is halted already and the run must not stand between two states.
   */
  async function insist(body: EventBody): Promise<void> {
    try {
      await writer.commit(body)
    } catch (error) {
      if (isTerminal(writer.state.status)) return
      void inTurn(() => tryAgain(body))
      throw error
    }
  }

  async function tryAgain(body: EventBody): Promise<void> {
    while (!deps.shutdown.aborted && !isTerminal(writer.state.status)) {
      try {
        await clock.sleep(STORAGE_RETRY_MS, deps.shutdown)
        await writer.reopen()
        if (!isTerminal(writer.state.status)) await writer.commit(body)
        return await afterEnd()
      } catch (error) {
        if (deps.shutdown.aborted) return
        log.error({ run_id: runId, err: error }, `${body.type} could not be stored; trying again`)
      }
    }
  }

  async function finish(body: EventBody): Promise<void> {
    if (isTerminal(writer.state.status)) return
    await tellCutOff()
    await insist(body)
    await afterEnd()
  }

  /** What follows once the run has ended, once. */
  async function afterEnd(): Promise<void> {
    if (!isTerminal(writer.state.status) || ended.isSettled) return
    ended.resolve()
    controller.abort(new AbortedError('canceled'))
    deps.onEnd(run, { areResultsWritten })
    await children.cancelAll()
    await writer.close()
  }

  const run: RecoverableRun = {
    identity,
    get state() {
      return writer.state
    },
    begin: async () => void (await writer.commit({ type: 'run_created', ...identity })),
    async takeUp() {
      // Told of afterwards: the run is taken to have worked until the last event before this one.
      const cutOff = describeCutOff()
      await writer.commit({ type: 'run_resumed', reason: 'the process that ran it is gone' })
      await tell(cutOff)
    },
    enqueue(options) {
      if (identity.parent) working = execute()
      else queue.add(runId, () => void (working = execute()), { ...options, isShort: workflow.isShort })
    },
    async outcome() {
      await ended.promise
      const { status, output, error } = writer.state
      if (status !== 'completed' || !output) {
        throw new Error(`run ${runId} ended as ${status}${error ? `: ${error}` : ''}`)
      }
      return loadResult(deps.artifacts, runId, output)
    },
    cancel(reason) {
      if (!isTerminal(writer.state.status)) halt('canceled')
      return inTurn(async () => {
        if (writer.state.status === 'canceled') return
        refuseUnless(['pending', 'in_progress', 'paused'], 'canceled')
        await children.cancelAll()
        await finish({ type: 'run_canceled', reason })
      })
    },
    pause: (reason) => inTurn(() => stopFor(reason)),
    resume: (reason) =>
      inTurn(async () => {
        refuseUnless(['paused'], 'resumed')
        await writer.commit({ type: 'run_resumed', reason })
        lineUp()
      }),
    setBudget: (change) =>
      inTurn(async () => {
        const bound = mergeBudget(writer.state.budget, change)
        refuseUnless(['pending', 'in_progress', 'paused'], 'given another budget')
        await writer.commit({ type: 'budget_set', ...bound })
        execution?.recheckBudget()
        const { status, paused_because: because, usage } = writer.state
        // Whether the next call fits is known once it asks; where it does not, the run pauses again.
        if (status !== 'paused' || !isBudgetReason(because) || !hasRoom(usage, bound)) return
        await writer.commit({ type: 'run_resumed', reason: 'its budget was changed' })
        lineUp()
      }),
    async fail(error) {
      if (deps.shutdown.aborted) return
      halt('failed')
      log.warn({ run_id: runId, err: error }, 'run failed')
      await inTurn(() => finish({ type: 'run_failed', error: tellError(error) })).catch(() => undefined)
    },
    async suspend(graceMs) {
      const grace = new AbortController()
      const timeout = clock.sleep(graceMs, grace.signal).catch(() => undefined)
      if (execution) await Promise.race([execution.drain(), timeout])
      grace.abort()
      halt('shutdown')
      await writer.close()
    },
    async finishAgain() {
      await writeResults(writer.state)
      await writer.close()
      if (!areResultsWritten) throw new Error('its results could not be written')
    },
  }
  if (state && isTerminal(state.status)) ended.resolve()
  return run
}
