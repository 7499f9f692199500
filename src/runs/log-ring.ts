/**
 * The newest log entries of a run as its state holds them. A state never changes once it is made, yet adding a line costs
 * the same however many are kept: states that follow one another share one growing list and each knows its own part of
 * it, which is copied only for who reads the entries. Leaves the whole log to the journal (`log-book.ts`).
 */
import type { LogLine } from './event.ts'
import type { LogEntry, LogState } from './state.ts'

/** Names of sources that are remembered of one run; filters offer them. */
const MAX_SOURCES = 50

export const EMPTY_LOG: LogState = { entries: [], last_seq: 0, epoch: 0, dropped_seq: 0, sources: [] }

/** The part of a shared list that one state holds. */
interface Part {
  list: LogEntry[]
  from: number
  to: number
}

const parts = new WeakMap<LogState, Part>()

/** The log after these lines, of which the newest `keep` stay. */
export function appendToLog(
  log: LogState,
  key: string | null,
  lines: readonly LogLine[],
  keep: number,
): LogState {
  const { list, from } = openPart(log)
  let seq = log.last_seq
  for (const line of lines) list.push({ ...line, seq: ++seq, iso: new Date(line.ts).toISOString(), key })
  const start = Math.max(from, list.length - keep)
  const facts = {
    last_seq: seq,
    epoch: log.epoch,
    dropped_seq: start > from ? list[start - 1]!.seq : droppedSeqOf(log),
    sources: addSources(sourcesOf(log), lines),
  }
  // What nobody holds any more goes once there is as much of it as is kept: each entry is copied once at most.
  const isWorn = start > Math.max(keep, 64)
  return isWorn
    ? createLog(facts, { list: list.slice(start), from: 0, to: list.length - start })
    : createLog(facts, { list, from: start, to: list.length })
}

/** The log without what a step said in an earlier attempt, also where its lines are not among those kept. */
export function takeBackFromLog(log: LogState, key: string): LogState {
  const entries = log.entries.filter((entry) => entry.key !== key)
  if (entries.length === log.entries.length && droppedSeqOf(log) === 0) return log
  const { last_seq, epoch } = log
  return { entries, last_seq, epoch: epoch + 1, dropped_seq: droppedSeqOf(log), sources: sourcesOf(log) }
}

/** The kept entries with a number above `afterSeq`; null where some of those are kept no more. */
export function entriesAfter(log: LogState, afterSeq: number): LogEntry[] | null {
  if (afterSeq < droppedSeqOf(log)) return null
  const { entries } = log
  let start = entries.length
  while (start > 0 && entries[start - 1]!.seq > afterSeq) start--
  return entries.slice(start)
}

/** The number of the newest entry that was let go for want of room; 0 for none. */
export function droppedSeqOf(log: LogState): number {
  // What a checkpoint of an older journal does not have.
  return (log.dropped_seq as number | undefined) ?? (log.entries[0]?.seq ?? log.last_seq + 1) - 1
}

/** Who has said anything so far, in the order of their first words. */
export function sourcesOf(log: LogState): readonly string[] {
  return (log.sources as readonly string[] | undefined) ?? addSources([], log.entries)
}

/** The list to add to; one of its own where another state has gone on from the same one. */
function openPart(log: LogState): Part {
  const part = parts.get(log)
  if (part?.to === part?.list.length && part) return part
  const list = [...log.entries]
  return { list, from: 0, to: list.length }
}

function createLog(facts: Omit<LogState, 'entries'>, part: Part): LogState {
  let copied: LogEntry[] | null = null
  const log: LogState = {
    get entries() {
      return (copied ??= part.list.slice(part.from, part.to))
    },
    ...facts,
  }
  parts.set(log, part)
  return log
}

function addSources(known: readonly string[], lines: readonly Pick<LogLine, 'source'>[]): readonly string[] {
  let sources = known
  for (const { source } of lines) {
    if (sources.length < MAX_SOURCES && !sources.includes(source)) sources = [...sources, source]
  }
  return sources
}
