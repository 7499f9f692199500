/** The tray: on every page, what runs and what has just ended. Canceled and unknown runs are not in it. */
import type { Summary } from '../../runs/summary.ts'
import type { Region } from '../page.ts'
import { runHref, viewRunRow } from '../view-models/run-row.ts'
import type { PageDeps } from './page-deps.ts'

const SHOWN = 5
/** How many of the last results the page's script is told of, to raise a toast for those it has not seen. */
const ANNOUNCED = 10

export function createTrayRegion({ desk, clock }: Pick<PageDeps, 'desk' | 'clock'>): Region {
  return {
    id: 'tray',
    key: 'tray',
    template: 'tray/tray',
    watch: ['list'],
    data: () => {
      const active = desk.list({ status: ['in_progress', 'paused', 'pending'], limit: SHOWN }).runs
      const ended = desk.list({ status: ['completed', 'error'], limit: ANNOUNCED }).runs
      const recent = [...active, ...ended].slice(0, SHOWN)
      const { running, waiting } = desk.queue()
      return {
        running,
        waiting,
        rows: recent.map((summary) => viewRunRow(summary, 'tray', clock.now())),
        announced: ended.map((summary) => ({
          runId: summary.run_id,
          href: runHref(summary.run_id),
          text: resultText(summary),
          failed: summary.status === 'error',
        })),
      }
    },
  }
}

function resultText(summary: Summary): string {
  if (summary.status === 'error') return `${summary.ticker} failed`
  return summary.decision ? `${summary.ticker}: ${summary.decision.action}` : `${summary.ticker} completed`
}
