/**
 * The log of any run, asked for in pages: from the entries its state keeps where they reach back far enough, else from
 * its journal. A journal that is being paged through is parsed once and kept, bounded by entries, by characters and by
 * age, and grows with what the run says; so it serves a filter or a jump to any place at once, which an index of byte
 * offsets would not. A log too long to keep is read through for each page. Long searches yield the thread.
 *
 * Of a damaged journal it has what stands before the damage; of pruned or unknown runs nothing: `NotFoundError`.
 */
import type { Clock } from '../core/clock.ts'
import { createTurns } from '../core/turns.ts'
import type { Change, ChangeFeed } from './change.ts'
import type { RunEvent } from './event.ts'
import { EVERY_LINE, matchesLog, type LogFilter } from './log-filter.ts'
import { createLogReading, streamLog, type LogReading } from './log-reading.ts'
import { entriesAfter } from './log-ring.ts'
import type { LogEntry, RunState } from './state.ts'

export interface LogQuery {
  filter?: LogFilter
  /** Only entries with a number above this. */
  afterSeq?: number
  /** Only entries with a number below this. */
  beforeSeq?: number
  /** Which of them, where there are more than `limit`: the oldest, or the newest. */
  take?: 'oldest' | 'newest'
  limit: number
}

export interface LogPage {
  /** In order, whichever were taken. */
  entries: LogEntry[]
  /** What to ask after to go on: past everything that was looked at, wanted or not. Never below `afterSeq`. */
  nextAfterSeq: number
  /** Among the entries asked for, wanted ones were left out for want of room. */
  hasMore: boolean
  /** The end of the log when it was read. */
  lastSeq: number
}

export interface LogBook {
  /** Throws `NotFoundError`. */
  read(runId: string, query: LogQuery): Promise<LogPage>
  /** Everything that matches, in batches. Throws `NotFoundError` at the first. */
  stream(runId: string, filter?: LogFilter): AsyncGenerator<LogEntry[]>
  /** Lets go of logs that nobody has asked for in a while. */
  evict(): void
}

export interface LogBookDeps {
  state(runId: string): Promise<RunState>
  /** The events of a run from the first on, as far as they are published. */
  events(runId: string): AsyncIterable<RunEvent>
  feed: Pick<ChangeFeed, 'subscribe'>
  clock: Pick<Clock, 'now'>
  bounds?: Partial<LogBookBounds>
}

export interface LogBookBounds {
  /** Of all logs kept together. */
  maxEntries: number
  /** Of all their messages together. */
  maxChars: number
  maxAgeMs: number
}

const BOUNDS: LogBookBounds = { maxEntries: 200_000, maxChars: 32_000_000, maxAgeMs: 300_000 }

/** How many entries are looked at between two looks at the time. */
const STRIDE = 256

interface Kept {
  reading: LogReading
  usedMs: number
}

interface Loading {
  /** What was published since it began, in order. */
  news: RunEvent[]
  /** Null where the log is too long to be kept. */
  done: Promise<LogReading | null>
}

