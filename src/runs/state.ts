/** The folded state of a run: everything anyone can see of it. Built by `fold.ts`, read by everyone. */
import type { Json } from '../core/json.ts'
import type { LogLine, NodeStatus, NodeType, RunKind, UsageDelta } from './event.ts'
import type { ArtifactRef, Reuse, RunBudget } from './identity.ts'
import type { RunHistory } from './run-history.ts'
import type { RunStatus } from './status.ts'

/** One row of the execution tree. `parent_id` null hangs it at the top. */
export interface TreeNode {
  id: string
  parent_id: string | null
  label: string
  node_type: NodeType
  status: NodeStatus
  started_at: string | null
  ended_at: string | null
  duration_ms: number | null
  /** Why it failed or was skipped. */
  reason: string | null
  detail: Record<string, unknown> | null
  /** Steps this node is planned to take and has taken; a node is complete when they are equal. */
  steps_planned: number
  steps_done: number
  /** Work on it was begun, if only to be cut off. Absent in checkpoints of older journals. */
  has_begun?: boolean
}

/** The tree as REST shows it. */
export interface NestedNode {
  id: string
  label: string
  node_type: NodeType
  status: NodeStatus
  started_at: string | null
  ended_at: string | null
  duration_ms: number | null
  reason: string | null
  children: NestedNode[]
}

export interface StepRecord {
  key: string
  input_hash: string
  attempt: number
  status: 'started' | 'completed' | 'failed' | 'skipped'
  node_id: string | null
  /** The step in whose body it was begun; null for none. */
  within: string | null
  started_at: string
  ended_at: string | null
  child_run_id: string | null
  /** The run whose result this is; null for a step that ran here. */
  reused_from: string | null
  /** Set when completed with a small result. */
  result?: unknown
  /** Set when completed with a large one. */
  artifact?: ArtifactRef
  error: string | null
}

export interface NodeContent {
  text: string
  /** Which step wrote which piece: a repeated attempt of a step begins its piece anew. */
  parts: { key: string; text: string }[]
}

export interface LogEntry extends LogLine {
  /** From 1, one more for each entry of the run. */
  seq: number
  iso: string
  key: string | null
}

export interface LogState {
  /** The newest entries, at most as many as the fold was told to keep. */
  readonly entries: LogEntry[]
  last_seq: number
  /** Raised when entries already shown were taken back because their step ran again. */
  epoch: number
  /** The newest entry that was let go for want of room; 0 while `entries` has all there are. */
  dropped_seq: number
  /** Who has said anything, in the order of their first words; only so many are remembered. */
  sources: readonly string[]
}

export interface RunState<Data = unknown> {
  run_id: string
  batch_id: string
  kind: RunKind
  ticker: string
  as_of: string | null
  input: Json
  parent: { run_id: string; key: string } | null
  status: RunStatus
  /** The last event folded. */
  seq: number
  created_at: string
  started_at: string | null
  updated_at: string
  last_event_at: string
  ended_at: string | null
  /** Milliseconds worked before `active_since`; see `executionMs`. */
  active_ms: number
  active_since: string | null
  /** Milliseconds worked so far in each phase that has begun, by node id; see `countPhaseTime`. */
  phase_ms: Record<string, number>
  progress: { fraction: number | null; message: string | null; reported: number }
  nodes: Record<string, TreeNode>
  /** Node ids in the order they are shown. */
  node_order: string[]
  steps: Record<string, StepRecord>
  /** What each node has written, by node id. */
  content: Record<string, NodeContent>
  log: LogState
  /** What was told of calls, and of those of which nothing was told the most they were expected to use. */
  usage: UsageDelta
  /** The same by node id. */
  usage_by_node: Record<string, UsageDelta>
  /** Calls under way, by the number of the event that reserved for them; not in `usage` yet. */
  reserved: Record<string, { key: string; node_id: string | null; most: UsageDelta }>
  /** What it went through as time passed. */
  history: RunHistory
  budget: RunBudget
  /** Why it is paused; null while it is not. */
  paused_because: string | null
  /** The run whose steps it took over; null for none. */
  reuse: Reuse | null
  decision: unknown
  output: { result: unknown } | { artifact: ArtifactRef } | null
  error: string | null
  /** How often a kind's own event with this hash was emitted since the last checkpoint: a replay does not repeat them. */
  emitted: Record<string, number>
  /** The kind's own folded state. */
  data: Data
  /** `data` as it was at the last checkpoint: where a restarted workflow begins. */
  data_at_checkpoint: Data
}
