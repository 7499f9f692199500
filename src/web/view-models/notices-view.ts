/** What was told of runs that ended, as the System page lists it. */
import { countOf } from '../../core/format.ts'
import type { PublicSummary } from '../../runs/summary.ts'
import { runHref } from './run-row.ts'
import type { Tone } from './status-view.ts'
import { viewTime, type TimeView } from './time-view.ts'

export interface NoticeFacts {
  notice: { id: string; event: string; run: PublicSummary }
  state: 'waiting' | 'delivered' | 'given_up'
  tries: number
  updated_at: string
  /** Why the last try failed; null where none did. */
  problem: string | null
}

export interface NoticeView {
  id: string
  runId: string
  ticker: string
  href: string
  what: string
  word: string
  icon: string
  tone: Tone
  tries: string
  problem: string
  updated: TimeView
}

const LOOKS = {
  waiting: { word: 'on its way', icon: '◐', tone: 'work' },
  delivered: { word: 'received', icon: '✓', tone: 'good' },
  given_up: { word: 'given up', icon: '✕', tone: 'bad' },
} as const

export function viewNotices(notices: readonly NoticeFacts[]): NoticeView[] {
  return notices.map(({ notice, state, tries, updated_at, problem }) => {
    const { run_id: runId, ticker } = notice.run
    return {
      id: notice.id,
      runId,
      ticker,
      href: runHref(runId),
      what: notice.event === 'run.completed' ? 'completed' : 'failed',
      ...(state === 'waiting' && tries > 0 ? { ...LOOKS.waiting, word: 'to be tried again' } : LOOKS[state]),
      tries: countOf(tries, 'try', 'tries'),
      problem: problem ?? '',
      updated: viewTime(updated_at),
    }
  })
}
