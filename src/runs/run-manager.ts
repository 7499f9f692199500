/**
 * The desk's runs: launching, stopping and finding them again. Promises that a launch starts whole or not at all, that
 * an acknowledged run survives `kill -9`, and that a canceled run is canceled at once even inside a call that ignores
 * it. Leaves how a run executes to `active-run.ts`, and storing to the ports.
 */
import type { Clock } from '../core/clock.ts'
import { ConflictError, InputError, messageOf, NotFoundError, quote } from '../core/errors.ts'
import { createBatchId, isRunId } from '../core/ids.ts'
import type { ActiveRun, ActiveRunDeps } from './active-run.ts'
import { createActiveRun, recoverRun } from './active-run.ts'
import { admitAll, admitRequest } from './admission.ts'
import type { LaunchRequest, Launched, Rerun, RunDesk } from './desk.ts'
import type { RunEvent, RunKind } from './event.ts'
import { createCarrying } from './carrying.ts'
import { createFinishedStates } from './finished-states.ts'
import { foldInTurns } from './fold.ts'
import type { Hub } from './hub.ts'
import { createHub } from './hub.ts'
import type { RunIdentity } from './identity.ts'
import { readJournaledSteps } from './journaled-steps.ts'
import type { RunLimits, RunLog } from './limits.ts'
import { createLogBook } from './log-book.ts'
import { createOpenBatches } from './open-batches.ts'
import type { Artifacts, Bundles, JournalStore, LaunchStore, Results, RunIndex } from './ports.ts'
import { createPruning } from './pruning.ts'
import { createRunQueue } from './queue.ts'
import { createRecovery, readIdentity } from './recovery.ts'
import type { OpenChild } from './run-children.ts'
import { identifyRerun, planRerun } from './rerun-plan.ts'
import type { Need } from './retention.ts'
import type { RunState } from './state.ts'
import { isTerminal } from './status.ts'
import { loadResult } from './step-results.ts'
import type { ChildRequest } from './steps.ts'
import { describeGone } from './describe-gone.ts'
import { summarize } from './summarize.ts'
import type { Summary } from './summary.ts'
import { createWatchedRuns } from './watched-runs.ts'
import type { Workflow } from './workflow.ts'

export interface RunManagerDeps {
  workflows: readonly Workflow[]
  journals: JournalStore
  artifacts: Artifacts
  launches: LaunchStore
  results: Results
  bundles: Bundles
  index: RunIndex
  clock: Clock
  limits: RunLimits
  log: RunLog
}

export interface RunManager extends RunDesk {
  /** Takes up the runs that another process left behind (unless told not to), says how many go on, and begins to prune. */
  start(options: { recover: boolean }): Promise<{ resumed: number }>
  /** Lets steps in flight end within `graceMs`, abandons the rest, closes the journals. Runs resume at the next start. */
  stop(graceMs: number): Promise<void>
  /** Folds a run's journal again and puts it into the index. */
  reindex(runId: string): Promise<void>
}

