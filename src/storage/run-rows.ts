/**
 * The rows of the index in memory, ordered by creation, and the questions asked of them. Knows nothing of files.
 */
import { InputError, quote } from '../core/errors.ts'
import type { RunFilter, RunPage } from '../runs/ports.ts'
import { RUN_STATUSES, type RunStatus } from '../runs/status.ts'
import type { Summary } from '../runs/summary.ts'

interface Row {
  summary: Summary
  /** What a text search looks into, lower-cased; made when first asked for. */
  haystack: string | null
}

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
  /** Oldest first: new runs nearly always go to the end. */
  let ordered: Row[] = []
  const counts = Object.fromEntries(RUN_STATUSES.map((status) => [status, 0])) as Record<RunStatus, number>

  function put(summary: Summary): Summary | undefined {
    const row = byId.get(summary.run_id)
    if (row && row.summary.created_at === summary.created_at) {
      const before = row.summary
      counts[before.status] -= 1
      counts[summary.status] += 1
      row.summary = summary
      row.haystack = null
      return before
    }
    const before = row && remove(summary.run_id)
    const added = { summary, haystack: null }
    byId.set(summary.run_id, added)
    ordered.splice(findPlace(summary), 0, added)
    counts[summary.status] += 1
    return before
  }

  function putAll(summaries: Iterable<Summary>): void {
    for (const summary of summaries) {
      const row = byId.get(summary.run_id)
      if (row) counts[row.summary.status] -= 1
      byId.set(summary.run_id, { summary, haystack: null })
      counts[summary.status] += 1
    }
    ordered = [...byId.values()].sort((a, b) => compareRows(a.summary, b.summary))
  }

  function remove(runId: string): Summary | undefined {
    const row = byId.get(runId)
    if (!row) return undefined
    byId.delete(runId)
    ordered.splice(findPlace(row.summary), 1)
    counts[row.summary.status] -= 1
    return row.summary
  }

  /** The index of the first row that is not older than `summary`. */
  function findPlace(summary: Summary): number {
    let low = 0
    let high = ordered.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareRows(ordered[middle]!.summary, summary) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  function query(filter: RunFilter): RunPage {
    const { after, limit = Infinity } = filter
    const matches = createMatcher(filter)
    let start = ordered.length
    if (after !== undefined) {
      const row = byId.get(after)
      if (!row) throw new InputError('after', `after ${quote(after)} is no run in the list`)
      start = findPlace(row.summary)
    }
    const runs: Summary[] = []
    let total = 0
    let hasMore = false
    for (let i = ordered.length - 1; i >= 0; i -= 1) {
      const row = ordered[i]!
      if (!matches(row)) continue
      total += 1
      if (i >= start) continue
      if (runs.length < limit) runs.push(row.summary)
      else hasMore = true
    }
    return { runs, next: hasMore ? (runs.at(-1)?.run_id ?? null) : null, total }
  }

  function latestDecisions(tickers: readonly string[]): Summary[] {
    const wanted = new Set(tickers)
    const found = new Map<string, Summary>()
    for (const { summary } of ordered) {
      const { ticker, status, decision } = summary
      if (status !== 'completed' || decision === null) continue
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
    counts: () => ({ ...counts }),
    values: () => ordered.map((row) => row.summary),
  }
}

/** Latest first: by the day a verdict stands on, then by creation. The one meaning of a ticker's latest verdict. */
export function compareVerdicts(a: Summary, b: Summary): number {
  const [dayA, dayB] = [a.as_of ?? '', b.as_of ?? '']
  if (dayA !== dayB) return dayA < dayB ? 1 : -1
  return compareRows(b, a)
}

function createMatcher({ status, kind, ticker, batch, q }: RunFilter): (row: Row) => boolean {
  const wantedTicker = ticker?.trim().toUpperCase()
  const needle = q?.trim().toLowerCase()
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

function compareRows(a: Summary, b: Summary): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1
  return a.run_id < b.run_id ? -1 : a.run_id > b.run_id ? 1 : 0
}
