/**
 * The whole log of a run from its events, numbered as the fold numbers it: what the memory does not keep any more.
 * Entries of an attempt that was superseded by a later one are left out; their numbers are not given again.
 */
import type { RunEvent } from './event.ts'
import { isEngineEvent } from './event.ts'
import type { LogEntry } from './state.ts'

/** `events` from the first of the run on. */
export async function collectLog(events: AsyncIterable<RunEvent> | Iterable<RunEvent>): Promise<LogEntry[]> {
  let entries: LogEntry[] = []
  let seq = 0
  for await (const event of events) {
    if (!isEngineEvent(event)) continue
    if (event.type === 'step_started' && event.attempt > 1) {
      entries = entries.filter((entry) => entry.key !== event.key)
    }
    if (event.type !== 'log_appended') continue
    for (const line of event.entries) {
      entries.push({ ...line, seq: ++seq, iso: new Date(line.ts).toISOString(), key: event.key })
    }
  }
  return entries
}
