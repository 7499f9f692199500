/**
 * The log of a run read from its events, numbered as the fold numbers it: what the memory does not keep any more. Entries
 * of an attempt that a later one replaced are left out; their numbers are not given again. `LogReading` grows with the
 * events it is told; `streamLog` holds no more than a batch, for logs of any length.
 */
import type { EngineEvent, RunEvent } from './event.ts'
import { isEngineEvent } from './event.ts'
import type { LogEntry } from './state.ts'

const BATCH = 1_000

export interface LogReading {
  /** In order. Never changed in place but at its end; replaced when entries are taken back. */
  readonly entries: readonly LogEntry[]
  /** The number of the last entry that was ever given. */
  readonly lastSeq: number
  /** Characters of all messages it holds. */
  readonly chars: number
  /** Tells it the next event of the run; one that it knows already changes nothing. */
  add(event: RunEvent): void
}

export function createLogReading(): LogReading {
  let entries: LogEntry[] = []
  let lastSeq = 0
  let eventSeq = 0
  let chars = 0
  return {
    get entries() {
      return entries
    },
    get lastSeq() {
      return lastSeq
    },
    get chars() {
      return chars
    },
    add(event) {
      if (event.seq <= eventSeq) return
      eventSeq = event.seq
      if (!isEngineEvent(event)) return
      if (isRepeat(event)) {
        entries = entries.filter((entry) => entry.key !== event.key)
        chars = entries.reduce((sum, { message }) => sum + message.length, 0)
      } else if (event.type === 'log_appended') {
        for (const entry of numberLines(event, lastSeq)) {
          entries.push(entry)
          chars += entry.message.length
        }
        lastSeq += event.entries.length
      }
    },
  }
}

/** The same in batches, without holding it: `read` gives the events of the run from the first on, and is called twice. */
export async function* streamLog(read: () => AsyncIterable<RunEvent>): AsyncGenerator<LogEntry[]> {
  const repeats = new Map<string | null, number>()
  let lastEvent = 0
  for await (const event of read()) {
    lastEvent = event.seq
    if (isEngineEvent(event) && isRepeat(event)) repeats.set(event.key, event.seq)
  }
  let lastSeq = 0
  let batch: LogEntry[] = []
  for await (const event of read()) {
    if (event.seq > lastEvent) break
    if (!isEngineEvent(event) || event.type !== 'log_appended') continue
    const isTakenBack = event.seq < (repeats.get(event.key) ?? 0)
    if (!isTakenBack) batch.push(...numberLines(event, lastSeq))
    lastSeq += event.entries.length
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** A step begins again: what it said before is taken back. */
function isRepeat(event: EngineEvent): event is EngineEvent & { type: 'step_started' } {
  return event.type === 'step_started' && event.attempt > 1
}

function numberLines(event: EngineEvent & { type: 'log_appended' }, lastSeq: number): LogEntry[] {
  return event.entries.map((line, index) => ({
    ...line,
    seq: lastSeq + index + 1,
    iso: new Date(line.ts).toISOString(),
    key: event.key,
  }))
}
