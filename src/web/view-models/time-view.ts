/**
 * Times and durations as a page carries them: readable without script (in UTC), with the attributes a script needs to
 * show local time and to let a duration tick.
 */
import { formatDuration } from '../../core/format.ts'
import type { Summary } from '../../runs/summary.ts'

export interface TimeView {
  /** ISO 8601, for `datetime`. */
  iso: string
  /** `2026-11-20 10:02`, UTC, as the foot of the page says. */
  text: string
  /** `2026-11-20 10:02:03 UTC`, for `title`. */
  title: string
}

export interface DurationView {
  text: string
  /** Milliseconds so far of something that still runs, as the script goes on counting from; null when it stands. */
  tickingMs: number | null
}

export function viewTime(iso: string): TimeView {
  const plain = iso.replace('T', ' ')
  return { iso, text: plain.slice(0, 16), title: `${plain.slice(0, 19)} UTC` }
}

/** Time spent working up to `now`; nothing before the start. A run at work has been so since its last event as well. */
export function viewWorked(summary: Summary, now: number): DurationView {
  if (!summary.started_at) return viewDuration(null, false)
  const isWorking = summary.status === 'in_progress'
  const since = isWorking ? Math.max(0, now - Date.parse(summary.last_event_at)) : 0
  return viewDuration(summary.execution_ms + since, isWorking)
}

/** What ticks is shown in whole seconds. */
export function viewDuration(ms: number | null, ticking: boolean): DurationView {
  if (ms === null) return { text: '', tickingMs: null }
  if (!ticking) return { text: formatDuration(ms), tickingMs: null }
  const whole = Math.max(0, Math.round(ms))
  return { text: whole < 60_000 ? `${Math.floor(whole / 1000)} s` : formatDuration(whole), tickingMs: whole }
}
