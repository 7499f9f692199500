/** A run's summary from its state. */
import { executionMs } from './fold.ts'
import { measurePhases } from './phase-time.ts'
import type { RunState } from './state.ts'
import { isTerminal } from './status.ts'
import { WHOLE_FILES, type Summary } from './summary.ts'
import { workingLabels } from './tree.ts'
import { wholePercent } from './whole-percent.ts'
import type { Workflow } from './workflow.ts'

/** Below this much progress a rate says nothing about the rest. */
const ETA_FROM_FRACTION = 0.05

export function summarize(workflow: Workflow, state: RunState): Summary {
  const worked = executionMs(state, Date.parse(state.last_event_at))
  const { stage } = workingLabels({ nodes: state.nodes, order: state.node_order })
  return {
    run_id: state.run_id,
    batch_id: state.batch_id,
    kind: state.kind,
    ticker: state.ticker,
    as_of: state.as_of,
    status: state.status,
    overall_progress: overallProgress(state),
    progress_message: state.paused_because ?? (state.status === 'completed' ? null : state.progress.message),
    eta_seconds: etaSeconds(state, worked),
    current_stage: isTerminal(state.status) ? null : stage,
    created_at: state.created_at,
    started_at: state.started_at,
    updated_at: state.updated_at,
    last_event_at: state.last_event_at,
    ended_at: state.ended_at,
    execution_ms: worked,
    shape: null,
    stats: null,
    ...workflow.summary(state),
    error: state.error,
    usage: state.usage,
    phases: isTerminal(state.status) ? keepNamed(measurePhases(state), workflow) : {},
    files: WHOLE_FILES,
  }
}

/** A journal may tell of phases that no plan of its kind has: they are shown in its tree and counted nowhere. */
function keepNamed(phases: Summary['phases'], { phases: named }: Workflow): Summary['phases'] {
  return named
    ? Object.fromEntries(Object.entries(phases).filter(([id]) => Object.hasOwn(named, id)))
    : phases
}

/** 0–100; 100 only once completed. Null for a kind without a measure. */
function overallProgress(state: RunState): number | null {
  if (state.status === 'completed') return 100
  const { fraction } = state.progress
  return fraction === null ? null : Math.min(99, wholePercent(fraction))
}

/** The rest at the rate so far; null while that is unknown, once only what is not counted is left, and where nothing runs. */
function etaSeconds(state: RunState, workedMs: number): number | null {
  const { fraction } = state.progress
  if (state.status !== 'in_progress' || fraction === null) return null
  if (fraction < ETA_FROM_FRACTION || fraction === 1) return null
  return Math.ceil((workedMs * (1 - fraction)) / fraction / 1_000)
}
