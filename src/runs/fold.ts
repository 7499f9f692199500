/**
 * A run's state from its events. Pure: the same events give the same state, in the process that wrote them, in the one
 * that resumes after a crash and in a reader years later.
 */
import { hashOf } from '../core/json.ts'
import { createTurns } from '../core/turns.ts'
import { NO_BOUND } from './budget-bound.ts'
import type { EngineEvent, RunEvent, UsageDelta } from './event.ts'
import { isEngineEvent } from './event.ts'
import { findOuter } from './journaled-steps.ts'
import { appendToLog, EMPTY_LOG, takeBackFromLog } from './log-ring.ts'
import { countPhaseTime } from './phase-time.ts'
import { beginHistory } from './run-history.ts'
import { endWaits, noteStatus, noteWaited, noteWaiting, noteWork } from './note-history.ts'
import type { NodeContent, RunState, StepRecord } from './state.ts'
import { isStatusEvent, isTerminal, transition } from './status.ts'
import type { Tree } from './tree.ts'
import {
  addNode,
  closeOpenNodes,
  suspendOpenNodes,
  countStep,
  createNode,
  moveNode,
  plantTree,
  treeFraction,
  workingLabels,
} from './tree.ts'
import { addUsage, NO_USAGE } from './usage.ts'
import type { Workflow } from './workflow.ts'

const EVENTS_BETWEEN_TURNS = 64

export interface FoldOptions {
  /** How many log entries the state keeps. */
  logLines: number
}

/** The state after all of `events`. Takes time in proportion to their number: tables that only grow are not copied. */
export function foldAll(
  workflow: Workflow,
  events: readonly RunEvent[],
  options: FoldOptions,
): RunState | null {
  let state: RunState | null = null
  for (const event of events) state = fold(workflow, state, event, { ...options, isOwned: true })
  return state
}

/** The same without holding up whoever else waits for the thread, for journals of any length. */
export async function foldInTurns(
  workflow: Workflow,
  events: readonly RunEvent[],
  options: FoldOptions,
): Promise<RunState | null> {
  const turn = createTurns()
  let state: RunState | null = null
  for (const [index, event] of events.entries()) {
    state = fold(workflow, state, event, { ...options, isOwned: true })
    if (index % EVENTS_BETWEEN_TURNS === EVENTS_BETWEEN_TURNS - 1) await turn()
  }
  return state
}

/** As `foldEvent`, for whoever alone holds `state`: its tables are written to, not copied. */
export function foldOwned(
  workflow: Workflow,
  state: RunState | null,
  event: RunEvent,
  options: FoldOptions,
): RunState {
  return fold(workflow, state, event, { ...options, isOwned: true })
}

/** The state after `event`. The first event of a segment is `run_created` or `checkpoint`; others need a state. */
export function foldEvent(
  workflow: Workflow,
  state: RunState | null,
  event: RunEvent,
  options: FoldOptions,
): RunState {
  return fold(workflow, state, event, { ...options, isOwned: false })
}

interface InnerOptions extends FoldOptions {
  /** Nobody has seen the state yet: its tables of steps and emissions may be written to. */
  isOwned: boolean
}

function fold(workflow: Workflow, state: RunState | null, event: RunEvent, options: InnerOptions): RunState {
  if (isEngineEvent(event) && event.type === 'run_created') return begin(workflow, event)
  if (isEngineEvent(event) && event.type === 'checkpoint') return resumeAt(state, event)
  if (!state) throw new Error(`event ${event.seq} (${event.type}) stands before the run was created`)
  const folded = isEngineEvent(event) ? foldEngine(state, event, options) : foldKind(state, event, options)
  const worked = folded.nodes === state.nodes ? folded : followTree(folded)
  return {
    ...worked,
    seq: event.seq,
    updated_at: event.at,
    last_event_at: event.at,
    phase_ms: countPhaseTime(state, event),
    data: workflow.fold(state.data, event),
  }
}

/** The hash by which a kind's own event is recognised on a replay. */
export function emissionHash(event: { type: string; [field: string]: unknown }): string {
  const { seq: _seq, at: _at, ...body } = event
  return hashOf(body)
}

/** Milliseconds worked up to `now`: without waiting, pauses and the time the server was down. */
export function executionMs(state: RunState, now: number): number {
  return (
    state.active_ms + (state.active_since === null ? 0 : Math.max(0, now - Date.parse(state.active_since)))
  )
}

