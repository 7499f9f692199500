/**
 * The desk's runs: launching, stopping and finding them again. Promises that a launch starts whole or not at all, that
 * an acknowledged run survives `kill -9`, and that a canceled run is canceled at once even inside a call that ignores
 * it. Leaves how a run executes to `active-run.ts`, and storing to the ports.
 */
import type { Clock } from '../core/clock.ts'
import { toIso } from '../core/clock.ts'
import { ConflictError, InputError, messageOf, NotFoundError, quote } from '../core/errors.ts'
import { createBatchId, createRunId, isRunId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import type { ActiveRun, ActiveRunDeps } from './active-run.ts'
import { createActiveRun, recoverRun } from './active-run.ts'
import type { LaunchRequest, Launched, RunDesk } from './desk.ts'
import type { RunEvent, RunKind } from './event.ts'
import type { ChildRequest, OpenedChild } from './execution.ts'
import { foldAll } from './fold.ts'
import type { Hub } from './hub.ts'
import { createHub } from './hub.ts'
import type { RunIdentity } from './identity.ts'
import type { RunLimits, RunLog } from './limits.ts'
import type { Artifacts, JournalStore, LaunchStore, Results, RunIndex } from './ports.ts'
import { createRunQueue } from './queue.ts'
import { computePrunable } from './retention.ts'
import type { RunState } from './state.ts'
import { isTerminal } from './status.ts'
import { summarize } from './summarize.ts'
import type { Summary } from './summary.ts'
import type { Workflow } from './workflow.ts'

export interface RunManagerDeps {
  workflows: readonly Workflow[]
  journals: JournalStore
  artifacts: Artifacts
  launches: LaunchStore
  results: Results
  index: RunIndex
  clock: Clock
  limits: RunLimits
  log: RunLog
}

export interface RunManager extends RunDesk {
  /** Takes up the runs that another process left behind (unless told not to) and begins to prune. */
  start(options: { recover: boolean }): Promise<void>
  /** Lets steps in flight end within `graceMs`, abandons the rest, closes the journals. Runs resume at the next start. */
  stop(graceMs: number): Promise<void>
  /** Removes the files that are due now. Returns the ids. */
  prune(): Promise<string[]>
  /** Folds a run's journal again and puts it into the index. */
  reindex(runId: string): Promise<void>
}

/** Finished states kept in memory at most, besides the limit of age. */
const FINISHED_STATES_KEPT = 200

export function createRunManager(deps: RunManagerDeps): RunManager {
  const { journals, artifacts, launches, index, clock, limits, log } = deps
  const workflows = new Map<RunKind, Workflow>(deps.workflows.map((workflow) => [workflow.kind, workflow]))
  const hub: Hub = createHub((error) => log.error({ err: error }, 'a listener of the runs failed'))
  const queue = createRunQueue(limits)
  const active = new Map<string, ActiveRun>()
  const finished = new Map<string, { state: RunState; since: number }>()
  const openBatches = new Map<string, Set<string>>()
  /** Runs whose files this process has pruned: they stay in the index and are not due again. */
  const pruned = new Set<string>()
  const pruneTimer = new AbortController()
  let ready = false
  let stopping = false

  const activeDeps: ActiveRunDeps = {
    ...deps,
    queue,
    publish(event, state, logSeqBefore) {
      hub.publish(event, state, logSeqBefore)
      deps.results.follow(state, event)
      if (hub.listRevision === hub.revision) index.put(summarize(workflowOf(state.kind), state))
    },
    workflowOf,
    onEnd(run) {
      active.delete(run.identity.run_id)
      keepFinished(run.state)
      settle(run.identity)
    },
    openChild,
  }

  function workflowOf(kind: RunKind): Workflow {
    const workflow = workflows.get(kind)
    if (!workflow) {
      throw new InputError('kind', `kind ${quote(kind)} is not one of ${[...workflows.keys()].join(', ')}`)
    }
    return workflow
  }

  async function admit(
    { kind, input }: LaunchRequest,
    batchId: string,
    createdMs: number,
    parent: RunIdentity['parent'] = null,
  ): Promise<RunIdentity> {
    const workflow = workflowOf(kind)
    const parsed = workflow.input.safeParse(input)
    if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, input)
    const admitted = await workflow.admit(parsed.data)
    return {
      run_id: createRunId(admitted.ticker, createdMs),
      batch_id: batchId,
      kind,
      ticker: admitted.ticker,
      as_of: admitted.as_of,
      input: admitted.input as Json,
      parent,
      created_at: toIso(createdMs),
    }
  }

  async function launch(requests: readonly LaunchRequest[]): Promise<Launched> {
    if (stopping) throw new ConflictError('the desk is shutting down and takes no new runs')
    if (requests.length === 0) throw new InputError('tickers', 'tickers is empty: name at least one')
    const createdMs = clock.now()
    const batchId = createBatchId(createdMs)
    const identities = await Promise.all(requests.map((request) => admit(request, batchId, createdMs)))
    queue.reserve(identities.length)
    try {
      await launches.record({ batch_id: batchId, created_at: toIso(createdMs), runs: identities })
    } catch (error) {
      queue.release(identities.length)
      throw error
    }
    openBatches.set(batchId, new Set(identities.map((identity) => identity.run_id)))
    // The record is the launch: from here on a crash leads to all of its runs at the next start.
    const made = await Promise.allSettled(identities.map((identity) => createActiveRun(activeDeps, identity)))
    const runs = made.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    for (const run of runs) active.set(run.identity.run_id, run)
    const failure = made.find((outcome) => outcome.status === 'rejected')
    if (failure) {
      queue.release(identities.length)
      await Promise.all(runs.map((run) => run.cancel()))
      openBatches.delete(batchId)
      await launches.settle(batchId)
      throw failure.reason
    }
    for (const run of runs) run.enqueue({ reserved: true })
    return { batch_id: batchId, runs: runs.map((run) => summarize(workflowOf(run.identity.kind), run.state)) }
  }

  async function openChild(
    parent: ActiveRun,
    childRunId: string | null,
    request: ChildRequest,
  ): Promise<OpenedChild<ActiveRun>> {
    const known =
      childRunId !== null && (active.get(childRunId)?.identity ?? (await readIdentity(childRunId)))
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
        if (child.state.status === 'paused') await child.resume()
        else child.enqueue()
        return child
      },
    }
  }

  function admitChild(parent: ActiveRun, request: ChildRequest): Promise<RunIdentity> {
    const { run_id: runId, batch_id: batchId } = parent.identity
    return admit(request, batchId, clock.now(), { run_id: runId, key: request.key })
  }

  /** From the first event of a run; null where it was named but never begun. */
  async function readIdentity(runId: string): Promise<RunIdentity | null> {
    if (!(await journals.exists(runId))) return null
    for await (const event of journals.read(runId)) {
      const { seq: _seq, at: _at, type: _type, ...identity } = event
      return identity as unknown as RunIdentity
    }
    return null
  }

  /** Forgets a launch once all of its runs have ended. */
  function settle(identity: RunIdentity): void {
    const open = openBatches.get(identity.batch_id)
    if (!open?.delete(identity.run_id) || open.size > 0) return
    openBatches.delete(identity.batch_id)
    launches
      .settle(identity.batch_id)
      .catch((error: unknown) =>
        log.warn({ err: error, batch_id: identity.batch_id }, 'launch record not removed'),
      )
  }

  function keepFinished(state: RunState): void {
    finished.delete(state.run_id)
    finished.set(state.run_id, { state, since: clock.now() })
    if (finished.size > FINISHED_STATES_KEPT) finished.delete(finished.keys().next().value!)
  }

  function evictFinished(): void {
    const oldest = clock.now() - limits.keepStateMs
    for (const [runId, kept] of finished) {
      if (kept.since >= oldest) continue
      finished.delete(runId)
      hub.forget(runId)
    }
  }

  async function recover(): Promise<void> {
    const records = await launches.list()
    records.sort((a, b) => (a.created_at < b.created_at ? -1 : 1))
    for (const record of records) {
      openBatches.set(record.batch_id, new Set(record.runs.map((run) => run.run_id)))
      for (const identity of record.runs) {
        try {
          const run = await recoverRun(activeDeps, identity)
          index.put(summarize(workflowOf(identity.kind), run.state))
          if (isTerminal(run.state.status)) {
            await run.finishAgain()
            settle(identity)
            continue
          }
          active.set(identity.run_id, run)
          if (run.state.status !== 'paused') run.enqueue()
        } catch (error) {
          log.error({ err: error, run_id: identity.run_id }, 'this run could not be taken up again')
        }
      }
    }
  }

  async function state(runId: string): Promise<RunState> {
    const held = active.get(runId)?.state ?? finished.get(runId)?.state
    if (held) return held
    if (!isRunId(runId)) throw new NotFoundError(`there is no run ${quote(runId)}`)
    const { events, damage } = await journals.readCurrent(runId)
    const created = events[0]
    if (!created) throw new NotFoundError(`run ${quote(runId)} has no journal`)
    const kind = kindOf(created)
    const folded = foldAll(workflowOf(kind), events, { logLines: limits.logLines })!
    if (damage) {
      folded.status = 'error'
      folded.error = `the journal is damaged at line ${damage.line} of ${damage.file}: ${damage.reason}`
    }
    if (isTerminal(folded.status)) keepFinished(folded)
    return folded
  }

  function activeRun(runId: string, verb: string): ActiveRun {
    const run = active.get(runId)
    if (run && !isTerminal(run.state.status)) return run
    const { status } = summary(runId)
    throw new ConflictError(
      isTerminal(status)
        ? `run ${runId} is ${status} and cannot be ${verb}`
        : `run ${runId} was left ${status} by another process; it resumes when the desk is served`,
    )
  }

  function summary(runId: string): Summary {
    const run = active.get(runId)
    if (run) return summarize(workflowOf(run.identity.kind), run.state)
    const stored = index.get(runId)
    if (!stored) throw new NotFoundError(`there is no run ${quote(runId)}`)
    return stored
  }

  async function prune(): Promise<string[]> {
    const { runs } = index.query({
      status: ['completed', 'error', 'canceled'],
      limit: Number.MAX_SAFE_INTEGER,
    })
    const due = computePrunable({
      runs,
      now: clock.now(),
      maxPerTicker: limits.resultsMaxPerTicker,
      maxAgeDays: limits.resultsMaxAgeDays,
      active: new Set(active.keys()),
    })
    const removed: string[] = []
    for (const { run_id: runId } of due) {
      if (pruned.has(runId)) continue
      try {
        await deps.results.prune(runId)
        finished.delete(runId)
        pruned.add(runId)
        removed.push(runId)
      } catch (error) {
        log.warn({ err: error, run_id: runId }, 'files not pruned')
      }
    }
    return removed
  }

  async function pruneRegularly(): Promise<void> {
    while (!pruneTimer.signal.aborted) {
      try {
        await clock.sleep(limits.pruneIntervalMs, pruneTimer.signal)
        evictFinished()
        await prune()
      } catch (error) {
        if (!pruneTimer.signal.aborted) log.error({ err: error }, 'pruning failed')
      }
    }
  }

  return {
    feed: hub,
    workflows,
    launch,
    summary,
    state,
    prune,
    get ready() {
      return ready && !stopping
    },
    async start({ recover: takeUp }) {
      if (takeUp) await recover()
      void pruneRegularly()
      ready = true
    },
    async stop(graceMs) {
      stopping = true
      queue.close()
      pruneTimer.abort(new Error('shutdown'))
      await Promise.all([...active.values()].map((run) => run.suspend(graceMs)))
      await index.flush()
    },
    async cancel(runId) {
      const known = summary(runId)
      if (known.status === 'canceled') return known
      await activeRun(runId, 'canceled').cancel()
      return summary(runId)
    },
    async pause(runId) {
      await activeRun(runId, 'paused').pause()
      return summary(runId)
    },
    async resume(runId) {
      const run = activeRun(runId, 'resumed')
      if (run.state.status !== 'paused')
        throw new ConflictError(`run ${runId} is ${run.state.status}, not paused`)
      await run.resume()
      return summary(runId)
    },
    list: (filter) => index.query(filter),
    latestDecisions: (tickers) => index.latestDecisions(tickers),
    queue: () => ({
      running: queue.running,
      waiting: queue.waiting,
      max_running: limits.maxRunning,
      max_waiting: limits.maxWaiting,
    }),
    async decision(runId) {
      summary(runId)
      const held = active.get(runId)?.state ?? finished.get(runId)?.state
      if (held) return held.decision as Record<string, unknown> | null
      return (
        (await deps.results.decision(runId)) ??
        ((await state(runId)).decision as Record<string, unknown> | null)
      )
    },
    events: (runId, after) => journals.read(runId, after),
    async stepResult(runId, key) {
      const record = (await state(runId)).steps[key]
      if (record?.status !== 'completed') return undefined
      if (!record.artifact) return record.result
      return JSON.parse(Buffer.from(await artifacts.get(runId, record.artifact)).toString('utf8')) as unknown
    },
    async reindex(runId) {
      try {
        const folded = await state(runId)
        index.put(summarize(workflowOf(folded.kind), folded))
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

function describeIssue(issue: { path: PropertyKey[]; message: string }, input: unknown): InputError {
  const field = issue.path.map(String).join('.') || 'input'
  let received: unknown = input
  for (const key of issue.path) received = (received as Record<PropertyKey, unknown> | undefined)?.[key]
  return new InputError(field, `${field} ${quote(received)}: ${issue.message}`)
}
