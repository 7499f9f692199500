/**
 * The events of a run's journal. A run's state is the fold of them and nothing else.
 *
 * Engine events are the types below; a kind may add its own types (`desk_event`, `fold_completed`, …), which the
 * engine numbers, stores and publishes without looking inside.
 */
import type { WaitKind } from '../core/wait-watch.ts'
import type { ArtifactRef, RunBudget, RunIdentity } from './identity.ts'

export type { RunKind } from './identity.ts'
export { RUN_KINDS } from './identity.ts'

export const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const
export type Severity = (typeof SEVERITIES)[number]

export const NODE_TYPES = ['phase', 'agent', 'report', 'messages', 'tool'] as const
export type NodeType = (typeof NODE_TYPES)[number]

export const NODE_STATUSES = ['pending', 'in_progress', 'completed', 'error', 'skipped', 'canceled'] as const
export type NodeStatus = (typeof NODE_STATUSES)[number]

/** One line of the log as a step writes it; its number is given by the fold. `ts` is milliseconds since the epoch. */
export interface LogLine {
  ts: number
  severity: Severity
  source: string
  agent_id: string | null
  message: string
}

export interface UsageDelta {
  calls: number
  input_tokens: number
  output_tokens: number
  /** Null where the price of a model is unknown. */
  cost_usd: number | null
}

/** A result small enough to stand in the journal, or a reference to the artifact that holds it. */
export type StoredValue = { result: unknown } | { artifact: ArtifactRef }

interface WaitFacts {
  key: string
  node_id: string | null
  wait: number
  for: WaitKind
  tier: string
  /** ISO 8601 UTC. */
  since: string
}

/** How a step that was not run here came to its end, and what running it had taken there. */
export interface TakenOver {
  reused_from: string
  /** Null where a price was unknown. */
  saved_usd: number | null
  saved_ms: number
}

export type EngineEventBody =
  | ({ type: 'run_created' } & RunIdentity)
  | { type: 'run_started' }
  | { type: 'run_resumed'; reason: string }
  | { type: 'run_paused'; reason: string }
  | { type: 'run_progress'; fraction: number; message: string | null }
  | {
      type: 'step_started'
      key: string
      input_hash: string
      attempt: number
      node_id: string | null
      child_run_id?: string
      /** The step in whose body it was begun; null for none. Absent in older journals. */
      within?: string | null
    }
  | ({ type: 'step_completed'; key: string } & Partial<TakenOver> & StoredValue)
  | { type: 'step_failed'; key: string; error: string }
  | { type: 'step_skipped'; key: string; reason: string; node_id: string | null }
  | {
      type: 'node_updated'
      node_id: string
      /** Given when the node is new: where it hangs and what it is. */
      parent_id?: string | null
      label?: string
      node_type?: NodeType
      status?: NodeStatus
      reason?: string | null
      detail?: Record<string, unknown>
    }
  | { type: 'content_appended'; key: string; node_id: string; text: string }
  | { type: 'content_replaced'; key: string; node_id: string; text: string }
  | { type: 'log_appended'; key: string | null; entries: LogLine[] }
  /** A wait that has lasted a moment and goes on; `wait` numbers those of one attempt. */
  | ({ type: 'step_waiting'; until: string | null; why: string | null } & WaitFacts)
  /** A wait that is over, whether it was told of before or not. */
  | ({ type: 'step_waited'; ms: number } & WaitFacts)
  /**
   * Before a paid call is sent: the most it is expected to use. Unless its use is recorded, it counts with that when its
   * step ends or the run stops.
   */
  | ({ type: 'usage_reserved'; key: string; node_id: string | null } & UsageDelta)
  /** `reserved_by`: the number of the event that reserved for it; absent for none. */
  | ({ type: 'usage_recorded'; key: string; node_id: string | null; reserved_by?: number } & UsageDelta)
  | ({ type: 'budget_set' } & RunBudget)
  | { type: 'decision_ready'; decision: unknown }
  | { type: 'checkpoint'; state: unknown }
  | ({ type: 'run_completed' } & StoredValue)
  | { type: 'run_failed'; error: string }
  | { type: 'run_canceled'; reason: string }

export type EngineEventType = EngineEventBody['type']

/** A kind's own event, as a workflow emits it. */
export interface KindEventBody {
  type: string
  [field: string]: unknown
}

export type EventBody = EngineEventBody | KindEventBody

interface Numbered {
  /** From 1, without a gap. */
  seq: number
  /** ISO 8601 UTC. */
  at: string
}

export type EngineEvent = Numbered & EngineEventBody
export type KindEvent = Numbered & KindEventBody
export type RunEvent = EngineEvent | KindEvent

const ENGINE_TYPES: Record<EngineEventType, true> = {
  run_created: true,
  run_started: true,
  run_resumed: true,
  run_paused: true,
  run_progress: true,
  step_started: true,
  step_completed: true,
  step_failed: true,
  step_skipped: true,
  node_updated: true,
  content_appended: true,
  content_replaced: true,
  log_appended: true,
  step_waiting: true,
  step_waited: true,
  usage_reserved: true,
  usage_recorded: true,
  budget_set: true,
  decision_ready: true,
  checkpoint: true,
  run_completed: true,
  run_failed: true,
  run_canceled: true,
}

export function isEngineEvent(event: RunEvent): event is EngineEvent {
  return event.type in ENGINE_TYPES
}

export function isEngineType(type: string): type is EngineEventType {
  return type in ENGINE_TYPES
}

/**
 * Types whose loss would lose work: synced to the disk before anyone sees them. Logs, waits and streamed text need not
 * wait, nor does a reservation: once written it outlives the process, if not a power cut.
 */
export function isDurable(type: string): boolean {
  switch (type) {
    case 'run_progress':
    case 'step_started':
    case 'node_updated':
    case 'content_appended':
    case 'content_replaced':
    case 'log_appended':
    case 'step_waiting':
    case 'step_waited':
    case 'usage_reserved':
      return false
    default:
      return true
  }
}
