/** The list of runs as its page shows it: rows with their figures, headings that sort, where in the list one stands. */
import { countOf, formatNumber } from '../../core/format.ts'
import type { RunPage } from '../../runs/ports.ts'
import { NEWEST_FIRST, type RunSortKey } from '../../runs/run-order.ts'
import type { FilesState, Summary } from '../../runs/summary.ts'
import { formatSize } from './decision-view.ts'
import { viewRunRow, type RunRow } from './run-row.ts'
import { SORT_LABELS } from './runs-form.ts'
import type { RunsQuery, RunsView } from './runs-query.ts'
import { linkSort, type SortLink } from './sort-link.ts'

export interface ListedRun extends RunRow {
  entry: string
  stop: string
  target: string
  riskReward: string
  size: string
  /** How many figures no evidence bears out. */
  unverified: string
  /** What is not as it was written: `pruned`, `imported`. */
  notes: { text: string; title: string }[]
}

/** One that does not sort has no address. */
export interface Column extends Partial<SortLink> {
  label: string
  numeric: boolean
}

export interface ListView {
  rows: ListedRun[]
  columns: Column[]
  isLevels: boolean
  /** `51–100 of 10,000 runs`. */
  position: string
  total: number
  isFiltered: boolean
  firstHref: string
  previousHref: string
  nextHref: string
}

/** Where a heading has less room than a list of choices. */
const SHORT_LABELS: Partial<Record<RunSortKey, string>> = { risk_reward: 'R : R' }

const NUMERIC: ReadonlySet<RunSortKey> = new Set([
  ...(['confidence', 'risk_reward', 'size', 'unverified', 'cost', 'worked'] as const),
])
const LEVELS: (RunSortKey | string)[] = ['Entry', 'Stop', 'Target', 'risk_reward', 'size', 'unverified']
const COLUMNS: Record<RunsView, (RunSortKey | string)[]> = {
  work: ['risk_reward', 'by', 'cost', 'launched', 'worked'],
  levels: [...LEVELS, 'launched'],
}

export function viewList(query: RunsQuery, page: RunPage, now: number): ListView {
  const { runs, start, total, previous, next } = page
  const shown =
    runs.length === 0 ? '' : `${formatNumber(start + 1, 0)}–${formatNumber(start + runs.length, 0)} of `
  const all = countOf(total, 'run')
  const firstHref = start > 0 ? query.href() : ''
  return {
    rows: runs.map((run) => viewListedRun(run, now)),
    columns: ['status', 'ticker', 'as_of', 'verdict', 'confidence', ...COLUMNS[query.view]].map((name) =>
      viewColumn(query, name),
    ),
    isLevels: query.view === 'levels',
    position: runs.length < total ? `${shown}${all}` : all,
    total,
    isFiltered: query.isFiltered,
    firstHref,
    // The page in front of which there is nothing is the one at which new runs come in.
    previousHref: previous === null || start <= query.size ? firstHref : query.href({ before: previous }),
    nextHref: next === null ? '' : query.href({ after: next }),
  }
}

function viewColumn(query: RunsQuery, name: string): Column {
  if (!(name in SORT_LABELS)) return { label: name, numeric: true }
  const by = name as RunSortKey
  return {
    label: SHORT_LABELS[by] ?? SORT_LABELS[by],
    numeric: NUMERIC.has(by),
    ...linkSort(query.sort, by, NEWEST_FIRST.by, query.href),
  }
}

export function viewListedRun(summary: Summary, now: number): ListedRun {
  const { stats } = summary
  const figure = (name: string) => {
    const value = stats?.[name]
    return value === null || value === undefined ? '' : formatNumber(value)
  }
  return {
    ...viewRunRow(summary, 'row', now),
    entry: figure('entry'),
    stop: figure('stop_loss'),
    target: figure('take_profit'),
    riskReward: figure('risk_reward'),
    size: stats?.fraction_of_equity ? formatSize(stats.fraction_of_equity) : '',
    unverified: typeof stats?.unverified === 'number' ? formatNumber(stats.unverified, 0) : '',
    notes: viewNotes(summary.files),
  }
}

const WHAT_IS_LEFT: Record<FilesState['state'], string> = {
  whole: '',
  packed: 'Journal and reports are compressed; all can be read as before',
  pruned: 'Journal, reports and log were pruned; summary and decision stay',
  gone: 'Its folder is gone; what this list shows is all that is left',
}

export function viewNotes({ state, since, imported_at: imported }: FilesState): ListedRun['notes'] {
  const day = (at: string | null) => (at === null ? '' : ` (${at.slice(0, 10)})`)
  return [
    ...(state === 'whole' ? [] : [{ text: state, title: `${WHAT_IS_LEFT[state]}${day(since)}` }]),
    ...(imported === null
      ? []
      : [
          {
            text: 'imported',
            title: `Brought here from another desk${day(imported)}; checked against its hashes and its own journal`,
          },
        ]),
  ]
}
