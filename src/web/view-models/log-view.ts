/** Log lines as the panel shows them. */
import type { LogEntry, RunState } from '../../runs/state.ts'
import { viewTime, type TimeView } from './time-view.ts'

export interface LogLineView {
  seq: number
  time: TimeView
  /** `10:02:03.412`, UTC, until the script shows local time. */
  clock: string
  severity: string
  source: string
  message: string
}

export function viewLogLine(entry: LogEntry): LogLineView {
  return {
    seq: entry.seq,
    time: viewTime(entry.iso),
    clock: entry.iso.slice(11, 23),
    severity: entry.severity,
    source: entry.source,
    message: entry.message,
  }
}

export function viewLog(state: RunState): { lines: LogLineView[]; earlier: number } {
  const { entries } = state.log
  return { lines: entries.map(viewLogLine), earlier: entries.length === 0 ? 0 : entries[0]!.seq - 1 }
}
