/**
 * The rows of the index in memory, ordered by creation, and the questions asked of them. Kept by batch and by status as
 * well, and in every other order that was ever asked for: what is asked for again costs no sorting, however many runs
 * there are. Knows nothing of files.
 */
import { InputError, quote } from '../core/errors.ts'
import type { RunFilter, RunPage } from '../runs/ports.ts'
import { compareByAge, createRunOrder, NEWEST_FIRST, type RunSort } from '../runs/run-order.ts'
import { RUN_STATUSES, type RunStatus } from '../runs/status.ts'
import type { Summary } from '../runs/summary.ts'
import {
  createList,
  createOrderedRows,
  findPlaceIn,
  reverseList,
  type OrderedRows,
  type Row,
  type RowList,
} from './ordered-rows.ts'
import { createMatcher } from './run-matcher.ts'

/** Rows are put in order for one answer as long as they are at most this part of all. */
const SORTED_SHARE = 1 / 8

export interface RunRows {
  readonly size: number
  get(runId: string): Summary | undefined
  /** Adds or replaces; returns what stood there before. */
  put(summary: Summary): Summary | undefined
  /** Adds many at once: sorts a single time. */
  putAll(summaries: Iterable<Summary>): void
  remove(runId: string): Summary | undefined
  query(filter: RunFilter): RunPage
  latestDecisions(tickers: readonly string[]): Summary[]
  counts(): Record<RunStatus, number>
  /** Every row, oldest first. */
  values(): Summary[]
}

