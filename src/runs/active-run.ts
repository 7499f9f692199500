/**
 * A run that has not ended, in the process that owns it: its writer, its place in the queue and its present execution.
 * Stopping never waits for the workflow: the execution is closed first, so whatever still comes from it is dropped.
 */
import type { Clock } from '../core/clock.ts'
import { createDeferred } from '../core/deferred.ts'
import { AbortedError, messageOf } from '../core/errors.ts'
import type { RunEvent, RunKind } from './event.ts'
import type { ChildRequest, Execution, OpenedChild } from './execution.ts'
import { createExecution, storeResult } from './execution.ts'
import { executionMs, foldAll } from './fold.ts'
import type { RunIdentity } from './identity.ts'
import type { RunLimits, RunLog } from './limits.ts'
import type { Artifacts, Journal, JournalStore, Results } from './ports.ts'
import type { RunQueue } from './queue.ts'
import type { RunWriter } from './run-writer.ts'
import { createRunWriter } from './run-writer.ts'
import type { RunState } from './state.ts'
import { isTerminal } from './status.ts'
import { summarize } from './summarize.ts'
import type { Workflow } from './workflow.ts'

/** Between two tries to journal the end of a run whose storage refuses it. */
const STORAGE_RETRY_MS = 5_000

export interface ActiveRunDeps {
  journals: JournalStore
  artifacts: Artifacts
  results: Results
  clock: Clock
  limits: RunLimits
  log: RunLog
  queue: RunQueue
  workflowOf(kind: RunKind): Workflow
  publish(event: RunEvent, state: RunState, logSeqBefore: number): void
  /** Finds or makes the child run of a step. */
  openChild(
    parent: ActiveRun,
    childRunId: string | null,
    request: ChildRequest,
  ): Promise<OpenedChild<ActiveRun>>
  onEnd(run: ActiveRun): void
}