function begin(workflow: Workflow, event: EngineEvent & { type: 'run_created' }): RunState {
  const tree = plantTree(workflow.plan(event.input))
  const data: unknown = workflow.initial(event.input)
  return {
    run_id: event.run_id,
    batch_id: event.batch_id,
    kind: event.kind,
    ticker: event.ticker,
    as_of: event.as_of,
    input: event.input,
    parent: event.parent,
    status: 'pending',
    seq: event.seq,
    created_at: event.created_at,
    started_at: null,
    updated_at: event.at,
    last_event_at: event.at,
    ended_at: null,
    active_ms: 0,
    active_since: null,
    phase_ms: {},
    progress: { fraction: treeFraction(tree), message: null, reported: 0 },
    nodes: tree.nodes,
    node_order: tree.order,
    steps: {},
    content: {},
    log: EMPTY_LOG,
    usage: NO_USAGE,
    usage_by_node: {},
    reserved: {},
    history: beginHistory(event.created_at),
    budget: event.budget ?? NO_BOUND,
    paused_because: null,
    reuse: event.reuse ?? null,
    decision: null,
    output: null,
    error: null,
    emitted: {},
    data,
    data_at_checkpoint: data,
  }
}

/**
 * A checkpoint event holds the whole state. Steps and emissions before it are forgotten: a restarted workflow begins
 * with the data of the checkpoint and does not ask for them again.
 */
function resumeAt(state: RunState | null, event: EngineEvent & { type: 'checkpoint' }): RunState {
  const held = state ?? (event.state as RunState)
  return {
    // What a checkpoint of an older journal does not have.
    ...{ usage_by_node: {}, reserved: {}, budget: NO_BOUND, paused_because: null, reuse: null },
    ...{ phase_ms: {}, history: beginHistory(held.created_at, held.started_at) },
    ...held,
    seq: event.seq,
    updated_at: event.at,
    last_event_at: event.at,
    steps: {},
    emitted: {},
    data_at_checkpoint: held.data,
  }
}

function foldKind(state: RunState, event: RunEvent, { isOwned }: InnerOptions): RunState {
  const hash = emissionHash(event as { type: string })
  const emitted = isOwned ? state.emitted : { ...state.emitted }
  emitted[hash] = (emitted[hash] ?? 0) + 1
  return { ...state, emitted }
}

function foldEngine(state: RunState, event: EngineEvent, options: InnerOptions): RunState {
  if (isStatusEvent(event.type)) return foldStatus(state, event)
  switch (event.type) {
    case 'run_progress':
      return {
        ...state,
        progress: {
          fraction: Math.max(state.progress.fraction ?? 0, event.fraction),
          message: event.message,
          reported: state.progress.reported + 1,
        },
      }
    case 'step_started':
      return foldStepStarted(state, event, options)
    case 'step_completed': {
      const stored = 'artifact' in event ? { artifact: event.artifact } : { result: event.result }
      const reused_from = event.reused_from ?? null
      const ended = endStep(state, event, { status: 'completed', reused_from, ...stored }, options)
      const nodeId = ended.steps[event.key]?.node_id
      if (!nodeId) return ended
      return withTree(ended, countStep(noteResultSize(treeOf(ended), nodeId, event), nodeId, event.at))
    }
    case 'step_failed': {
      const ended = endStep(state, event, { status: 'failed', error: event.error }, options)
      const nodeId = ended.steps[event.key]?.node_id
      return nodeId ? withTree(ended, moveNode(treeOf(ended), nodeId, 'error', event.at, event.error)) : ended
    }
    case 'step_skipped': {
      const record = newStep(event.key, event.node_id, '', 1, event.at)
      const skipped = withStep(state, { ...record, status: 'skipped', ended_at: event.at }, options)
      return event.node_id
        ? withTree(skipped, moveNode(treeOf(skipped), event.node_id, 'skipped', event.at, event.reason))
        : skipped
    }
    case 'node_updated':
      return foldNode(state, event)
    case 'content_appended':
    case 'content_replaced':
      return foldContent(state, event)
    case 'log_appended':
      return { ...state, log: appendToLog(state.log, event.key, event.entries, options.logLines) }
    case 'step_waiting':
      return { ...state, history: noteWaiting(state.history, event) }
    case 'step_waited':
      return { ...state, history: noteWaited(state.history, event) }
    case 'usage_reserved': {
      const { calls, input_tokens, output_tokens, cost_usd } = event
      const most = { calls, input_tokens, output_tokens, cost_usd }
      const hold = { key: event.key, node_id: event.node_id, most }
      return { ...state, reserved: { ...state.reserved, [event.seq]: hold } }
    }
    case 'usage_recorded': {
      const { [event.reserved_by ?? 0]: _settled, ...reserved } = state.reserved
      return withUsage({ ...state, reserved }, event.node_id, event)
    }
    case 'budget_set':
      return { ...state, budget: { usd: event.usd, tokens: event.tokens } }
    case 'decision_ready':
      return { ...state, decision: event.decision }
    default:
      throw new Error(`event ${event.seq}: ${event.type} cannot be folded here`)
  }
}

