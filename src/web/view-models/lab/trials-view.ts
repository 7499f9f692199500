/** The best trials of a search as a table, by its objective or by what was asked for, a page at a time. */
import { countOf, formatNumber } from '../../../core/format.ts'
import type { TrialPage, TrialQuery } from '../../../lab/lab-desk.ts'
import type { SearchState } from '../../../lab/lab-state.ts'
import { SMALLER_IS_BETTER, type Statistic } from '../../../trading/statistics.ts'
import { trialHref } from '../trials-link.ts'
import { writeSort, type JobAsk, type Sorted } from './job-ask.ts'
import { formatParams } from './params-view.ts'
import { formatStatistic, labelStatistic } from './statistics-view.ts'
import type { SortColumn } from './trades-view.ts'

const TRIALS_PAGE_SIZE = 20

export interface TrialsView {
  names: string[]
  columns: (SortColumn & { isObjective: boolean })[]
  rows: { href: string; number: string; params: string[]; figures: string[] }[]
  total: number
  position: string
  firstHref: string
  previousHref: string
  nextHref: string
}

const SHOWN: Statistic[] = [
  ...(['sharpe_ratio', 'return_pct', 'cagr_pct', 'max_drawdown_pct', 'trades'] as const),
  ...(['win_rate_pct', 'profit_factor'] as const),
]
const PART = 'job-trials'

/** What the address asks of the trials; by the objective, best first, where it asks for nothing. */
export function queryTrials(ask: JobAsk, maximize: Statistic): TrialQuery {
  const { by, descending } = sortOf(ask, maximize)
  return { sort: by, descending, offset: ask.trialsPage * TRIALS_PAGE_SIZE, limit: TRIALS_PAGE_SIZE }
}

export function viewTrials(runId: string, search: SearchState, page: TrialPage, ask: JobAsk): TrialsView {
  const { maximize, names } = search
  const sort = sortOf(ask, maximize)
  const shown = [maximize, ...SHOWN.filter((name) => name !== maximize)]
  const usual = writeSort({ by: maximize, descending: isLargestFirst(maximize) })
  const start = ask.trialsPage * TRIALS_PAGE_SIZE
  const pageHref = (number: number) => ask.href({ page: number === 0 ? null : String(number + 1) }, PART)
  return {
    names,
    columns: shown.map((name) => {
      const isPresent = name === sort.by
      const text = writeSort({ by: name, descending: isPresent ? !sort.descending : isLargestFirst(name) })
      return {
        label: labelStatistic(name),
        numeric: true,
        isObjective: name === maximize,
        href: ask.href({ trials: text === usual ? null : text, page: null }, PART),
        sorted: !isPresent ? '' : sort.descending ? 'descending' : 'ascending',
      }
    }),
    rows: page.trials.map(({ trial, params, stats }) => ({
      href: trialHref(runId, trial),
      number: formatNumber(trial, 0),
      params: formatParams(names, params),
      figures: shown.map((name) => formatStatistic(name, stats[name])),
    })),
    total: page.total,
    position:
      page.trials.length === 0
        ? countOf(page.total, 'try', 'tries')
        : `${formatNumber(start + 1, 0)}–${formatNumber(start + page.trials.length, 0)} of ${countOf(page.total, 'try', 'tries')}`,
    firstHref: start > 0 ? pageHref(0) : '',
    previousHref: ask.trialsPage > 1 ? pageHref(ask.trialsPage - 1) : '',
    nextHref: start + TRIALS_PAGE_SIZE < page.total ? pageHref(ask.trialsPage + 1) : '',
  }
}

function sortOf(ask: JobAsk, maximize: Statistic): Sorted<Statistic> {
  return ask.trials ?? { by: maximize, descending: isLargestFirst(maximize) }
}

export function isLargestFirst(name: Statistic): boolean {
  return !SMALLER_IS_BETTER.has(name)
}