export function createRunManager(deps: RunManagerDeps): RunManager {
  const { journals, artifacts, launches, results, index, clock, limits, log } = deps
  const workflows = new Map<RunKind, Workflow>(deps.workflows.map((workflow) => [workflow.kind, workflow]))
  const hub: Hub = createHub((error) => log.error({ err: error }, 'a listener of the runs failed'))
  const queue = createRunQueue(limits)
  const active = new Map<string, ActiveRun>()
  const finished = createFinishedStates(clock, limits.keepStateMs, hub.forget)
  const batches = createOpenBatches(launches, log)
  const watched = createWatchedRuns()
  const logBook = createLogBook({ state, events, feed: hub, clock })
  const shutdown = new AbortController()
  const pruning = createPruning({
    ...{ index, results, clock, limits, log },
    needed: neededRuns,
    onPruned: finished.drop,
  })
  const carrying = createCarrying({
    ...{ bundles: deps.bundles, journals, results, index, workflows, clock, summary },
    fold: { logLines: limits.logLines },
    look: pruning.notice,
    watch: watched.watch,
    shutdown: shutdown.signal,
    onImported: finished.drop,
  })
  /** Launches and the recovery under way: a stop waits for them. */
  const underWay = new Set<Promise<unknown>>()
  let started: Promise<unknown> = Promise.resolve()
  let ready = false

  const activeDeps: ActiveRunDeps = {
    ...{ journals, artifacts, results, clock, limits, log, queue, workflowOf, openChild, adoptChild },
    shutdown: shutdown.signal,
    publish(event, state, logSeqBefore) {
      const { aspects } = hub.publish(event, state, logSeqBefore)
      results.follow(state, event)
      if (aspects.includes('status')) index.put(describe(state))
    },
    onEnd(run, { areResultsWritten }) {
      active.delete(run.identity.run_id)
      finished.keep(run.state)
      // The record stays where results are owed: the next start finds the run by it and writes them.
      if (areResultsWritten) batches.settle(run.identity)
    },
  }

  const recovery = createRecovery({
    ...{ journals, launches, index, batches, active, clock, log, isStopping },
    reopen: (identity) => recoverRun(activeDeps, identity),
    summarize: describe,
  })

  function workflowOf(kind: RunKind): Workflow {
    const workflow = workflows.get(kind)
    if (!workflow) {
      throw new InputError('kind', `kind ${quote(kind)} is not one of ${[...workflows.keys()].join(', ')}`)
    }
    return workflow
  }

  /** What is left of its files is no part of a state: the index knows. */
  function describe(state: RunState): Summary {
    const known = index.get(state.run_id)?.files
    return { ...summarize(workflowOf(state.kind), state), ...(known && { files: known }) }
  }

  function isStopping(): boolean {
    return shutdown.signal.aborted
  }

  function track<T>(work: Promise<T>): Promise<T> {
    underWay.add(work)
    return work.finally(() => underWay.delete(work))
  }

  async function launch(requests: readonly LaunchRequest[]): Promise<Launched> {
    await readyToLaunch()
    if (requests.length === 0) throw new InputError('tickers', 'tickers is empty: name at least one')
    const createdMs = clock.now()
    const batchId = createBatchId(createdMs)
    const facts = { batch_id: batchId, parent: null, createdMs }
    const identities = await admitAll(
      requests.map((request) => admitRequest(workflowOf(request.kind), request, facts)),
    )
    const runs = await begin(identities)
    return { batch_id: batchId, runs: runs.map((run) => summarize(workflowOf(run.identity.kind), run.state)) }
  }

  async function rerun(runId: string, fromStep: string | null): Promise<Rerun> {
    await readyToLaunch()
    await pruning.settle(runId)
    const old = await state(runId)
    if (!isTerminal(old.status))
      throw new ConflictError(`run ${runId} is ${old.status}: it can be run again once it has ended`)
    workflowOf(old.kind)
    const plan = planRerun(await readJournaledSteps(journals.read(runId)), old.status, fromStep)
    const identity = identifyRerun(old, { from_step: fromStep, keys: plan.keys }, clock.now())
    await begin([identity])
    const { keys, ...saved } = plan
    return { run_id: identity.run_id, reused_steps: keys.length, ...saved }
  }

  async function readyToLaunch(): Promise<void> {
    await started
    if (isStopping()) throw new ConflictError('the desk is shutting down and takes no new runs')
  }

  /** Has the runs of one batch recorded, made and put in line. */
  async function begin(identities: readonly RunIdentity[]): Promise<ActiveRun[]> {
    const { batch_id, created_at } = identities[0]!
    queue.reserve(identities.length)
    const record = { batch_id, created_at, runs: [...identities] }
    try {
      // The record is the launch: from here on a crash leads to all of its runs at the next start.
      await launches.record(record)
    } catch (error) {
      queue.release(identities.length)
      throw error
    }
    batches.open(record)
    const runs = await makeRuns(identities)
    if (!isStopping()) for (const run of runs) run.enqueue({ reserved: true })
    return runs
  }

  /** All of a launch, or none: where one cannot be made, nothing stays of those that could be. */
  async function makeRuns(identities: readonly RunIdentity[]): Promise<ActiveRun[]> {
    const made = await Promise.allSettled(identities.map((identity) => createActiveRun(activeDeps, identity)))
    const runs = made.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    for (const run of runs) active.set(run.identity.run_id, run)
    const failure = made.find((outcome) => outcome.status === 'rejected')
    if (!failure) return runs
    queue.release(identities.length)
    await Promise.allSettled(identities.map(discard))
    for (const identity of identities) batches.settle(identity)
    throw failure.reason
  }

  async function discard({ run_id: runId }: RunIdentity): Promise<void> {
    await active.get(runId)?.suspend(0)
    active.delete(runId)
    index.remove(runId)
    await results.discard(runId)
  }

  /** The runs at work with the children that they wait for, those whose steps they take over, and those looked at. */
  function neededRuns(): Map<string, Need> {
    const needed = new Map<string, Need>()
    for (const runId of watched.ids()) needed.set(runId, 'watched')
    // Also by runs that another process left behind and that are not taken up here.
    for (const { reuse } of batches.unsettled()) if (reuse) needed.set(reuse.run_id, 'reused')
    for (const { identity } of active.values())
      if (identity.reuse) needed.set(identity.reuse.run_id, 'reused')
    for (const { identity, state } of active.values()) {
      needed.set(identity.run_id, 'active')
      for (const { status, child_run_id: child } of Object.values(state.steps))
        if (status === 'started' && child !== null) needed.set(child, 'active')
    }
    return needed
  }

  async function openChild(
    parent: ActiveRun,
    childRunId: string | null,
    request: ChildRequest,
  ): Promise<OpenChild<ActiveRun>> {
    const known =
      childRunId !== null && (active.get(childRunId)?.identity ?? (await readIdentity(journals, childRunId)))
    const identity = known || {
      ...(await admitChild(parent, request)),
      ...(childRunId && { run_id: childRunId }),
    }
    return {
      runId: identity.run_id,
      async take() {
        const child = active.get(identity.run_id) ?? (await recoverRun(activeDeps, identity))
        if (isTerminal(child.state.status)) {
          await child.finishAgain()
          return child
        }
        active.set(identity.run_id, child)
        if (child.state.status === 'paused') await child.resume('resumed with its parent')
        else child.enqueue()
        return child
      },
    }
  }

  function admitChild(parent: ActiveRun, request: ChildRequest): Promise<RunIdentity> {
    const { run_id: runId, batch_id } = parent.identity
    return admitRequest(workflowOf(request.kind), request, {
      batch_id,
      parent: { run_id: runId, key: request.key },
      createdMs: clock.now(),
    })
  }

  async function adoptChild(childRunId: string): Promise<ActiveRun | null> {
    const held = active.get(childRunId)
    if (held) return held
    const status = index.get(childRunId)?.status
    const identity = status && isTerminal(status) ? null : await readIdentity(journals, childRunId)
    if (!identity) return null
    const child = await recoverRun(activeDeps, identity)
    if (isTerminal(child.state.status)) await child.finishAgain()
    else active.set(childRunId, child)
    return child
  }

  async function state(runId: string): Promise<RunState> {
    const held = active.get(runId)?.state ?? finished.get(runId)
    if (held) return held
    if (!isRunId(runId)) throw new NotFoundError(`there is no run ${quote(runId)}`)
    const { events, damage } = await readCurrent(runId)
    const first = events[0]
    if (!first) throw new NotFoundError(`run ${quote(runId)} has no journal`)
    const folded = (await foldInTurns(workflowOf(kindOf(first)), events, { logLines: limits.logLines }))!
    if (damage) {
      // Said everywhere, but not kept: the decision that was written when the run ended is still its own.
      folded.status = 'error'
      folded.error = `the journal is damaged at line ${damage.line} of ${damage.file}: ${damage.reason}`
      index.put(describe(folded))
    } else if (isTerminal(folded.status)) finished.keep(folded)
    return folded
  }

  /** What a person took away or put back is noticed when it is asked for. */
  async function readCurrent(runId: string) {
    const files = index.get(runId)?.files.state
    try {
      const read = await journals.readCurrent(runId)
      if (files === 'pruned' || files === 'gone') await pruning.notice(runId)
      return read
    } catch (error) {
      throw await explainMissing(runId, error)
    }
  }

  async function explainMissing(runId: string, error: unknown): Promise<unknown> {
    if (!(error instanceof NotFoundError) || !index.get(runId)) return error
    return (await pruning.notice(runId)) === 'gone' ? new NotFoundError(describeGone(summary(runId))) : error
  }

  async function* events(runId: string, after?: number): AsyncGenerator<RunEvent> {
    try {
      for await (const event of journals.read(runId, after)) {
        // What stands in the file but is not published yet may not be synced.
        if (event.seq > (active.get(runId)?.state.seq ?? Infinity)) return
        yield event
      }
    } catch (error) {
      throw await explainMissing(runId, error)
    }
  }

  function activeRun(runId: string, verb: string): ActiveRun {
    const run = active.get(runId)
    if (run) return run
    const { status } = summary(runId)
    throw new ConflictError(
      isTerminal(status)
        ? `run ${runId} is ${status} and cannot be ${verb}`
        : `run ${runId} was left ${status} by another process; it resumes when the desk is served`,
    )
  }

  function summary(runId: string): Summary {
    const run = active.get(runId)
    if (run) return describe(run.state)
    const stored = index.get(runId)
    if (!stored) throw new NotFoundError(`there is no run ${quote(runId)}`)
    return stored
  }

  return {
    feed: hub,
    workflows,
    summary,
    state,
    previewPrune: () => started.then(pruning.preview),
    prune: () => track(started.then(pruning.prune)),
    get lastPrune() {
      return pruning.last
    },
    watch: watched.watch,
    launch: (requests) => track(launch(requests)),
    get ready() {
      return ready && !isStopping()
    },
    start({ recover: takeUp }) {
      const done = track(takeUp ? recovery.run() : recovery.look()).then((resumed) => {
        ready = true
        void pruning.repeat(shutdown.signal, () => {
          finished.evict()
          logBook.evict()
        })
        return { resumed }
      })
      started = done
      return done
    },
    async stop(graceMs) {
      shutdown.abort(new Error('the desk is shutting down'))
      queue.close()
      await Promise.allSettled(underWay)
      await Promise.all([...active.values()].map((run) => run.suspend(graceMs)))
      await index.flush()
    },
    async cancel(runId) {
      const known = summary(runId)
      if (known.status === 'canceled') return known
      await activeRun(runId, 'canceled').cancel('canceled by a person')
      return summary(runId)
    },
    async pause(runId) {
      await activeRun(runId, 'paused').pause('paused by a person')
      return summary(runId)
    },
    async resume(runId) {
      await activeRun(runId, 'resumed').resume('resumed by a person')
      return summary(runId)
    },
    exportRun: carrying.exportRun,
    checkExport: carrying.checkExport,
    importRun: (bytes) => track(started.then(() => carrying.importRun(bytes))),
    rerun(runId, fromStep) {
      // Until the new run is there to say so itself, its source is needed all the same.
      const release = watched.watch(runId)
      return track(rerun(runId, fromStep ?? null)).finally(release)
    },
    async setBudget(runId, budget) {
      await activeRun(runId, 'given another budget').setBudget(budget)
      return summary(runId)
    },
    list: (filter) => index.query(filter),
    latestDecisions: (tickers) => index.latestDecisions(tickers),
    metrics: () => index.metrics(),
    queue: () => ({
      running: queue.running,
      waiting: queue.waiting,
      max_running: limits.maxRunning,
      max_waiting: limits.maxWaiting,
    }),
    async decision(runId) {
      summary(runId)
      const held = active.get(runId)?.state ?? finished.get(runId)
      if (held) return held.decision as Record<string, unknown> | null
      const stored = await results.decision(runId).catch(async (error: unknown) => {
        if (!(error instanceof NotFoundError)) throw error
        await pruning.notice(runId)
        return null
      })
      const { state: left } = summary(runId).files
      if (stored || left === 'pruned' || left === 'gone') return stored
      return (await state(runId)).decision as Record<string, unknown> | null
    },
    events,
    readLog: logBook.read,
    streamLog: logBook.stream,
    async stepResult(runId, key) {
      const record = (await state(runId)).steps[key]
      return record?.status === 'completed' ? loadResult(artifacts, runId, record) : undefined
    },
    folder: (runId) => results.folder(runId),
    async reindex(runId) {
      try {
        const folded = await state(runId)
        index.put(describe(folded))
        await pruning.notice(runId)
      } catch (error) {
        log.warn({ run_id: runId, reason: messageOf(error) }, 'run left out of the index')
      }
    },
  }
}

/** The kind of a run from the first event of a segment. */
function kindOf(first: RunEvent): RunKind {
  const facts = first.type === 'checkpoint' ? (first as { state: unknown }).state : first
  return (facts as { kind: RunKind }).kind
}