function foldStatus(state: RunState, event: EngineEvent): RunState {
  const status = isStatusEvent(event.type) ? transition(state.status, event.type) : null
  if (!status)
    throw new Error(`event ${event.seq}: ${event.type} is not allowed for a run that is ${state.status}`)
  const paused_because = event.type === 'run_paused' ? event.reason : null
  const history = noteStatus(state, event)
  const next: RunState = { ...spendReserved(state), status, paused_because, history }
  if (isTerminal(status) || status === 'paused') {
    next.active_ms = executionMs(state, Date.parse(event.at))
    next.active_since = null
  }
  if (isTerminal(status)) next.ended_at = event.at
  const tree = treeOf(state)
  switch (event.type) {
    case 'run_started':
      return { ...next, started_at: event.at, active_since: event.at }
    case 'run_resumed':
      // What was worked before a crash counts up to the last event; the clock runs again from the next step.
      next.active_ms = executionMs(state, Date.parse(state.last_event_at))
      next.active_since = null
      next.started_at ??= event.at
      return withTree(next, suspendOpenNodes(tree, event.at))
    case 'run_paused':
      return withTree(next, suspendOpenNodes(tree, event.at))
    case 'run_completed': {
      next.output = 'artifact' in event ? { artifact: event.artifact } : { result: event.result }
      return withTree(
        next,
        closeOpenNodes(tree, event.at, {
          ...{ working: 'completed', cutOff: 'skipped', waiting: 'skipped', reason: 'not needed' },
        }),
      )
    }
    case 'run_failed': {
      next.error = event.error
      const reason = 'the run failed before this was done'
      return withTree(
        next,
        closeOpenNodes(tree, event.at, {
          working: 'canceled',
          cutOff: 'canceled',
          waiting: 'skipped',
          reason,
        }),
      )
    }
    case 'run_canceled': {
      const reason = 'the run was canceled before this was done'
      return withTree(
        next,
        closeOpenNodes(tree, event.at, {
          working: 'canceled',
          cutOff: 'canceled',
          waiting: 'skipped',
          reason,
        }),
      )
    }
    default:
      return next
  }
}

function foldStepStarted(
  state: RunState,
  event: EngineEvent & { type: 'step_started' },
  options: InnerOptions,
): RunState {
  const record = newStep(
    event.key,
    event.node_id,
    event.input_hash,
    event.attempt,
    event.at,
    event.within === undefined
      ? findOuter(event.key, (key) => Object.hasOwn(state.steps, key))
      : event.within,
    event.child_run_id,
  )
  let next: RunState = {
    ...withStep(state, record, options),
    active_since: state.active_since ?? event.at,
    history: noteWork(state.history, event.at),
  }
  if (event.attempt > 1) next = takeBack(next, event.key)
  return event.node_id ? withTree(next, moveNode(treeOf(next), event.node_id, 'in_progress', event.at)) : next
}

/** A repeated attempt replaces the log lines and the text of the one before it. */
function takeBack(state: RunState, key: string): RunState {
  const content: Record<string, NodeContent> = {}
  for (const [nodeId, written] of Object.entries(state.content)) {
    const parts = written.parts.filter((part) => part.key !== key)
    content[nodeId] = parts.length === written.parts.length ? written : joinParts(parts)
  }
  return {
    ...state,
    content,
    log: takeBackFromLog(state.log, key),
  }
}

function foldNode(state: RunState, event: EngineEvent & { type: 'node_updated' }): RunState {
  let tree = treeOf(state)
  const known = tree.nodes[event.node_id]
  if (!known) {
    const facts = { label: event.label ?? event.node_id, node_type: event.node_type ?? 'tool' }
    tree = addNode(tree, createNode(event.node_id, event.parent_id ?? null, facts))
  }
  const node = tree.nodes[event.node_id]
  if (!node) return state
  const detailed = {
    ...node,
    label: event.label ?? node.label,
    detail: event.detail ? { ...node.detail, ...event.detail } : node.detail,
  }
  tree = { nodes: { ...tree.nodes, [node.id]: detailed }, order: tree.order }
  if (event.status) tree = moveNode(tree, node.id, event.status, event.at, event.reason ?? null)
  return withTree(state, tree)
}

