/**
 * The log of a run as its panel shows it without script: the newest lines that are wanted and new ones as they come, or
 * an older page of them, which stands still. Never more than `MAX_LINES` at once, however many there are.
 */
import type { RunDesk } from '../../runs/desk.ts'
import { matchesLog } from '../../runs/log-filter.ts'
import { droppedSeqOf, entriesAfter } from '../../runs/log-ring.ts'
import type { LogEntry } from '../../runs/state.ts'
import type { Region } from '../page.ts'
import { linkLog, viewLogLine, type LogAsk } from '../view-models/log-view.ts'
import type { RunReader, Watching } from './kind-panels.ts'
import { renderLogLines } from './log-lines.ts'

const MAX_LINES = 250

export interface LogRegionFacts {
  runId: string
  ask: LogAsk
  /** The page's own address, without what is asked of the log. */
  href: string
  /** New lines are sent as they come. */
  isLive: boolean
}

export function createLogRegion(
  desk: RunDesk,
  facts: LogRegionFacts,
  reader: RunReader,
  watching: Watching,
): Region {
  const { runId, ask, href } = facts
  const { filter } = ask
  const isNewest = ask.before === null && ask.after === null
  const isFollowed = facts.isLive && isNewest
  const render = (entries: readonly LogEntry[]) => renderLogLines(entries.map(viewLogLine), filter.q)
  const region: Region = {
    id: 'run-log',
    key: `run/log:${runId}:${facts.isLive}:${JSON.stringify([filter, ask.before, ask.after])}:${href}`,
    template: 'run/log',
    ...(isFollowed ? watching('log') : { watch: [] }),
    data: async () => {
      const { log } = await reader.state()
      const { entries, hasOlder, hasNewer } = await readShown(desk, reader, runId, ask)
      const first = entries[0]?.seq ?? ask.before ?? log.last_seq + 1
      const last = entries.at(-1)?.seq ?? ask.after ?? 0
      return {
        linesHtml: render(entries),
        epoch: log.epoch,
        empty: log.last_seq === 0 ? 'Nothing logged yet.' : 'No line matches.',
        older: hasOlder ? linkLog(href, ask, { log_before: first }) : null,
        newer: hasNewer ? linkLog(href, ask, { log_after: last }) : null,
        newest: isNewest ? null : linkLog(href, ask, {}),
        reload: facts.isLive ? null : linkLog(href, ask, {}),
      }
    },
  }
  if (!isFollowed) return region
  return {
    ...region,
    appendTo: 'run-log-lines',
    lastSeq: async () => (await reader.state()).log.last_seq,
    appended: async (after) => {
      const { log } = await reader.state()
      const added = entriesAfter(log, after)
      // More than the panel holds, or not all there any more: the reader must see it whole.
      if (!added || added.length > MAX_LINES) return null
      return { html: render(added.filter((entry) => matchesLog(filter, entry))), last: log.last_seq }
    },
  }
}

interface Shown {
  entries: readonly LogEntry[]
  hasOlder: boolean
  hasNewer: boolean
}

async function readShown(desk: RunDesk, reader: RunReader, runId: string, ask: LogAsk): Promise<Shown> {
  const { filter, before, after } = ask
  const limit = MAX_LINES
  if (ask.isPlain) {
    // What the memory has is enough to begin with: a page does not wait for a journal to be read.
    const { log } = await reader.state()
    const hasOlder = log.entries.length > limit || droppedSeqOf(log) > 0
    return { entries: log.entries.slice(-limit), hasOlder, hasNewer: false }
  }
  if (after !== null) {
    const page = await desk.readLog(runId, { filter, afterSeq: after, limit })
    return { entries: page.entries, hasOlder: after > 0, hasNewer: page.hasMore }
  }
  const page = await desk.readLog(runId, {
    ...(before === null ? {} : { beforeSeq: before }),
    ...{ filter, limit, take: 'newest' },
  })
  return {
    entries: page.entries,
    hasOlder: page.hasMore,
    hasNewer: before !== null && before <= page.lastSeq,
  }
}
