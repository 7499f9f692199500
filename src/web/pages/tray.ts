/**
 * The tray: on every page, what runs and what has just ended. Canceled and unknown runs are not in it, nor is a failed one
 * that was gone on with.
 */
import type { RunFilter } from '../../runs/ports.ts'
import type { Summary } from '../../runs/summary.ts'
import type { Region } from '../page.ts'
import { viewProgress } from '../view-models/progress-view.ts'
import { runHref, viewRunRow } from '../view-models/run-row.ts'
import type { PageDeps } from './page-deps.ts'
import { loadState } from './run.ts'

const SHOWN = 5
/** What has not ended, the likeliest to be looked for first: those at work, then paused ones, then whose turn is next. */
const AT_HAND: readonly RunFilter[] = [
  { status: ['in_progress'] },
  { status: ['paused'] },
  { status: ['pending'], sort: { by: 'launched', direction: 'asc' } },
]
/** How many of the last results the page's script is told of, to raise a toast for those it has not seen. */
const ANNOUNCED = 10

export function createTrayRegion({ desk, clock }: Pick<PageDeps, 'desk' | 'clock'>): Region {
  const isGoneOnWith = createGoneOnWith(desk)
  return {
    id: 'tray',
    key: 'tray',
    template: 'tray/tray',
    watch: ['list'],
    data: async () => {
      const active = AT_HAND.map((filter) => desk.list({ ...filter, limit: SHOWN }))
      const open = active.flatMap(({ runs }) => runs).slice(0, SHOWN)
      const ended = desk.list({ status: ['completed', 'error'], limit: ANNOUNCED }).runs
      const isOver = await Promise.all(ended.map(isGoneOnWith))
      const recent = [...open, ...ended.filter((_, i) => !isOver[i])].slice(0, SHOWN)
      const { running, waiting } = desk.queue()
      return {
        running,
        waiting,
        rows: recent.map((summary) => viewTrayRow(summary, recent, clock.now())),
        more: active.reduce((sum, { total }) => sum + total, 0) - open.length,
        announced: ended.map((summary) => ({
          runId: summary.run_id,
          href: runHref(summary.run_id),
          text: tellResult(summary),
          failed: summary.status === 'error',
        })),
      }
    },
  }
}

/** A run as the strip and the list of the tray show it; each has a bar of its own. Runs of one ticker are told apart by their day. */
function viewTrayRow(summary: Summary, shown: readonly Summary[], now: number): object {
  const isTwice = shown.filter(({ ticker }) => ticker === summary.ticker).length > 1
  const row = viewRunRow(summary, 'tray', now)
  const { percent, message } = row.progress
  const isWorking = summary.status === 'in_progress' || summary.status === 'paused'
  const day = isTwice ? row.asOf : ''
  const words = isWorking ? [day, percent === null ? '' : `${percent} %`, message] : [row.brief, row.asOf]
  return {
    ...row,
    name: [row.ticker, day].filter(Boolean).join(' '),
    day,
    words: words.filter((part) => part !== '').join(' · '),
    menuProgress: viewProgress(summary, 'menu-progress'),
    ...(summary.status === 'error'
      ? { way: 'See why', wayOf: `${row.ticker} failed` }
      : { way: 'View result', wayOf: `of ${summary.ticker}` }),
  }
}

/** How many of the newer runs of its ticker are looked at for the one that went on with a failed run. */
const LOOKED_AT = 10

function createGoneOnWith(desk: PageDeps['desk']): (failed: Summary) => Promise<boolean> {
  /** The run that a run takes over from never changes; null for none. */
  const sources = new Map<string, string | null>()

  async function sourceOf(runId: string): Promise<string | null> {
    const known = sources.get(runId)
    if (known !== undefined) return known
    const source = (await loadState({ desk }, runId))?.reuse?.run_id ?? null
    sources.set(runId, source)
    if (sources.size > SOURCES_KEPT) sources.delete(sources.keys().next().value!)
    return source
  }

  return async ({ status, ticker, run_id: runId, created_at: since }) => {
    if (status !== 'error') return false
    const newer = desk.list({ ticker, limit: LOOKED_AT }).runs.filter((run) => run.created_at >= since)
    for (const run of newer) if ((await sourceOf(run.run_id)) === runId) return true
    return false
  }
}

const SOURCES_KEPT = 500

/** `AAPL: BUY, as of 2012-06-29`. */
function tellResult({ ticker, status, decision, as_of }: Summary): string {
  const result = decision ? `: ${decision.action}` : status === 'error' ? ' failed' : ' completed'
  return `${ticker}${result}${as_of === null ? '' : `, as of ${as_of}`}`
}
