/** The log of a run as its panel shows it: the newest lines, and new ones as they come. */
import type { Region } from '../page.ts'
import { viewLog, viewLogLine } from '../view-models/log-view.ts'
import { runHref } from '../view-models/run-row.ts'
import type { RunReader, Watching } from './kind-panels.ts'
import { renderLogLines } from './log-lines.ts'

export function createLogRegion(runId: string, reader: RunReader, watching: Watching): Region {
  return {
    id: 'run-log',
    key: `run/log:${runId}`,
    template: 'run/log',
    ...watching('log'),
    data: async () => {
      const { lines, earlier } = viewLog(await reader.state())
      return {
        linesHtml: renderLogLines(lines),
        count: lines.length,
        earlier,
        download: `${runHref(runId)}/logs/download`,
      }
    },
    appendTo: 'run-log-lines',
    lastSeq: async () => (await reader.state()).log.last_seq,
    appended: async (after) => {
      const { entries, last_seq } = (await reader.state()).log
      const added = entries.filter((entry) => entry.seq > after)
      // Fewer than were written: the state keeps only the newest, so the reader must see them whole.
      if (added.length !== last_seq - after) return null
      return { html: renderLogLines(added.map(viewLogLine)), last: last_seq }
    },
  }
}
