/** The last verdict of each ticker, and what has changed since the one before it. */
import { InputError, quote } from '../../core/errors.ts'
import { countOf } from '../../core/format.ts'
import { parseTickers } from '../../core/ids.ts'
import { createRunOrder, DIRECTIONS, naturalDirection, type Direction } from '../../runs/run-order.ts'
import type { RunDesk } from '../../runs/desk.ts'
import { parseOneOf } from '../../runs/run-query.ts'
import type { Page } from '../page.ts'
import { compareWithPrior } from '../view-models/compare-link.ts'
import { toQuery } from '../view-models/run-row.ts'
import { linkSort } from '../view-models/sort-link.ts'
import {
  VERDICT_SORTS,
  viewLatestVerdict,
  type Since,
  type VerdictSort,
} from '../view-models/verdicts-view.ts'
import type { PageKit } from './page-deps.ts'

/** As many decisions are read for a page at most. */
const PAGE_SIZE = 50
const NATURAL = 'as_of'

const COLUMNS: { label: string; sort?: VerdictSort; numeric?: true }[] = [
  { label: 'Ticker', sort: 'ticker' },
  { label: 'Verdict', sort: 'verdict' },
  { label: 'Confidence', sort: 'confidence', numeric: true },
  { label: 'As of', sort: 'as_of' },
  { label: 'Age' },
  { label: 'Entry', numeric: true },
  { label: 'Stop', numeric: true },
  { label: 'Target', numeric: true },
  { label: 'R : R', sort: 'risk_reward', numeric: true },
  { label: 'Since the verdict before' },
]

interface VerdictsQuery {
  tickers: string[]
  typed: string
  sort: VerdictSort
  direction: Direction
  /** From 1. */
  page: number
}

/** Throws `InputError` for what the URL got wrong. */
export function createVerdictsPage(kit: PageKit, url: URL): Page {
  const query = readQuery(url)
  return {
    title: 'Latest verdicts',
    nav: 'verdicts',
    template: 'verdicts/verdicts',
    data: { typed: query.typed, ...orderOf(query) },
    regions: [
      {
        id: 'verdicts-table',
        key: `verdicts/table:${hrefOf(query, { page: query.page })}`,
        template: 'verdicts/table',
        watch: ['list'],
        data: () => viewTable(kit, query),
      },
    ],
    live: true,
    hasForm: true,
  }
}

async function viewTable({ desk, verdictChanges, clock }: PageKit, query: VerdictsQuery): Promise<object> {
  const present = { by: query.sort, direction: query.direction }
  const all = [...desk.latestDecisions(query.tickers)].sort(createRunOrder(present))
  const start = (query.page - 1) * PAGE_SIZE
  const shown = all.slice(start, start + PAGE_SIZE)
  const since = await verdictChanges.load(shown.map((run) => run.run_id))
  const found = new Set(all.map((run) => run.ticker))
  const end = start + shown.length
  const last = Math.max(1, Math.ceil(all.length / PAGE_SIZE))
  const tickers = countOf(all.length, 'ticker')
  return {
    rows: shown.map((run, i) =>
      viewLatestVerdict(run, since[i]!, linkPrior(desk, run.run_id, since[i]!), clock.now()),
    ),
    columns: COLUMNS.map(({ sort, ...column }) => ({
      ...column,
      ...(sort ? linkSort(present, sort, NATURAL, (order) => hrefOf(query, order)) : {}),
    })),
    total: all.length,
    isFiltered: query.tickers.length > 0,
    without: query.tickers.filter((ticker) => !found.has(ticker)).join(', '),
    position: shown.length < all.length && shown.length > 0 ? `${start + 1}–${end} of ${tickers}` : tickers,
    firstHref: query.page > 1 ? hrefOf(query) : '',
    previousHref: query.page > 1 ? hrefOf(query, { page: Math.min(query.page - 1, last) }) : '',
    nextHref: end < all.length && shown.length > 0 ? hrefOf(query, { page: query.page + 1 }) : '',
  }
}

function linkPrior(desk: RunDesk, runId: string, since: Since | null): string {
  return since?.prior ? compareWithPrior(desk, runId, since.prior.run_id) : ''
}

function readQuery({ searchParams }: URL): VerdictsQuery {
  const get = (name: string) => searchParams.getAll(name).join(',').trim()
  const oneOf = <T extends string>(name: string, allowed: readonly T[], otherwise: T): T =>
    parseOneOf(name, get(name) || otherwise, allowed)
  const typed = get('tickers')
  const sort = oneOf('sort', VERDICT_SORTS, NATURAL)
  const page = get('page') || '1'
  if (!/^[1-9]\d{0,5}$/.test(page))
    throw new InputError('page', `page ${quote(page)} is not a whole number from 1`)
  return {
    typed,
    tickers: typed === '' ? [] : parseTickers(typed),
    sort,
    direction: oneOf('dir', DIRECTIONS, naturalDirection(sort)),
    page: Number(page),
  }
}

/** The address with the same tickers; without changes it is the first page. */
function hrefOf(
  query: VerdictsQuery,
  changes: { page?: number; sort?: string | null; dir?: string | null } = {},
): string {
  const { page = 1, ...order } = changes
  return `/verdicts${toQuery({
    tickers: query.tickers.join(','),
    ...orderOf(query),
    ...order,
    page: page === 1 ? null : String(page),
  })}`
}

/** What does not go without saying of the order. */
function orderOf({ sort, direction }: VerdictsQuery): { sort: string | null; dir: string | null } {
  return {
    sort: sort === NATURAL ? null : sort,
    dir: direction === naturalDirection(sort) ? null : direction,
  }
}
