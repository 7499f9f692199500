/**
 * What the stream of a background run says, made from the run's events alone, so that whoever comes back is told the same
 * under the same numbers: a message for the first event, one whenever the whole percent or the stage has changed, and
 * one for the end. So a burst of events is one message, and a run has little more than a hundred.
 */
import type { RunEvent } from '../../runs/event.ts'
import { aspectsOf } from '../../runs/change.ts'
import { foldEvent } from '../../runs/fold.ts'
import type { RunState } from '../../runs/state.ts'
import { isTerminal } from '../../runs/status.ts'
import { summarize } from '../../runs/summarize.ts'
import type { Summary } from '../../runs/summary.ts'
import type { Workflow } from '../../runs/workflow.ts'
import { spellBoth, type BothSpellings } from './spellings.ts'

/** The log is not told of here. */
const LOG_LINES = 1

export type Progress = BothSpellings<{
  run_id: string
  /** 0–100 and never less than before; null for a kind of run without a measure. */
  percent: number | null
  current_stage: string | null
  started_at: string | null
  execution_ms: number
  timestamp: string
}>

export interface ProgressMessages {
  /** What to say of the next event; null for nothing. Every event has to pass here, from the first one on. */
  take(event: RunEvent, state: RunState | null): Progress | null
  /** What is known at the end, with the number of the last event. */
  end(summary: Summary): { seq: number; progress: Progress }
}

export function createProgressMessages(workflow: Workflow): ProgressMessages {
  let state: RunState | null = null
  let percent: number | null = null
  let stage: string | null = null
  let isFirst = true

  function describe(summary: Summary): Progress {
    return spellBoth({
      run_id: summary.run_id,
      percent,
      current_stage: stage,
      started_at: summary.started_at,
      execution_ms: summary.execution_ms,
      timestamp: summary.last_event_at,
    })
  }

  /** True where there is something new in it. */
  function note({ overall_progress: reached, current_stage: at }: Summary): boolean {
    const before = { percent, stage }
    if (reached !== null) percent = Math.max(percent ?? 0, reached)
    // Between two stages it is at none, which is nothing to tell.
    stage = at ?? stage
    return percent !== before.percent || stage !== before.stage
  }

  return {
    take(event, live) {
      state = live ?? foldEvent(workflow, state, event, { logLines: LOG_LINES })
      if (!aspectsOf(event).includes('status') || isTerminal(state.status)) return null
      const summary = summarize(workflow, state)
      const isNews = note(summary)
      if (!isNews && !isFirst) return null
      isFirst = false
      return describe(summary)
    },
    end(summary) {
      note(summary)
      return { seq: state?.seq ?? 0, progress: describe(summary) }
    },
  }
}
