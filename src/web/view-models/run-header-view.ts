/** The head of a run's page: what it is, where it stands, what can be done with it now. */
import { countOf, formatDuration } from '../../core/format.ts'
import type { RunState } from '../../runs/state.ts'
import { isTerminal } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import { isOutOfBudget } from './cost-view.ts'
import { viewVerdict, type VerdictView } from './decision-view.ts'
import { viewProgress, type ProgressView } from './progress-view.ts'
import type { ReuseView } from './reuse-view.ts'
import { runHref } from './run-row.ts'
import { describeStatus, type StatusView } from './status-view.ts'
import { viewTime, viewWorked, type DurationView, type TimeView } from './time-view.ts'

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
  /** When it was brought here from another desk; null for one that ran here. */
  imported: TimeView | null
  elapsed: DurationView
  /** What went wrong, what was kept and what to do; empty otherwise. */
  error: string
  kept: string
  /** The run whose steps it took over; null where it did all by itself. */
  reused: ReuseView | null
  /** The first is the one to press. */
  actions: RunAction[]
  /** What only its kind has; null for nothing. */
  own: KindHeadView | null
}

/** What a kind may have in its head besides what every run has. */
export interface KindHeadView {
  /** What it is of, in a word or two; empty where that is not known any more. */
  what: string
  /** Null until it has begun. */
  started: TimeView | null
  /** Where its log is, below the results directory, and where to read it; null once that is gone. */
  log: { path: string; href: string } | null
  /** The page itself while there is something to come; empty once it has ended. */
  refreshHref: string
  /** The form with what it was asked; empty where that is not known any more. */
  againHref: string
}

export interface RunAction {
  path: string
  label: string
  danger: boolean
  /** Of several the one to press. */
  primary?: boolean
  hint: string
  /** The step from which on it runs anew; absent for none. */
  fromStep?: string
}

/** A turn of a completed run whose answer could not be used, so that there was no verdict. */
export interface UnusableTurn {
  /** Who was asked. */
  label: string
  fromStep: string
  /** How many steps stand before it. */
  kept: number
}

export interface RunHeaderFacts {
  /** What its kind is called. */
  title: string
  /** Its batch has other runs, and a page of its own. */
  hasOthers: boolean
  /** Its files are gone: it cannot be run again. */
  isPruned: boolean
  reuse: ReuseView | null
  /** Null where every answer could be used. */
  unusable: UnusableTurn | null
  /** The phase in which it came to rest; null where that is not known. */
  stoppedAt: string | null
  own?: KindHeadView | null
  /** Milliseconds since the epoch. */
  now: number
}

export function viewRunHeader(summary: Summary, facts: RunHeaderFacts): RunHeaderView {
  const { title, hasOthers, isPruned, reuse, unusable, stoppedAt, now } = facts
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
    progress: summary.status === 'completed' ? null : viewProgress(summary, 'run-progress', stoppedAt),
    created: viewTime(summary.created_at),
    ended: summary.ended_at ? viewTime(summary.ended_at) : null,
    imported: summary.files.imported_at ? viewTime(summary.files.imported_at) : null,
    elapsed: viewWorked(summary, now),
    error: summary.status === 'error' ? (summary.error ?? 'No reason was given.') : '',
    kept: keptText(summary, unusable),
    reused: reuse,
    actions: actionsOf(summary, isPruned, unusable),
    own: facts.own ?? null,
  }
}

function keptText(summary: Summary, unusable: UnusableTurn | null): string {
  if (summary.status === 'error') {
    return 'Reports, log and journal up to the failure are kept below. Once the cause is mended it can go on where it stopped: completed steps are not repeated.'
  }
  if (summary.status === 'canceled') return 'Reports, log and journal up to the cancel are kept below.'
  if (isToBeAskedAgain(summary) && unusable) {
    return `The answer of the ${unusable.label.toLowerCase()} could not be used. Asking again takes over the ${countOf(unusable.kept, 'step')} before it, neither repeated nor paid again; what comes after it is done anew.`
  }
  if (summary.status === 'paused' && !isOutOfBudget(summary)) {
    return `Paused after ${formatDuration(summary.execution_ms)} of work; completed steps are not repeated on resume.`
  }
  return ''
}

/** The first phase that is not done, whatever was left out of those before it. */
export function findStop({ nodes, node_order: order }: RunState): string | null {
  const isOpen = (id: string) => nodes[id]!.status !== 'completed' && nodes[id]!.status !== 'skipped'
  const at = order.find((id) => nodes[id]!.parent_id === null && isOpen(id))
  return at === undefined ? null : nodes[at]!.label
}

/** The first turn in the order of the tree that failed; null where none did. */
export function findUnusable({ nodes, node_order: order, steps }: RunState): UnusableTurn | null {
  const begun = Object.values(steps)
  for (const id of order) {
    const node = nodes[id]!
    if (node.node_type !== 'agent' || node.status !== 'error') continue
    const at = begun.findIndex((step) => step.node_id === id && step.status === 'failed')
    if (at < 0) continue
    const kept = begun.slice(0, at).filter((step) => step.status === 'completed').length
    return { label: node.label, fromStep: begun[at]!.key, kept }
  }
  return null
}

function isToBeAskedAgain({ status, decision }: Summary): boolean {
  return status === 'completed' && decision?.action === 'REVIEW'
}

/** One that is paused for its budget is told apart: only another bound helps it, and that is offered beside the cost. */
function actionsOf(summary: Summary, isPruned: boolean, unusable: UnusableTurn | null): RunAction[] {
  const base = runHref(summary.run_id)
  if (isTerminal(summary.status)) return isPruned ? [] : rerunActions(summary, base, unusable)
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

function rerunActions(summary: Summary, base: string, unusable: UnusableTurn | null): RunAction[] {
  const path = `${base}/rerun`
  if (summary.status !== 'completed') {
    return [
      {
        ...{ path, label: 'Go on where it stopped', danger: false },
        hint: 'Launches it again with all its completed steps: they are neither repeated nor paid again',
      },
    ]
  }
  const anew: RunAction = {
    ...{ path, label: 'Run again', danger: false },
    hint: 'Launches the same input anew, from the beginning',
  }
  if (!isToBeAskedAgain(summary) || unusable === null) return [anew]
  const asking: RunAction = {
    ...{ path, label: `Ask the ${unusable.label.toLowerCase()} again`, danger: false, primary: true },
    hint: `Launches it again from there: the ${countOf(unusable.kept, 'step')} before it are neither repeated nor paid again`,
    fromStep: unusable.fromStep,
  }
  return [asking, anew]
}
