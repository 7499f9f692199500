/** What a phase took in all, in words and as facts. */
import { formatDuration } from '../../core/format.ts'
import type { PhaseTotals } from '../../runs/phase-totals.ts'
import { viewUsage } from './usage-view.ts'

/** `12.3 s on the clock, 40.1 s of work, 3.2 s waiting for limits, 8 calls, …`. */
export function describeTotals(totals: PhaseTotals): string {
  if (totals.wall_ms === null) return 'not begun'
  return listTotals(totals)
    .map(({ text, words }) => (words === '' ? text : `${text} ${words}`))
    .join(', ')
}

/** Name and text of each. */
export function viewTotals(totals: PhaseTotals): { name: string; text: string }[] {
  return totals.wall_ms === null ? [] : listTotals(totals).map(({ name, text }) => ({ name, text }))
}

function listTotals(totals: PhaseTotals): { name: string; text: string; words: string }[] {
  const { wall_ms: wallMs, work_ms: workMs, permit_ms: permitMs, back_off_ms: backOffMs } = totals
  const usage = viewUsage(totals.usage)
  const duration = (name: string, ms: number, words: string) => ({ name, text: formatDuration(ms), words })
  return [
    duration('On the clock', wallMs ?? 0, 'on the clock'),
    duration('Work of its members', workMs, 'of work'),
    ...(permitMs > 0 ? [duration('Waiting for limits', permitMs, 'waiting for limits')] : []),
    ...(backOffMs > 0 ? [duration('Waiting to try again', backOffMs, 'waiting to try again')] : []),
    ...(usage ? [{ name: 'Models', text: usage.detail, words: '' }] : []),
  ]
}
