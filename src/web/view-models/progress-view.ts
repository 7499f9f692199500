/** The one progress bar, as every page shows it. */
import { formatDuration } from '../../core/format.ts'
import { isBudgetReason } from '../../runs/budget-bound.ts'
import type { Summary } from '../../runs/summary.ts'
import { isTerminal } from '../../runs/status.ts'
import { describeStatus, type Tone } from './status-view.ts'

export interface ProgressView {
  /** DOM id, so that an update finds the bar it belongs to. */
  id: string
  /** What the bar is of, for those who cannot see where it stands. */
  label: string
  /** 0–100, or null where there is no measure of it. */
  percent: number | null
  message: string
  /** `about 12 s left`, or empty. */
  eta: string
  tone: Tone
  /** What is read aloud for the value: `62 %, Bull and Bear`. */
  valueText: string
}

/** Before this much is done the rate so far says little of the rest. */
const ETA_FROM_PERCENT = 10

/**
 * A bar that ended early stays where it stopped; one that completed is full. `stoppedAt` names the phase in which one that
 * rests came to rest, where that is known.
 */
export function viewProgress(
  summary: Summary,
  idPrefix = 'progress',
  stoppedAt: string | null = null,
): ProgressView {
  const status = describeStatus(summary.status)
  const percent = summary.status === 'completed' ? 100 : clampPercent(summary.overall_progress)
  const message = progressMessage(summary, status.word, stoppedAt)
  return {
    id: `${idPrefix}-${domId(summary.run_id)}`,
    label: `${summary.ticker} progress`,
    percent,
    message,
    eta: viewEta(summary),
    tone: status.tone,
    valueText: percent === null ? message : `${percent} %, ${message}`,
  }
}

/** A run id or node id as a DOM id that needs no escape in a selector; different ids stay different. */
export function domId(id: string): string {
  return id.replace(/[^\w-]/g, (char) => `-x${char.charCodeAt(0).toString(16)}-`)
}

function clampPercent(percent: number | null): number | null {
  return percent === null ? null : Math.min(100, Math.max(0, Math.round(percent)))
}

function progressMessage(summary: Summary, word: string, stoppedAt: string | null): string {
  // The status stands beside it.
  const stop = stoppedAt === null ? word : `stopped at ${stoppedAt}`
  switch (summary.status) {
    case 'pending':
      return 'waiting for a free place'
    case 'in_progress':
      return workMessage(summary) ?? word
    case 'paused':
      return `${stop}${isBudgetReason(summary.progress_message) ? ', for its budget' : ''}`
    case 'error':
    case 'canceled':
      return stop
    case 'completed':
      return word
  }
}

/** Who works; several at once are counted, so that it is one line on the narrowest screen. */
function workMessage({ kind, progress_message: message, current_stage: stage }: Summary): string | null {
  // A job counts in its own words: `Param 3/10, Fold 2/5` is one message.
  if (kind !== 'assessment') return message ?? stage
  const count = message?.split(', ').length ?? 0
  return stage && count > 1 ? `${stage}: ${count} at work` : (message ?? stage)
}

function viewEta(summary: Summary): string {
  if (isTerminal(summary.status) || summary.status === 'paused') return ''
  if ((summary.overall_progress ?? 0) < ETA_FROM_PERCENT) return ''
  if (summary.eta_seconds === null || summary.eta_seconds <= 0) return ''
  const seconds = roundUp(summary.eta_seconds)
  return `about ${seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000)} left`
}

/** An estimate is no measurement: in steps of 5 s, 15 s and a minute it neither jitters nor pretends to be one. */
function roundUp(seconds: number): number {
  const step = seconds <= 55 ? 5 : seconds <= 285 ? 15 : 60
  return Math.ceil(seconds / step) * step
}
