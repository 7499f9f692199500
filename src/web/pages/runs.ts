/** Every run: filtered and sorted by what the URL says, a page at a time. */
import { InputError, quote } from '../../core/errors.ts'
import { isRunId } from '../../core/ids.ts'
import type { RunKind } from '../../runs/event.ts'
import type { RunFilter, RunPage } from '../../runs/ports.ts'
import { RUN_STATUSES, type RunStatus } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import type { Page } from '../page.ts'
import { toQuery, viewRunRow } from '../view-models/run-row.ts'
import { describeStatus } from '../view-models/status-view.ts'
import type { PageDeps } from './page-deps.ts'

const PAGE_SIZE = 50
/** The most runs that are sorted by anything else than age. */
const SORTABLE = 20_000

type Order = (a: Summary, b: Summary) => number

/** Orders besides newest first, which is the desk's own; what an order leaves equal stays newest first. */
const SORTS: Record<string, Order> = {
  ticker: (a, b) => compareText(a.ticker, b.ticker),
  status: (a, b) => RUN_STATUSES.indexOf(a.status) - RUN_STATUSES.indexOf(b.status),
  as_of: (a, b) => compareText(b.as_of ?? '', a.as_of ?? ''),
  verdict: (a, b) => compareText(a.decision?.action ?? '~', b.decision?.action ?? '~'),
  confidence: (a, b) => (b.decision?.confidence ?? -1) - (a.decision?.confidence ?? -1),
  cost: (a, b) => (b.usage.cost_usd ?? -1) - (a.usage.cost_usd ?? -1),
  duration: (a, b) => b.execution_ms - a.execution_ms,
}

const COLUMNS: Column[] = [
  { label: 'Status', sort: 'status' },
  { label: 'Ticker', sort: 'ticker' },
  { label: 'As of', sort: 'as_of' },
  { label: 'Verdict', sort: 'verdict' },
  { label: 'Confidence', sort: 'confidence', numeric: true },
  { label: 'By' },
  { label: 'Cost', sort: 'cost', numeric: true },
  { label: 'Launched', sort: '' },
  { label: 'Worked', sort: 'duration', numeric: true },
]

interface Column {
  label: string
  /** What its heading sorts by; absent where it does not. */
  sort?: string
  numeric?: true
}

interface RunsQuery {
  status: string
  kind: string
  ticker: string
  q: string
  sort: string
  after: string
}

export function createRunsPage(deps: PageDeps, url: URL): Page {
  const query = readQuery(url, [...deps.desk.workflows.keys()])
  const kinds = [...deps.desk.workflows].map(([kind, workflow]) => ({ value: kind, label: workflow.title }))
  const filtered = query.status !== '' || query.kind !== '' || query.ticker !== '' || query.q !== ''
  return {
    title: 'Runs',
    nav: 'runs',
    template: 'runs/runs',
    data: {
      query,
      filtered,
      kinds,
      statuses: RUN_STATUSES.map((status) => ({ value: status, label: describeStatus(status).word })),
    },
    regions: [
      {
        id: 'runs-table',
        key: `runs/table:${toQuery({ ...query })}`,
        template: 'runs/table',
        watch: ['list'],
        data: () => viewTable(deps, query, filtered),
      },
    ],
    live: true,
    hasForm: true,
  }
}

function viewTable(deps: PageDeps, query: RunsQuery, filtered: boolean): object {
  const { runs, next, total } = listSorted(deps, query)
  return {
    rows: runs.map((summary) => viewRunRow(summary, 'row', deps.clock.now())),
    total,
    filtered,
    isFirst: query.after === '',
    newestHref: `/runs${toQuery({ ...query, after: null })}`,
    nextHref: next === null ? '' : `/runs${toQuery({ ...query, after: next })}`,
    columns: COLUMNS.map((column) => ({
      ...column,
      ...(column.sort === undefined ? { href: '', sorted: '' } : sortLink(query, column.sort)),
    })),
  }
}

function listSorted({ desk }: PageDeps, query: RunsQuery): RunPage {
  const filter: RunFilter = {
    ...(query.status ? { status: [query.status as RunStatus] } : {}),
    ...(query.kind ? { kind: [query.kind as RunKind] } : {}),
    ...(query.ticker ? { ticker: query.ticker.toUpperCase() } : {}),
    ...(query.q ? { q: query.q } : {}),
  }
  const order = SORTS[query.sort]
  if (!order && query.sort !== 'oldest')
    return desk.list({ ...filter, ...(query.after ? { after: query.after } : {}), limit: PAGE_SIZE })
  const all: Summary[] = []
  for (let after: string | undefined; all.length < SORTABLE;) {
    const page = desk.list({ ...filter, ...(after ? { after } : {}), limit: SORTABLE })
    all.push(...page.runs)
    if (page.next === null || page.runs.length === 0) break
    after = page.next
  }
  if (order) all.sort(order)
  else all.reverse()
  const from = query.after ? all.findIndex((run) => run.run_id === query.after) + 1 : 0
  const runs = all.slice(from, from + PAGE_SIZE)
  return { runs, next: from + PAGE_SIZE < all.length ? runs.at(-1)!.run_id : null, total: all.length }
}

/** Throws `InputError` for names that the URL got wrong: a list that ignored them would pass for what was asked. */
function readQuery(url: URL, kinds: readonly string[]): RunsQuery {
  const get = (name: string) => url.searchParams.get(name)?.trim() ?? ''
  const oneOf = (name: string, allowed: readonly string[]) => {
    const value = get(name)
    if (value === '' || allowed.includes(value)) return value
    throw new InputError(name, `${name} ${quote(value)} is not one of ${allowed.join(', ')}`)
  }
  return {
    status: oneOf('status', RUN_STATUSES),
    kind: oneOf('kind', kinds),
    ticker: get('ticker').slice(0, 15),
    q: get('q').slice(0, 100),
    sort: oneOf('sort', ['oldest', ...Object.keys(SORTS)]),
    after: isRunId(get('after')) ? get('after') : '',
  }
}

/** A column's heading sorts by it; that of the age turns between newest and oldest. */
function sortLink(query: RunsQuery, sort: string): { href: string; sorted: string } {
  const present = query.sort === 'oldest' ? '' : query.sort
  const target = sort === '' && query.sort === '' ? 'oldest' : sort
  const direction =
    query.sort === 'oldest' || ['ticker', 'status', 'verdict'].includes(sort) ? 'ascending' : 'descending'
  return {
    href: `/runs${toQuery({ ...query, sort: target, after: null })}`,
    sorted: present === sort ? direction : '',
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
