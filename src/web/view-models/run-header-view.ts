/** The head of a run's page: what it is, where it stands, what can be done with it now. */
import { formatDuration } from '../../core/format.ts'
import type { Reuse } from '../../runs/identity.ts'
import { isTerminal } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import { isOutOfBudget } from './cost-view.ts'
import { viewVerdict, type VerdictView } from './decision-view.ts'
import { viewProgress, type ProgressView } from './progress-view.ts'
import { runHref } from './run-row.ts'
import { describeStatus, type StatusView } from './status-view.ts'
import { viewTime, viewWorked, type DurationView, type TimeView } from './time-view.ts'
import { countOf } from './usage-view.ts'

export interface RunHeaderView {
  runId: string
  ticker: string
  title: string
  asOf: string
  href: string
  /** Empty where there is nothing else in it. */
  batchHref: string
  status: StatusView
  verdict: VerdictView | null
  /** Null once the run has ended well: then the results speak. */
  progress: ProgressView | null
  created: TimeView
  ended: TimeView | null
  elapsed: DurationView
  /** What went wrong, what was kept and what to do; empty otherwise. */
  error: string
  kept: string
  /** The run whose steps it took over; null where it did all by itself. */
  reused: { text: string; href: string; runId: string } | null
  actions: { path: string; label: string; danger: boolean; hint: string }[]
}

export interface RunHeaderFacts {
  /** What its kind is called. */
  title: string
  /** Its batch has other runs, and a page of its own. */
  hasOthers: boolean
  /** Its files are gone: it cannot be run again. */
  isPruned: boolean
  reuse: Reuse | null
  /** Milliseconds since the epoch. */
  now: number
}

export function viewRunHeader(summary: Summary, facts: RunHeaderFacts): RunHeaderView {
  const { title, hasOthers, isPruned, reuse, now } = facts
  const status = describeStatus(summary.status)
  return {
    runId: summary.run_id,
    ticker: summary.ticker,
    title,
    asOf: summary.as_of ?? '',
    href: runHref(summary.run_id),
    batchHref: hasOthers ? `/runs?batch=${encodeURIComponent(summary.batch_id)}` : '',
    status,
    verdict: summary.decision ? viewVerdict(summary.decision.action) : null,
    progress: summary.status === 'completed' ? null : viewProgress(summary, 'run-progress'),
    created: viewTime(summary.created_at),
    ended: summary.ended_at ? viewTime(summary.ended_at) : null,
    elapsed: viewWorked(summary, now),
    error: summary.status === 'error' ? (summary.error ?? 'No reason was given.') : '',
    kept: keptText(summary),
    reused: viewReuse(reuse),
    actions: actionsOf(summary, isPruned),
  }
}

function keptText(summary: Summary): string {
  if (summary.status === 'error') {
    return 'Reports, log and journal up to the failure are kept below. Once the cause is mended it can go on where it stopped: completed steps are not repeated.'
  }
  if (summary.status === 'canceled') return 'Reports, log and journal up to the cancel are kept below.'
  if (summary.status === 'paused' && !isOutOfBudget(summary)) {
    return `Paused after ${formatDuration(summary.execution_ms)} of work; completed steps are not repeated on resume.`
  }
  return ''
}

function viewReuse(reuse: Reuse | null): RunHeaderView['reused'] {
  if (!reuse || reuse.keys.length === 0) return null
  return { text: countOf(reuse.keys.length, 'step'), href: runHref(reuse.run_id), runId: reuse.run_id }
}

/** One that is paused for its budget is told apart: only another bound helps it, and that is offered beside the cost. */
function actionsOf(summary: Summary, isPruned: boolean): RunHeaderView['actions'] {
  const base = runHref(summary.run_id)
  if (isTerminal(summary.status)) return isPruned ? [] : [rerunAction(summary, base)]
  if (isOutOfBudget(summary)) return []
  const turn =
    summary.status === 'paused'
      ? {
          path: `${base}/resume`,
          label: 'Resume',
          danger: false,
          hint: 'Goes on from the last completed step',
        }
      : {
          path: `${base}/pause`,
          label: 'Pause',
          danger: false,
          hint: 'Frees its place; completed steps are kept',
        }
  return [
    turn,
    { path: `${base}/cancel`, label: 'Cancel', danger: true, hint: 'Ends the run; what it wrote is kept' },
  ]
}

function rerunAction({ status }: Summary, base: string): RunHeaderView['actions'][number] {
  return status === 'completed'
    ? {
        path: `${base}/rerun`,
        label: 'Run again',
        danger: false,
        hint: 'Launches the same input anew, from the beginning',
      }
    : {
        path: `${base}/rerun`,
        label: 'Go on where it stopped',
        danger: false,
        hint: 'Launches it again with all its completed steps: they are neither repeated nor paid again',
      }
}
