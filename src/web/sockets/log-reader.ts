/**
 * One watcher's place in the log of a run: which entries it wants and up to which number it has been told. Says what to
 * send it, or that what everyone is sent fits.
 */
import { EVERY_LINE, matchesLog, type LogFilter } from '../../runs/log-filter.ts'
import type { ServerMessages, WireLogEntry } from './messages.ts'
import type { ToldLog } from './told-log.ts'

export interface LogReader {
  /** Up to which number it has been told; entries that it does not want count as told with the next it does. */
  readonly seq: number
  readonly epoch: number
  /** The message everyone else gets fits it too. */
  fits(after: number): boolean
  /** Nothing is filtered: a log told anew is the same for it as for everyone else. */
  readonly isPlain: boolean
  /** It was sent the common message, which goes up to here. */
  skipTo(seq: number, epoch: number): void
  /** Entries with a number above `after`, as far as they are new to it and wanted; null where there are none. */
  append(runId: string, entries: readonly WireLogEntry[]): ServerMessages['log_append_run'] | null
  /** Everything kept that it wants. */
  snapshot(runId: string): ServerMessages['log_snapshot_run']
  /** From now on. */
  narrow(filter: LogFilter): void
}

export function createLogReader(log: ToldLog): LogReader {
  let filter = EVERY_LINE
  let isNarrow = false
  let { seq } = log
  let { epoch } = log.whole()

  return {
    get seq() {
      return seq
    },
    get epoch() {
      return epoch
    },
    fits: (after) => !isNarrow && seq === after,
    get isPlain() {
      return !isNarrow
    },
    skipTo(toSeq, toEpoch) {
      seq = toSeq
      epoch = toEpoch
    },
    append(runId, entries) {
      const wanted = entries.filter((entry) => entry.seq > seq && matchesLog(filter, entry))
      if (wanted.length === 0) return null
      const after_seq = seq
      // Those looked at after the last wanted one count with the next message.
      seq = isNarrow ? entries.at(-1)!.seq : wanted.at(-1)!.seq
      return { type: 'log_append_run', run_id: runId, seq, ...(isNarrow && { after_seq }), entries: wanted }
    },
    snapshot(runId) {
      const whole = log.whole()
      seq = whole.seq
      epoch = whole.epoch
      const entries = isNarrow ? whole.entries.filter((entry) => matchesLog(filter, entry)) : whole.entries
      return { type: 'log_snapshot_run', run_id: runId, seq, epoch, entries }
    },
    narrow(wanted) {
      filter = wanted
      isNarrow = wanted.severities !== null || wanted.sources !== null || wanted.q !== null
    },
  }
}
