/**
 * What the hub tells its listeners after an event is committed, and which aspects of a run an event touches, so that
 * a page renders only what changed.
 */
import type { RunEvent } from './event.ts'
import { isEngineEvent } from './event.ts'
import type { RunState } from './state.ts'

export type Aspect = 'status' | 'tree' | 'content' | 'log' | 'decision' | 'usage' | 'waits' | 'data'

export interface Change {
  /** One number for the whole process, one more for each committed event. */
  revision: number
  event: RunEvent
  state: RunState
  aspects: readonly Aspect[]
}

export function aspectsOf(event: RunEvent): readonly Aspect[] {
  if (!isEngineEvent(event)) return ['data']
  switch (event.type) {
    case 'run_created':
    case 'run_started':
    case 'run_resumed':
    case 'run_paused':
    case 'run_completed':
    case 'run_failed':
    case 'run_canceled':
      return ['status', 'tree']
    case 'run_progress':
      return ['status']
    case 'step_started':
      // A repeated attempt takes back what the one before it wrote.
      return event.attempt > 1 ? ['status', 'tree', 'content', 'log'] : ['status', 'tree']
    case 'step_completed':
    case 'step_failed':
    case 'step_skipped':
      return ['status', 'tree']
    case 'node_updated':
      return ['tree']
    case 'content_appended':
    case 'content_replaced':
      return ['content']
    case 'log_appended':
      return ['log']
    case 'step_waiting':
    case 'step_waited':
      return ['waits']
    case 'usage_reserved':
      return []
    case 'usage_recorded':
    case 'budget_set':
      return ['usage']
    case 'decision_ready':
      return ['decision', 'status']
    case 'checkpoint':
      return []
  }
}

/** The live side of the runs: subscribe to changes, ask what changed since. Implemented by `hub.ts`. */
export interface ChangeFeed {
  /** Names this process: revisions of another boot mean nothing here. */
  readonly boot: string
  readonly revision: number
  /** Called after each committed event, in order. Must not throw. Returns the way to stop. */
  subscribe(listener: (change: Change) => void): () => void
  /** The revision of the last change to one aspect of a run; 0 if it has not changed since this process started. */
  revisionOf(runId: string, aspect: Aspect): number
  /** The revision of the last change to the status or progress of any run. */
  readonly listRevision: number
  /** The revision at which a log entry of an active run was committed; null when no longer known. */
  logSeqAt(runId: string, revision: number): number | null
}
