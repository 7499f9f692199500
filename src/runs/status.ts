/**
 * The states of a run and the only function that moves between them.
 *
 *     pending ──▶ in_progress ◀──▶ paused
 *        │             │             │
 *        └─────────────┴──────┬──────┘
 *                             ▼
 *               completed · error · canceled
 *
 * `pending` may also go straight to `canceled` or `error`; the three at the bottom are final.
 */
import type { NodeStatus } from './event.ts'

export const RUN_STATUSES = ['pending', 'in_progress', 'paused', 'completed', 'error', 'canceled'] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

/** What people read for the status of a run or of a row of its tree, on every page and in the terminal. */
export const STATUS_WORDS: Record<RunStatus | NodeStatus, string> = {
  pending: 'queued',
  in_progress: 'running',
  paused: 'paused',
  completed: 'completed',
  error: 'failed',
  canceled: 'canceled',
  skipped: 'skipped',
}

/** What moves a run: the types of the events that change its status. */
export type StatusEventType =
  | 'run_created'
  | 'run_started'
  | 'run_resumed'
  | 'run_paused'
  | 'run_completed'
  | 'run_failed'
  | 'run_canceled'

const NEXT: Record<StatusEventType, { from: readonly (RunStatus | null)[]; to: RunStatus }> = {
  run_created: { from: [null], to: 'pending' },
  run_started: { from: ['pending'], to: 'in_progress' },
  run_resumed: { from: ['in_progress', 'paused'], to: 'in_progress' },
  run_paused: { from: ['pending', 'in_progress'], to: 'paused' },
  run_completed: { from: ['in_progress'], to: 'completed' },
  run_failed: { from: ['pending', 'in_progress', 'paused'], to: 'error' },
  run_canceled: { from: ['pending', 'in_progress', 'paused'], to: 'canceled' },
}

/** The status after `event`, or `null` where the event is not allowed from `from`. */
export function transition(from: RunStatus | null, event: StatusEventType): RunStatus | null {
  const rule = NEXT[event]
  return rule.from.includes(from) ? rule.to : null
}

export function isTerminal(status: RunStatus): boolean {
  return status === 'completed' || status === 'error' || status === 'canceled'
}

/** Those of runs that have not ended. */
export const OPEN_STATUSES: readonly RunStatus[] = RUN_STATUSES.filter((status) => !isTerminal(status))

export function isStatusEvent(type: string): type is StatusEventType {
  return type in NEXT
}