export interface ActiveRun {
  readonly identity: RunIdentity
  readonly state: RunState
  /** Puts the run in line; a child runs at once, in its parent's place. */
  enqueue(options?: { reserved?: boolean }): void
  /** Resolves with the output once the run has completed; rejects when it ended otherwise. */
  outcome(): Promise<unknown>
  cancel(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  /** For shutdown: steps in flight may end within `graceMs`; then the journal is closed as it is. */
  suspend(graceMs: number): Promise<void>
  /** Writes the results of a run that had ended before the process died over them. */
  finishAgain(): Promise<void>
}

export async function createActiveRun(deps: ActiveRunDeps, identity: RunIdentity): Promise<ActiveRun> {
  const writer = openWriter(deps, identity, await deps.journals.create(identity), null)
  await writer.commit({ type: 'run_created', ...identity })
  return manageRun(deps, identity, writer, [])
}

/** Opens a run that another process left behind. Damage in its journal ends it in error, with the line named. */
export async function recoverRun(deps: ActiveRunDeps, identity: RunIdentity): Promise<ActiveRun> {
  if (!(await deps.journals.exists(identity.run_id))) return createActiveRun(deps, identity)
  const { journal, events, damage } = await deps.journals.open(identity.run_id)
  const state = foldAll(deps.workflowOf(identity.kind), events, { logLines: deps.limits.logLines })
  const writer = openWriter(deps, identity, journal, state)
  if (!state) await writer.commit({ type: 'run_created', ...identity })
  const run = manageRun(deps, identity, writer, events)
  if (damage) {
    await run.fail(
      new Error(`the journal is damaged at line ${damage.line} of ${damage.file}: ${damage.reason}`),
    )
  } else if (writer.state.status === 'in_progress') {
    await writer.commit({ type: 'run_resumed', reason: 'the process that ran it is gone' })
  }
  return run
}

function openWriter(
  deps: ActiveRunDeps,
  identity: RunIdentity,
  journal: Journal,
  state: RunState | null,
): RunWriter {
  const workflow = deps.workflowOf(identity.kind)
  return createRunWriter({
    workflow,
    journal,
    state,
    clock: deps.clock,
    fold: { logLines: deps.limits.logLines },
    publish: deps.publish,
    readAll: () => deps.journals.read(identity.run_id),
    async beforeEnd(ended) {
      try {
        await deps.results.finish(ended, summarize(workflow, ended))
      } catch (error) {
        deps.log.error(
          { err: error, run_id: identity.run_id },
          'results not written; the journal has everything',
        )
      }
    },
  })
}

interface ManagedRun extends ActiveRun {
  fail(error: unknown): Promise<void>
}

function manageRun(
  deps: ActiveRunDeps,
  identity: RunIdentity,
  writer: RunWriter,
  recovered: readonly RunEvent[],
): ManagedRun {
  const { clock, queue, log } = deps
  const workflow = deps.workflowOf(identity.kind)
  const runId = identity.run_id
  const children = new Set<ActiveRun>()
  const ended = createDeferred()
  let replay: readonly RunEvent[] | null = recovered
  let execution: Execution | null = null
  let controller = new AbortController()
  let ending = false

  async function execute(): Promise<void> {
    const own = (controller = new AbortController())
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
        openChild: async (childRunId, request) => trackChild(await deps.openChild(run, childRunId, request)),
      }))
      replay = null
      watchTime(own.signal)
      const output: unknown = await present.orAbort(workflow.execute(present.context, writer.state.input))
      const stored = await storeResult(deps.artifacts, runId, output)
      own.signal.throwIfAborted()
      await end({ type: 'run_completed', ...stored.stored })
    } catch (error) {
      // An abort comes from cancel, pause, shutdown or fail, which journal what it means.
      if (!own.signal.aborted && !execution?.draining) await run.fail(error)
    } finally {
      queue.leave(runId)
    }
  }

  function trackChild(opened: OpenedChild<ActiveRun>): OpenedChild {
    return {
      runId: opened.runId,
      async take() {
        const child = await opened.take()
        children.add(child)
        return child
      },
    }
  }

  /** Fails the run when it has worked longer than its kind may. */
  function watchTime(signal: AbortSignal): void {
    const minutes = workflow.timeoutMinutes
    if (minutes === null) return
    const leftMs = minutes * 60_000 - executionMs(writer.state, clock.now())
    clock.sleep(Math.max(0, leftMs), signal).then(
      () => run.fail(new Error(`stopped after ${minutes} minutes of work (RUN_TIMEOUT_MINUTES)`)),
      () => undefined,
    )
  }

  /** From here on nothing of the present execution reaches the journal. */
  function halt(reason: AbortedError['reason']): void {
    execution?.close()
    controller.abort(new AbortedError(reason))
    queue.remove(runId)
  }

  async function end(
    body: { type: 'run_completed' | 'run_failed' | 'run_canceled' } & Record<string, unknown>,
  ) {
    if (ending) return
    ending = true
    try {
      await writer.commit(body)
    } catch (error) {
      ending = false
      throw error
    }
    controller.abort(new AbortedError('canceled'))
    deps.onEnd(run)
    await writer.close()
    ended.resolve()
  }

  const run: ManagedRun = {
    identity,
    get state() {
      return writer.state
    },
    enqueue(options) {
      if (identity.parent) void execute()
      else queue.add(runId, () => void execute(), options)
    },
    async outcome() {
      await ended.promise
      const { status, output, error } = writer.state
      if (status !== 'completed')
        throw new Error(`run ${runId} ended as ${status}${error ? `: ${error}` : ''}`)
      if (output && 'result' in output) return output.result
      return JSON.parse(
        Buffer.from(await deps.artifacts.get(runId, output!.artifact)).toString('utf8'),
      ) as unknown
    },
    async cancel() {
      halt('canceled')
      await Promise.all([...children].filter(isOpen).map((child) => child.cancel()))
      await end({ type: 'run_canceled', reason: 'canceled by a person' })
    },
    async pause() {
      halt('paused')
      await Promise.all(
        [...children].filter((child) => child.state.status === 'in_progress').map((c) => c.pause()),
      )
      await writer.commit({ type: 'run_paused', reason: 'paused by a person' })
    },
    async resume() {
      await writer.commit({ type: 'run_resumed', reason: 'resumed by a person' })
      run.enqueue()
    },
    async fail(error) {
      halt('canceled')
      log.warn({ run_id: runId, err: error }, 'run failed')
      for (;;) {
        try {
          return await end({ type: 'run_failed', error: messageOf(error) })
        } catch (storageError) {
          if (isTerminal(writer.state.status)) return
          log.error(
            { run_id: runId, err: storageError },
            'the end of this run could not be stored; trying again',
          )
          await clock.sleep(STORAGE_RETRY_MS)
        }
      }
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
      await deps.results.finish(writer.state, summarize(workflow, writer.state))
      await writer.close()
    },
  }
  if (isTerminal(writer.state.status)) ended.resolve()
  return run
}

function isOpen(run: ActiveRun): boolean {
  return !isTerminal(run.state.status)
}
