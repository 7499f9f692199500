/**
 * The rows of the index in memory, ordered by creation, and the questions asked of them. Kept by batch and by status as
 * well: asking for one batch, or for what is at work, costs what it returns, however many runs there are. Knows nothing
 * of files.
 */
import { InputError, quote } from '../core/errors.ts'
import type { RunFilter, RunPage } from '../runs/ports.ts'
import { RUN_STATUSES, type RunStatus } from '../runs/status.ts'
import type { Summary } from '../runs/summary.ts'
import { compareRows, createOrderedRows, type OrderedRows, type Row } from './ordered-rows.ts'

/** Rows of several statuses are put in order for one answer as long as they are at most this part of all. */
const MERGED_SHARE = 1 / 8

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

  function add(row: Row): void {
    ordered.add(row)
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
      if (before.status !== summary.status) byStatus.get(before.status)!.remove(row)
      row.summary = summary
      row.haystack = null
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
    ordered = createOrderedRows([...byId.values()].sort((a, b) => compareRows(a.summary, b.summary)))
    byBatch.clear()
    byStatus.clear()
    for (const row of ordered.values()) addToGroups(row)
  }

  function remove(runId: string): Summary | undefined {
    const row = byId.get(runId)
    if (!row) return undefined
    const { batch_id: batchId, status } = row.summary
    byId.delete(runId)
    ordered.remove(row)
    byStatus.get(status)!.remove(row)
    const batch = byBatch.get(batchId)!
    batch.remove(row)
    if (batch.length === 0) byBatch.delete(batchId)
    return row.summary
  }

  /** The fewest rows that hold every match, and what of the filter is left to be asked of each. */
  function narrow(filter: RunFilter): { rows: OrderedRows; rest: RunFilter } {
    const { batch, status } = filter
    if (batch)
      return { rows: byBatch.get(batch) ?? createOrderedRows(), rest: { ...filter, batch: undefined } }
    if (!status) return { rows: ordered, rest: filter }
    const groups = [...new Set(status)].flatMap((one) => byStatus.get(one) ?? [])
    const count = groups.reduce((sum, group) => sum + group.length, 0)
    if (groups.length > 1 && count > ordered.length * MERGED_SHARE) return { rows: ordered, rest: filter }
    const rows = groups.length === 1 ? groups[0]! : mergeRows(groups)
    return { rows, rest: { ...filter, status: undefined } }
  }

  function query(filter: RunFilter): RunPage {
    const { after, limit = Infinity } = filter
    const { rows, rest } = narrow(filter)
    const matches = createMatcher(rest)
    let start = rows.length
    if (after !== undefined) {
      const row = byId.get(after)
      if (!row) throw new InputError('after', `after ${quote(after)} is no run in the list`)
      start = rows.findPlace(row.summary)
    }
    const runs: Summary[] = []
    let total = matches ? 0 : rows.length
    let hasMore = false
    for (let i = (matches ? rows.length : start) - 1; i >= 0; i -= 1) {
      const row = rows.at(i)
      if (matches) {
        if (!matches(row)) continue
        total += 1
        if (i >= start) continue
      }
      if (runs.length < limit) runs.push(row.summary)
      else {
        hasMore = true
        // Nothing is left to be counted.
        if (!matches) break
      }
    }
    return { runs, next: hasMore ? (runs.at(-1)?.run_id ?? null) : null, total }
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
  return compareRows(b, a)
}

function groupOf<Key>(groups: Map<Key, OrderedRows>, key: Key): OrderedRows {
  let group = groups.get(key)
  if (!group) groups.set(key, (group = createOrderedRows()))
  return group
}

function mergeRows(groups: readonly OrderedRows[]): OrderedRows {
  const rows = groups.flatMap((group) => group.values())
  return createOrderedRows(rows.sort((a, b) => compareRows(a.summary, b.summary)))
}

/** Null where everything matches. */
function createMatcher({ status, kind, ticker, batch, q }: RunFilter): ((row: Row) => boolean) | null {
  const wantedTicker = ticker?.trim().toUpperCase()
  const needle = q?.trim().toLowerCase()
  if (!status && !kind && !wantedTicker && !batch && !needle) return null
  return (row) => {
    const { summary } = row
    if (status && !status.includes(summary.status)) return false
    if (kind && !kind.includes(summary.kind)) return false
    if (wantedTicker && summary.ticker !== wantedTicker) return false
    if (batch && summary.batch_id !== batch) return false
    return !needle || (row.haystack ??= createHaystack(summary)).includes(needle)
  }
}

/** A line break between the fields keeps a search from matching across two of them. */
function createHaystack({ run_id, ticker, current_stage, progress_message, error }: Summary): string {
  return [run_id, ticker, current_stage ?? '', progress_message ?? '', error ?? ''].join('\n').toLowerCase()
}