export function createRunRows(): RunRows {
  const byId = new Map<string, Row>()
  let ordered = createOrderedRows()
  const byBatch = new Map<string, OrderedRows>()
  const byStatus = new Map<RunStatus, OrderedRows>()
  /** All rows in other orders, made when first asked for and kept up to date from then on. */
  const orders = new Map<string, OrderedRows>()

  function add(row: Row): void {
    ordered.add(row)
    for (const order of orders.values()) order.add(row)
    addToGroups(row)
  }

  function addToGroups(row: Row): void {
    groupOf(byBatch, row.summary.batch_id).add(row)
    groupOf(byStatus, row.summary.status).add(row)
  }

  function put(summary: Summary): Summary | undefined {
    const row = byId.get(summary.run_id)
    const before = row?.summary
    if (row && before?.created_at === summary.created_at && before.batch_id === summary.batch_id) {
      const moved = [...orders.values()].filter((order) => order.compare(before, summary) !== 0)
      if (before.status !== summary.status) byStatus.get(before.status)!.remove(row)
      for (const order of moved) order.remove(row)
      row.summary = summary
      row.haystack = null
      for (const order of moved) order.add(row)
      if (before.status !== summary.status) groupOf(byStatus, summary.status).add(row)
      return before
    }
    if (row) remove(summary.run_id)
    const added = { summary, haystack: null }
    byId.set(summary.run_id, added)
    add(added)
    return before
  }

  function putAll(summaries: Iterable<Summary>): void {
    for (const summary of summaries) byId.set(summary.run_id, { summary, haystack: null })
    ordered = createOrderedRows([...byId.values()].sort((a, b) => compareByAge(a.summary, b.summary)))
    byBatch.clear()
    byStatus.clear()
    orders.clear()
    for (const row of ordered.values()) addToGroups(row)
  }

  function remove(runId: string): Summary | undefined {
    const row = byId.get(runId)
    if (!row) return undefined
    const { batch_id: batchId, status } = row.summary
    byId.delete(runId)
    ordered.remove(row)
    for (const order of orders.values()) order.remove(row)
    byStatus.get(status)!.remove(row)
    const batch = byBatch.get(batchId)!
    batch.remove(row)
    if (batch.length === 0) byBatch.delete(batchId)
    return row.summary
  }

  /** The fewest rows that hold every match, oldest first, and what of the filter is left to be asked of each. */
  function narrow(filter: RunFilter): { rows: OrderedRows; rest: RunFilter } {
    const { batch, status } = filter
    if (batch)
      return { rows: byBatch.get(batch) ?? createOrderedRows(), rest: { ...filter, batch: undefined } }
    if (!status) return { rows: ordered, rest: filter }
    const groups = [...new Set(status)].flatMap((one) => byStatus.get(one) ?? [])
    const count = groups.reduce((sum, group) => sum + group.length, 0)
    if (groups.length > 1 && !isFew(count)) return { rows: ordered, rest: filter }
    const rows = groups.length === 1 ? groups[0]! : mergeRows(groups)
    return { rows, rest: { ...filter, status: undefined } }
  }

  function isFew(count: number): boolean {
    return count <= ordered.length * SORTED_SHARE
  }

  /** Rows that hold every match, in the order asked, and what is left to be asked of each. */
  function arrange(filter: RunFilter, sort: RunSort): { list: RowList; rest: RunFilter } {
    const { rows, rest } = narrow(filter)
    if (sort.by === 'launched') return { list: sort.direction === 'asc' ? rows : reverseList(rows), rest }
    if (rows === ordered || !isFew(rows.length)) return { list: orderOf(sort), rest: filter }
    return { list: createList(sortRows(rows.values(), sort)), rest }
  }

  function orderOf(sort: RunSort): OrderedRows {
    const name = `${sort.by} ${sort.direction}`
    let order = orders.get(name)
    if (!order) {
      order = createOrderedRows(sortRows(ordered.values(), sort), createRunOrder(sort))
      orders.set(name, order)
    }
    return order
  }

  function query(filter: RunFilter): RunPage {
    const { after, before, limit = Infinity, sort = NEWEST_FIRST } = filter
    const { list, rest } = arrange(filter, sort)
    const matches = createMatcher(rest)
    const found = matches ? collect(list, matches) : list
    const total = found.length
    const compare = createRunOrder(sort)
    let start = 0
    if (after !== undefined) {
      const { summary } = findRow('after', after)
      start = findPlaceIn(found, summary, compare)
      if (start < total && found.at(start).summary === summary) start += 1
    } else if (before !== undefined) {
      start = Math.max(0, findPlaceIn(found, findRow('before', before).summary, compare) - limit)
    }
    const end = Math.min(total, start + limit)
    const runs: Summary[] = []
    for (let i = start; i < end; i += 1) runs.push(found.at(i).summary)
    return {
      runs,
      next: end < total ? (runs.at(-1)?.run_id ?? null) : null,
      previous: start > 0 ? (runs[0]?.run_id ?? null) : null,
      start,
      total,
    }
  }

  function findRow(field: string, runId: string): Row {
    const row = byId.get(runId)
    if (row) return row
    throw new InputError(field, `${field} ${quote(runId)} is no run in the list`)
  }

  function latestDecisions(tickers: readonly string[]): Summary[] {
    const wanted = new Set(tickers)
    const found = new Map<string, Summary>()
    for (const { summary } of byStatus.get('completed')?.values() ?? []) {
      const { ticker, decision } = summary
      if (decision === null) continue
      if (wanted.size > 0 && !wanted.has(ticker)) continue
      const known = found.get(ticker)
      if (!known || compareVerdicts(summary, known) < 0) found.set(ticker, summary)
    }
    if (wanted.size === 0) return [...found.values()].sort(compareVerdicts)
    return [...wanted].flatMap((ticker) => found.get(ticker) ?? [])
  }

  return {
    get size() {
      return byId.size
    },
    get: (runId) => byId.get(runId)?.summary,
    put,
    putAll,
    remove,
    query,
    latestDecisions,
    counts() {
      const count = (status: RunStatus) => [status, byStatus.get(status)?.length ?? 0] as const
      return Object.fromEntries(RUN_STATUSES.map(count)) as Record<RunStatus, number>
    },
    values: () => ordered.values().map((row) => row.summary),
  }
}

/** Latest first: by the day a verdict stands on, then by creation. The one meaning of a ticker's latest verdict. */
export function compareVerdicts(a: Summary, b: Summary): number {
  const [dayA, dayB] = [a.as_of ?? '', b.as_of ?? '']
  if (dayA !== dayB) return dayA < dayB ? 1 : -1
  return compareByAge(b, a)
}

function groupOf<Key>(groups: Map<Key, OrderedRows>, key: Key): OrderedRows {
  let group = groups.get(key)
  if (!group) groups.set(key, (group = createOrderedRows()))
  return group
}

function mergeRows(groups: readonly OrderedRows[]): OrderedRows {
  const rows = groups.flatMap((group) => group.values())
  return createOrderedRows(rows.sort((a, b) => compareByAge(a.summary, b.summary)))
}

function sortRows(rows: readonly Row[], sort: RunSort): Row[] {
  const compare = createRunOrder(sort)
  return [...rows].sort((a, b) => compare(a.summary, b.summary))
}

function collect(list: RowList, matches: (row: Row) => boolean): RowList {
  const found: Row[] = []
  for (let i = 0; i < list.length; i += 1) {
    const row = list.at(i)
    if (matches(row)) found.push(row)
  }
  return createList(found)
}
