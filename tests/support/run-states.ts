/** Folded states as the results writer is given them, made without an engine. */
import type { RunEvent } from '../../src/runs/event.ts'
import { EMPTY_LOG } from '../../src/runs/log-ring.ts'
import { beginHistory } from '../../src/runs/run-history.ts'
import type { RunState, TreeNode } from '../../src/runs/state.ts'
import { eventOf, identityOf, runIdOf, START_MS } from './run-facts.ts'

export function stateOf(facts: Partial<RunState> = {}): RunState {
  const at = new Date(START_MS).toISOString()
  return {
    ...identityOf(facts.run_id ?? runIdOf()),
    status: 'in_progress',
    seq: 1,
    started_at: at,
    updated_at: at,
    last_event_at: at,
    ended_at: null,
    active_ms: 0,
    active_since: null,
    progress: { fraction: null, message: null, reported: 0 },
    nodes: {},
    node_order: [],
    steps: {},
    content: {},
    log: EMPTY_LOG,
    usage: { calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    usage_by_node: {},
    reserved: {},
    history: beginHistory(at, at),
    budget: { usd: null, tokens: null },
    paused_because: null,
    reuse: null,
    decision: null,
    output: null,
    error: null,
    emitted: {},
    data: null,
    data_at_checkpoint: null,
    ...facts,
  } as RunState
}

/** The part of a state that says what a report node has written. */
export function reportsOf(texts: Record<string, string>): Pick<RunState, 'nodes' | 'node_order' | 'content'> {
  const ids = Object.keys(texts)
  const node = (id: string) =>
    ({ id, label: id, node_type: id.endsWith('_report') ? 'report' : 'messages' }) as TreeNode
  return {
    nodes: Object.fromEntries(ids.map((id) => [id, node(id)])),
    node_order: ids,
    content: Object.fromEntries(
      ids.map((id) => [id, { text: texts[id]!, parts: [{ key: id, text: texts[id]! }] }]),
    ),
  }
}

/** One log line of a step; in the name of an agent where one is given. */
export function logOf(
  seq: number,
  key: string | null,
  message: string,
  agent: string | null = null,
): RunEvent {
  const source = agent ?? 'engine'
  const entry = { ts: START_MS + seq, severity: 'INFO', source, agent_id: agent, message }
  return eventOf(seq, { type: 'log_appended', key, entries: [entry] })
}

export function stepStarted(seq: number, key: string, attempt = 1): RunEvent {
  return eventOf(seq, { type: 'step_started', key, input_hash: '', attempt, node_id: null })
}
