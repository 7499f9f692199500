/**
 * A desk whose runs do what the test says: each event is stored, folded and published at once, as the real one does
 * it after a write to disk. Remembers what was launched and what was asked of it.
 */
import { ConflictError, InputError, LimitError, NotFoundError } from '../../src/core/errors.ts'
import { createBatchId } from '../../src/core/ids.ts'
import { mergeBudget } from '../../src/runs/budget-bound.ts'
import type { LaunchRequest, RunDesk } from '../../src/runs/desk.ts'
import type { EventBody, RunEvent, RunKind } from '../../src/runs/event.ts'
import { foldEvent } from '../../src/runs/fold.ts'
import type { RunIdentity } from '../../src/runs/identity.ts'
import type { Hub } from '../../src/runs/hub.ts'
import { createHub } from '../../src/runs/hub.ts'
import { createLogBook } from '../../src/runs/log-book.ts'
import { createRunTally } from '../../src/runs/run-metrics.ts'
import type { PrunePreview, PruneReport } from '../../src/runs/prune-report.ts'
import type { RunState } from '../../src/runs/state.ts'
import { isTerminal } from '../../src/runs/status.ts'
import { summarize } from '../../src/runs/summarize.ts'
import type { Summary } from '../../src/runs/summary.ts'
import type { PlanNode, Workflow } from '../../src/runs/workflow.ts'
import { listPlainly } from './plain-list.ts'
import { createScriptedWorkflow, type ScriptedInput, type ScriptedOptions } from './scripted-workflow.ts'

const START_MS = Date.parse('2026-11-20T10:00:00Z')

export interface AddedRun {
  ticker?: string
  kind?: RunKind
  batchId?: string
  started?: boolean
  /** What else it is launched with. */
  identity?: Partial<Pick<RunIdentity, 'budget' | 'reuse' | 'input'>>
}

export interface ScriptedDesk extends RunDesk {
  readonly feed: Hub
  ready: boolean
  /** A run that was created and started. */
  add(options?: AddedRun): string
  emit(runId: string, body: EventBody): RunEvent
  log(runId: string, message: string, key?: string | null): void
  complete(runId: string): void
  readonly launches: (readonly LaunchRequest[])[]
  readonly asked: string[]
  /** What pruning would do now. */
  due: Partial<PrunePreview>
  lastPrune: PruneReport | null
  /** Runs that are being looked at, once for each who does. */
  readonly watched: readonly string[]
  /** The next launch is refused for want of room. */
  full: boolean
  /** Called while events are read from the journal, before each is handed out. */
  onRead: (event: RunEvent) => void | Promise<void>
}

export interface ScriptedDeskOptions {
  logLines?: number
  plan?: PlanNode[]
  phases?: Record<string, string>
  /** How its runs fold what their kind says; by default not at all. */
  data?: { initial: unknown; fold: Workflow<ScriptedInput, unknown>['fold'] }
  /** Kinds of run besides the assessment. */
  kinds?: Partial<Record<RunKind, Omit<ScriptedOptions<unknown>, 'execute' | 'kind'>>>
}

