/** A list of runs as one would write it down without a thought for speed: filtered, sorted, cut. `newest` is newest first. */
import type { RunFilter, RunPage } from '../../src/runs/ports.ts'
import type { Summary } from '../../src/runs/summary.ts'
import type { RunSortKey } from '../../src/runs/run-order.ts'

export function listPlainly(newest: readonly Summary[], filter: RunFilter): RunPage {
  const { after, before, limit = newest.length } = filter
  const sorted = sortPlainly(newest, filter.sort?.by ?? 'launched', filter.sort?.direction ?? 'desc')
  const matching = sorted.filter((run) => isPlainMatch(run, filter))
  const inFrontOf = (runId: string) => {
    const place = sorted.findIndex((run) => run.run_id === runId)
    return sorted.slice(0, place).filter((run) => isPlainMatch(run, filter))
  }
  let start = 0
  if (after !== undefined)
    start = inFrontOf(after).length + Number(matching.some((run) => run.run_id === after))
  if (before !== undefined) start = Math.max(0, inFrontOf(before).length - limit)
  const runs = matching.slice(start, start + limit)
  return {
    runs,
    next: start + limit < matching.length ? (runs.at(-1)?.run_id ?? null) : null,
    previous: start > 0 ? (runs[0]?.run_id ?? null) : null,
    start,
    total: matching.length,
  }
}

export function isPlainMatch(run: Summary, filter: RunFilter): boolean {
  const thinker =
    run.shape === null
      ? run.usage.calls > 0
        ? 'models'
        : null
      : run.shape.split(' ')[0] === 'rules'
        ? 'rules'
        : 'models'
  const texts = [run.run_id, run.ticker, run.current_stage, run.progress_message, run.error]
  const day = run.created_at.slice(0, 10)
  return (
    (!filter.status || filter.status.includes(run.status)) &&
    (!filter.kind || filter.kind.includes(run.kind)) &&
    (!filter.ticker || filter.ticker === run.ticker) &&
    (!filter.batch || filter.batch === run.batch_id) &&
    (!filter.action || filter.action.includes(run.decision?.action ?? '')) &&
    (!filter.thinker || filter.thinker === thinker) &&
    (!filter.from || filter.from <= day) &&
    (!filter.to || day <= filter.to) &&
    (!filter.as_of || filter.as_of === run.as_of) &&
    (!filter.files || filter.files.includes(run.files.state)) &&
    (!filter.q || texts.some((text) => text?.toLowerCase().includes(filter.q!.trim().toLowerCase())))
  )
}

const STATUS_PLACE = { pending: 0, in_progress: 1, paused: 2, completed: 3, error: 4, canceled: 5 }

/** What a run is sorted by; null for one that has nothing of it. */
function valueOf(run: Summary, by: RunSortKey): string | number | null {
  const { decision, stats, usage } = run
  switch (by) {
    case 'launched':
      return run.created_at
    case 'ticker':
      return run.ticker
    case 'status':
      return STATUS_PLACE[run.status]
    case 'as_of':
      return run.as_of
    case 'verdict':
      return decision && decision.action
    case 'confidence':
      return decision && decision.action !== 'REVIEW' ? decision.confidence : null
    case 'risk_reward':
      return stats?.risk_reward ?? null
    case 'size':
      return stats?.fraction_of_equity ?? null
    case 'unverified':
      return stats?.unverified ?? null
    case 'by':
      if (run.shape === null) return usage.calls > 0 ? 'models' : null
      return run.shape.startsWith('rules ')
        ? 'rules'
        : (run.shape.split('portfolio_manager=')[1]?.split(' ')[0] ?? 'models')
    case 'cost':
      return usage.calls > 0 ? usage.cost_usd : null
    case 'worked':
      return run.started_at && run.execution_ms
  }
}

function sortPlainly(newest: readonly Summary[], by: RunSortKey, direction: 'asc' | 'desc'): Summary[] {
  if (by === 'launched') return direction === 'desc' ? [...newest] : [...newest].reverse()
  const [having, without] = [true, false].map((has) =>
    newest.filter((run) => (valueOf(run, by) !== null) === has),
  )
  having!.sort((a, b) => {
    const [x, y] = [valueOf(a, by)!, valueOf(b, by)!]
    const least = x < y ? -1 : x > y ? 1 : 0
    return direction === 'asc' ? least : -least
  })
  return [...having!, ...without!]
}

export function compareNewestFirst(a: Summary, b: Summary): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? 1 : -1
  return a.run_id < b.run_id ? 1 : -1
}
