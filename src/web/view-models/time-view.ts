/**
 * Times and durations as a page carries them: readable without script (UTC), with the attributes a script needs to
 * show local time and to let a duration tick.
 */
import { formatDuration } from '../../core/format.ts'

export interface TimeView {
  /** ISO 8601, for `datetime`. */
  iso: string
  /** `2026-11-20 10:02 UTC`. */
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
  return { iso, text: `${plain.slice(0, 16)} UTC`, title: `${plain.slice(0, 19)} UTC` }
}

/** `text` without the milliseconds that a ticking display would only flicker with. */
export function viewDuration(ms: number | null, ticking: boolean): DurationView {
  if (ms === null) return { text: '', tickingMs: null }
  if (!ticking) return { text: formatDuration(ms), tickingMs: null }
  const whole = Math.max(0, Math.round(ms))
  return { text: formatDuration(whole < 60_000 ? Math.floor(whole / 1000) * 1000 : whole), tickingMs: whole }
}