export function createScriptedDesk(options: ScriptedDeskOptions = {}): ScriptedDesk {
  const workflow = createScriptedWorkflow<unknown>({
    plan: options.plan,
    phases: options.phases,
    ...options.data,
    execute: async () => null,
  })
  const others = Object.entries(options.kinds ?? {}) as [RunKind, Omit<ScriptedOptions<unknown>, 'execute'>][]
  const workflows = new Map<RunKind, typeof workflow>([
    ['assessment', workflow],
    ...others.map(
      ([kind, facts]) =>
        [kind, createScriptedWorkflow<unknown>({ ...facts, kind, execute: async () => null })] as const,
    ),
  ])
  const foldOptions = { logLines: options.logLines ?? 250 }
  const feed = createHub((error) => {
    throw error
  })
  const states = new Map<string, RunState>()
  const journals = new Map<string, RunEvent[]>()
  const watched: string[] = []
  let count = 0
  let ticks = 0

  const stateOf = (runId: string): RunState => {
    const state = states.get(runId)
    if (!state) throw new NotFoundError(`there is no run "${runId}"`)
    return state
  }
  const workflowOf = (kind: RunKind) => workflows.get(kind) ?? workflow
  const summary = (runId: string): Summary => summarize(workflowOf(stateOf(runId).kind), stateOf(runId))
  const newestFirst = (): Summary[] => [...states.keys()].reverse().map(summary)

  function emit(runId: string, body: EventBody): RunEvent {
    const before = states.get(runId) ?? null
    const at = new Date(START_MS + ++ticks).toISOString()
    const event = { seq: (before?.seq ?? 0) + 1, at, ...body } as RunEvent
    const kind = before?.kind ?? (body as { kind?: RunKind }).kind ?? 'assessment'
    const state = foldEvent(workflowOf(kind), before, event, foldOptions)
    journals.set(runId, [...(journals.get(runId) ?? []), event])
    states.set(runId, state)
    feed.publish(event, state, before?.log.last_seq ?? 0)
    return event
  }

  function add({
    ticker = 'AAPL',
    kind = 'assessment',
    batchId = createBatchId(START_MS),
    started = true,
    identity = {},
  }: AddedRun = {}): string {
    const runId = `${ticker}--2026-11-20_10.00.00--${(++count).toString(16).padStart(6, '0')}`
    const created_at = new Date(START_MS).toISOString()
    const named = {
      run_id: runId,
      batch_id: batchId,
      kind,
      ticker,
      as_of: '2012-06-29',
    }
    const facts = { ...named, input: { ticker }, ...identity }
    emit(runId, { type: 'run_created', ...facts, parent: null, created_at })
    if (started) emit(runId, { type: 'run_started' })
    return runId
  }

  const logBook = createLogBook({
    state: (runId) => desk.state(runId),
    events: (runId) => desk.events(runId),
    feed,
    clock: { now: () => START_MS },
  })

  const desk: ScriptedDesk = {
    readLog: logBook.read,
    streamLog: logBook.stream,
    watch(runId) {
      watched.push(runId)
      return () => void watched.splice(watched.indexOf(runId), 1)
    },
    watched,
    async previewPrune() {
      return {
        at: new Date(START_MS).toISOString(),
        settings: { max_per_ticker: 20, max_age_days: 7, pack_after_hours: 24, interval_seconds: 300 },
        ...{ due: [], kept: [], to_pack: [], freed_bytes: 0, pack_bytes: 0 },
        ...desk.due,
      }
    },
    async prune() {
      desk.asked.push('prune')
      const { due, kept, to_pack, freed_bytes, at } = await desk.previewPrune()
      const packed = to_pack.map((run) => ({ ...run, packed_bytes: 0 }))
      const saved_bytes = packed.reduce((sum, run) => sum + run.bytes, 0)
      desk.due = {}
      desk.lastPrune = { at, pruned: due, kept, packed, failed: [], freed_bytes, saved_bytes }
      return desk.lastPrune
    },
    due: {},
    lastPrune: null,
    feed,
    workflows,
    ready: true,
    launches: [],
    asked: [],
    full: false,
    onRead: () => undefined,
    add,
    emit,
    log(runId, message, key = null) {
      const line = { ts: START_MS, severity: 'INFO' as const, source: 'test', agent_id: null, message }
      emit(runId, { type: 'log_appended', key, entries: [line] })
    },
    complete: (runId) => void emit(runId, { type: 'run_completed', result: null }),
    async launch(requests) {
      if (desk.full) throw new LimitError('no room for more runs', 30)
      ;(desk.launches as (readonly LaunchRequest[])[]).push(requests)
      const batchId = createBatchId(START_MS)
      const ids = requests.map(({ input }) =>
        add({ ticker: (input as { ticker: string }).ticker, batchId, started: false }),
      )
      return { batch_id: batchId, runs: ids.map(summary) }
    },
    async cancel(runId) {
      desk.asked.push(`cancel ${runId}`)
      const { status } = stateOf(runId)
      if (status === 'completed' || status === 'error')
        throw new ConflictError(`run ${runId} is ${status} already`)
      if (!isTerminal(status)) emit(runId, { type: 'run_canceled', reason: 'asked' })
      return summary(runId)
    },
    async pause(runId) {
      desk.asked.push(`pause ${runId}`)
      if (stateOf(runId).status !== 'in_progress') throw new ConflictError(`run ${runId} is not running`)
      emit(runId, { type: 'run_paused', reason: 'asked' })
      return summary(runId)
    },
    async resume(runId) {
      desk.asked.push(`resume ${runId}`)
      if (stateOf(runId).status !== 'paused') throw new ConflictError(`run ${runId} is not paused`)
      emit(runId, { type: 'run_resumed', reason: 'asked' })
      return summary(runId)
    },
    async rerun(runId, fromStep) {
      desk.asked.push(`rerun ${runId}${fromStep === undefined ? '' : ` from ${fromStep}`}`)
      const old = stateOf(runId)
      if (!isTerminal(old.status)) throw new ConflictError(`run ${runId} is ${old.status}`)
      if (fromStep !== undefined && !old.steps[fromStep])
        throw new InputError('from_step', `from_step "${fromStep}" is no step of run ${runId}`)
      const reused = fromStep === undefined ? Object.keys(old.steps).length : 0
      const run_id = add({ ticker: old.ticker, started: false })
      return { run_id, reused_steps: reused, saved_usd: old.usage.cost_usd, saved_ms: reused * 1_000 }
    },
    async exportRun(runId) {
      if (!isTerminal(stateOf(runId).status)) throw new ConflictError(`run ${runId} has not ended`)
      const stream = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            controller.enqueue(Buffer.from(`the bundle of ${runId}`))
            controller.close()
          },
          cancel: () => void desk.asked.push(`give up ${runId}`),
        },
        { highWaterMark: 0 },
      )
      return { name: `${runId}.zip`, stream }
    },
    async checkExport(runId) {
      desk.asked.push(`check ${runId}`)
      if (!isTerminal(stateOf(runId).status)) throw new ConflictError(`run ${runId} has not ended`)
      return { name: `${runId}.zip` }
    },
    async importRun(bytes) {
      const text = await new Response(bytes).text()
      desk.asked.push(`import ${text}`)
      if (text.startsWith('no bundle')) throw new InputError('bundle', 'the bundle is refused: it is none')
      return summary(add({ ticker: 'MSFT' }))
    },
    async setBudget(runId, change) {
      desk.asked.push(`budget ${runId} ${JSON.stringify(change)}`)
      const { status, budget, paused_because } = stateOf(runId)
      const bound = mergeBudget(budget, change)
      if (isTerminal(status)) throw new ConflictError(`run ${runId} is ${status} already`)
      emit(runId, { type: 'budget_set', ...bound })
      if (paused_because?.startsWith('budget: ')) emit(runId, { type: 'run_resumed', reason: 'asked' })
      return summary(runId)
    },
    summary,
    // Runs of one moment are listed as they were added, the last one first.
    list: (filter) => listPlainly(newestFirst(), { limit: 100, ...filter }),
    latestDecisions: (tickers) =>
      newestFirst().filter(
        (run) => stateOf(run.run_id).decision && (tickers.length === 0 || tickers.includes(run.ticker)),
      ),
    metrics: () => createRunTally([...states.keys()].map(summary)).measure(),
    queue: () => ({ running: 0, waiting: 0, max_running: 5, max_waiting: 50 }),
    state: async (runId) => stateOf(runId),
    decision: async (runId) => stateOf(runId).decision as Record<string, unknown> | null,
    async *events(runId, after = 0) {
      stateOf(runId)
      for (const event of journals.get(runId)!) {
        if (event.seq <= after) continue
        await desk.onRead(event)
        yield event
      }
    },
    stepResult: async () => undefined,
    folder: async (runId) => runId.split('--').slice(0, 2).join('/'),
  }
  return desk
}
