/**
 * The log of a run as its watchers have been told of it. Gathers entries as they come, so that a burst longer than what
 * the run's state keeps is not lost on the way; beyond its own bound, and where a repeated attempt took entries back, the
 * kept entries are told anew. Leaves who wants which of them to `log-reader.ts`.
 */
import { entriesAfter } from '../../runs/log-ring.ts'
import type { LogEntry, RunState } from '../../runs/state.ts'
import type { WireLogEntry } from './messages.ts'

/** Entries that may wait to be told. */
const MAX_WAITING = 2_000
/** Entries of one message. */
const MAX_TOGETHER = 500

export type LogNews = { kind: 'append'; after: number; entries: WireLogEntry[] } | { kind: 'anew' }

export interface ToldLog {
  /** The last entry told of. */
  readonly seq: number
  readonly isBehind: boolean
  follow(state: RunState): void
  /** What is to be told next; null where nothing is. */
  advance(): LogNews | null
  /** All entries kept at the moment and the number up to which they go. What is waiting is in it and still comes. */
  whole(): { seq: number; epoch: number; entries: WireLogEntry[] }
}

export function createToldLog(start: RunState): ToldLog {
  let state = start
  let seq = start.log.last_seq
  let followed = seq
  let epoch = start.log.epoch
  let waiting: WireLogEntry[] = []
  let isAnew = false

  return {
    get seq() {
      return seq
    },
    get isBehind() {
      return isAnew || waiting.length > 0
    },
    follow(now) {
      state = now
      const { log } = now
      if (log.epoch !== epoch) {
        epoch = log.epoch
        isAnew = true
      }
      if (log.last_seq > followed && !isAnew) {
        const added = entriesAfter(log, followed)
        if (added === null || waiting.length + added.length > MAX_WAITING) isAnew = true
        else waiting.push(...added.map(toWireEntry))
      }
      followed = log.last_seq
      if (isAnew) waiting = []
    },
    advance() {
      if (isAnew) {
        isAnew = false
        seq = followed
        return { kind: 'anew' }
      }
      if (waiting.length === 0) return null
      const entries = waiting.splice(0, MAX_TOGETHER)
      const after = seq
      seq = entries.at(-1)!.seq
      return { kind: 'append', after, entries }
    },
    whole: () => ({
      seq: state.log.last_seq,
      epoch: state.log.epoch,
      entries: state.log.entries.map(toWireEntry),
    }),
  }
}

function toWireEntry({ seq, ts, iso, severity, source, agent_id, message }: LogEntry): WireLogEntry {
  return { seq, ts, iso, severity, source, agent_id, message }
}