function foldContent(
  state: RunState,
  event: EngineEvent & { type: 'content_appended' | 'content_replaced' },
): RunState {
  const before = event.type === 'content_replaced' ? [] : (state.content[event.node_id]?.parts ?? [])
  const last = before.at(-1)
  const parts =
    last?.key === event.key
      ? [...before.slice(0, -1), { key: event.key, text: last.text + event.text }]
      : [...before, { key: event.key, text: event.text }]
  return { ...state, content: { ...state.content, [event.node_id]: joinParts(parts) } }
}

/** How much a tool brought back, as JSON. Of other nodes, which have many steps, it would say nothing. */
function noteResultSize(tree: Tree, nodeId: string, event: EngineEvent & { type: 'step_completed' }): Tree {
  const node = tree.nodes[nodeId]
  if (node?.node_type !== 'tool') return tree
  const bytes =
    'artifact' in event ? event.artifact.bytes : Buffer.byteLength(JSON.stringify(event.result ?? null))
  const sized = { ...node, detail: { ...node.detail, result_bytes: bytes } }
  return { nodes: { ...tree.nodes, [nodeId]: sized }, order: tree.order }
}

function joinParts(parts: NodeContent['parts']): NodeContent {
  return { text: parts.map((part) => part.text).join(''), parts }
}

function withUsage(state: RunState, nodeId: string | null, delta: UsageDelta): RunState {
  const usage = addUsage(state.usage, delta)
  if (nodeId === null) return { ...state, usage }
  const ofNode = addUsage(state.usage_by_node[nodeId] ?? NO_USAGE, delta)
  return { ...state, usage, usage_by_node: { ...state.usage_by_node, [nodeId]: ofNode } }
}

/** Nothing will be told any more of the calls of a step, or where none is named of any: they count with their most. */
function spendReserved(state: RunState, key?: string): RunState {
  let next = state
  for (const [seq, hold] of Object.entries(state.reserved)) {
    if (key !== undefined && hold.key !== key) continue
    const { [seq]: _spent, ...reserved } = next.reserved
    next = withUsage({ ...next, reserved }, hold.node_id, hold.most)
  }
  return next
}

function newStep(
  key: string,
  nodeId: string | null,
  inputHash: string,
  attempt: number,
  at: string,
  within: string | null = null,
  childRunId: string | null = null,
): StepRecord {
  return {
    key,
    input_hash: inputHash,
    attempt,
    status: 'started',
    node_id: nodeId,
    within,
    started_at: at,
    ended_at: null,
    child_run_id: childRunId,
    reused_from: null,
    error: null,
  }
}

function endStep(
  state: RunState,
  event: EngineEvent & { key: string },
  outcome: Partial<StepRecord> & Pick<StepRecord, 'status'>,
  options: InnerOptions,
): RunState {
  const record = state.steps[event.key]
  if (!record) throw new Error(`event ${event.seq}: step ${event.key} ended without having started`)
  const history = endWaits(state.history, event.key, event.at)
  const spent = { ...spendReserved(state, event.key), history }
  return withStep(spent, { ...record, ...outcome, ended_at: event.at }, options)
}

function withStep(state: RunState, record: StepRecord, { isOwned }: InnerOptions): RunState {
  const steps = isOwned ? state.steps : { ...state.steps }
  steps[record.key] = record
  return { ...state, steps }
}

function treeOf(state: RunState): Tree {
  return { nodes: state.nodes, order: state.node_order }
}

function withTree(state: RunState, tree: Tree): RunState {
  return { ...state, nodes: tree.nodes, node_order: tree.order }
}

/** Where a kind reports no progress of its own, the tree is the measure. Never goes back; keeps where the run stopped. */
function followTree(state: RunState): RunState {
  if (state.progress.reported > 0 || isTerminal(state.status)) return state
  const tree = treeOf(state)
  const fraction = treeFraction(tree)
  if (fraction === null) return state
  const { agents } = workingLabels(tree)
  const message = agents.length > 0 ? agents.join(', ') : null
  return {
    ...state,
    progress: { ...state.progress, fraction: Math.max(state.progress.fraction ?? 0, fraction), message },
  }
}