export function createLogBook(deps: LogBookDeps): LogBook {
  const { clock } = deps
  const bounds = { ...BOUNDS, ...deps.bounds }
  /** The one asked for last stands last. */
  const kept = new Map<string, Kept>()
  const loading = new Map<string, Loading>()
  const tooLong = new Set<string>()

  deps.feed.subscribe(({ event, state: { run_id: runId } }: Change) => {
    loading.get(runId)?.news.push(event)
    kept.get(runId)?.reading.add(event)
  })

  function evict(): void {
    const oldestMs = clock.now() - bounds.maxAgeMs
    for (const [runId, { usedMs }] of kept) if (usedMs < oldestMs) kept.delete(runId)
    let entries = 0
    let chars = 0
    for (const { reading } of kept.values()) {
      entries += reading.entries.length
      chars += reading.chars
    }
    for (const [runId, { reading }] of kept) {
      if (entries <= bounds.maxEntries && chars <= bounds.maxChars) return
      entries -= reading.entries.length
      chars -= reading.chars
      kept.delete(runId)
      if (isTooLong(reading)) tooLong.add(runId)
    }
  }

  function isTooLong({ entries, chars }: LogReading): boolean {
    return entries.length > bounds.maxEntries || chars > bounds.maxChars
  }

  async function open(runId: string): Promise<LogReading | null> {
    const held = kept.get(runId)
    if (held) {
      kept.delete(runId)
      kept.set(runId, { ...held, usedMs: clock.now() })
      evict()
      return kept.has(runId) ? held.reading : null
    }
    if (tooLong.has(runId)) return null
    return (loading.get(runId) ?? beginLoading(runId)).done
  }

  function beginLoading(runId: string): Loading {
    const news: RunEvent[] = []
    // It begins in a later turn: what is published from here on is heard.
    const done = Promise.resolve().then(() => load(runId, news))
    const entry: Loading = { news, done: done.finally(() => loading.delete(runId)) }
    loading.set(runId, entry)
    return entry
  }

  async function load(runId: string, news: readonly RunEvent[]): Promise<LogReading | null> {
    const reading = createLogReading()
    const turn = createTurns()
    let count = 0
    for await (const event of deps.events(runId)) {
      reading.add(event)
      if (++count % STRIDE !== 0) continue
      if (isTooLong(reading)) {
        tooLong.add(runId)
        return null
      }
      await turn()
    }
    for (const event of news) reading.add(event)
    kept.set(runId, { reading, usedMs: clock.now() })
    evict()
    return reading
  }

  async function* batchesOf(runId: string): AsyncGenerator<readonly LogEntry[]> {
    const reading = await open(runId)
    if (reading) yield reading.entries.slice()
    else yield* streamLog(() => deps.events(runId))
  }

  return {
    evict,
    async read(runId, query) {
      const { log } = await deps.state(runId)
      const { afterSeq = 0 } = query
      const ring = entriesAfter(log, query.take === 'newest' ? log.dropped_seq : afterSeq)
      if (ring) {
        const page = await search([ring], query, log.last_seq)
        // The newest that are wanted are all there, or there is nothing older.
        const isAll = query.take !== 'newest' || page.hasMore || log.dropped_seq <= afterSeq
        if (isAll) return page
      }
      const reading = await open(runId)
      if (reading) return search([reading.entries.slice()], query, Math.max(reading.lastSeq, log.last_seq))
      return search(batchesOf(runId), query, log.last_seq)
    },
    async *stream(runId, filter = EVERY_LINE) {
      await deps.state(runId)
      for await (const batch of batchesOf(runId)) {
        for (let from = 0; from < batch.length; from += STRIDE * 4) {
          const wanted = batch.slice(from, from + STRIDE * 4).filter((entry) => matchesLog(filter, entry))
          if (wanted.length > 0) yield wanted
        }
      }
    },
  }
}

/** `lastSeq` is where the log ends, which its last entry need not tell: it may have been taken back. */
async function search(
  batches: Iterable<readonly LogEntry[]> | AsyncIterable<readonly LogEntry[]>,
  query: LogQuery,
  lastSeq: number,
): Promise<LogPage> {
  const { filter = EVERY_LINE, afterSeq = 0, beforeSeq = Infinity, take = 'oldest', limit } = query
  const end = Math.max(afterSeq, Math.min(lastSeq, beforeSeq - 1))
  const turn = createTurns()
  let found: LogEntry[] = []
  let hasMore = false
  for await (const batch of batches) {
    const from = findFirst(batch, afterSeq)
    for (let i = from; i < batch.length; i++) {
      const entry = batch[i]!
      // What came while it was read belongs to the next page.
      if (entry.seq > end) break
      if ((i - from) % STRIDE === STRIDE - 1) await turn()
      if (!matchesLog(filter, entry)) continue
      if (take === 'oldest' && found.length === limit) {
        return { entries: found, nextAfterSeq: found.at(-1)!.seq, hasMore: true, lastSeq }
      }
      found.push(entry)
      if (found.length <= limit * 2) continue
      found = found.slice(-limit)
      hasMore = true
    }
  }
  hasMore ||= found.length > limit
  return { entries: found.slice(-limit), nextAfterSeq: end, hasMore, lastSeq }
}

/** The place of the first entry with a number above `afterSeq`. */
function findFirst(entries: readonly LogEntry[], afterSeq: number): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (entries[middle]!.seq > afterSeq) high = middle
    else low = middle + 1
  }
  return low
}
