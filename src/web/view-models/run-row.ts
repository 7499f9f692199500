/** A run as lists, tabs and the tray show it. */
import { formatNumber, formatSigned } from '../../core/format.ts'
import { confidenceOf } from '../../runs/run-order.ts'
import type { RunStatus } from '../../runs/status.ts'
import { isTerminal } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import { nameThinker } from '../../runs/thinker.ts'
import { viewVerdict, type VerdictView } from './decision-view.ts'
import { domId, viewProgress, type ProgressView } from './progress-view.ts'
import { describeStatus, type StatusView } from './status-view.ts'
import { viewTime, viewWorked, type DurationView, type TimeView } from './time-view.ts'
import { viewUsage } from './usage-view.ts'

export interface RunRow {
  runId: string
  domId: string
  href: string
  ticker: string
  /** What it is called beside others: the ticker, and what tells it from those. */
  name: string
  kind: string
  asOf: string
  batchId: string
  rawStatus: RunStatus
  status: StatusView
  active: boolean
  cancelable: boolean
  progress: ProgressView
  verdict: VerdictView | null
  /** What a job of the lab came to: `Sharpe 0.60 · +462.6 %`; empty for others. */
  result: string
  confidence: string
  created: TimeView
  ended: TimeView | null
  duration: DurationView
  /** Who thinks: `rules`, the model that decides, without its provider, or `models`; empty where that is not known. */
  by: string
  /** The model in full; empty for others. */
  byTitle: string
  /** What its model calls have cost; empty where none was asked. */
  cost: string
  costTitle: string
  error: string
  /** What stands where there is nothing: blank while it can still come, a dash when it will not. */
  none: '' | '–'
  /** A few words for a tab or the tray: `BUY`, `+462.6 %`, `62 %`, `queued`, `failed`. */
  brief: string
}

/** `now` is in milliseconds since the epoch; `idPrefix` keeps the DOM ids of the same run apart where a page shows it twice. */
export function viewRunRow(summary: Summary, idPrefix: string, now: number): RunRow {
  const status = describeStatus(summary.status)
  const active = !isTerminal(summary.status)
  const progress = viewProgress(summary, `${idPrefix}-progress`)
  const confidence = confidenceOf(summary)
  const verdict = summary.decision ? viewVerdict(summary.decision.action) : null
  const [sharpe, change] = readJobFigures(summary)
  return {
    runId: summary.run_id,
    domId: `${idPrefix}-${domId(summary.run_id)}`,
    href: runHref(summary.run_id),
    ticker: summary.ticker,
    name: summary.ticker,
    kind: summary.kind,
    asOf: summary.as_of ?? '',
    batchId: summary.batch_id,
    rawStatus: summary.status,
    status,
    active,
    cancelable: active,
    progress,
    verdict,
    result: [sharpe && `Sharpe ${sharpe}`, change].filter(Boolean).join(' · '),
    confidence: confidence === null ? '' : formatNumber(confidence),
    created: viewTime(summary.created_at),
    ended: summary.ended_at ? viewTime(summary.ended_at) : null,
    duration: viewWorked(summary, now),
    ...viewThinker(summary),
    cost: viewUsage(summary.usage)?.brief ?? '',
    costTitle: viewUsage(summary.usage)?.detail ?? '',
    error: summary.error ?? '',
    none: active ? '' : '–',
    brief: briefOf(summary, progress, verdict?.action || change, status),
  }
}

/** Sharpe ratio and return of a job that has ended well; empty where there are none. */
function readJobFigures({ status, stats }: Summary): [sharpe: string, change: string] {
  const figure = (name: string, write: (value: number) => string) =>
    status === 'completed' && typeof stats?.[name] === 'number' ? write(stats[name]) : ''
  return [
    figure('sharpe_ratio', formatNumber),
    figure('return_pct', (value) => `${formatSigned(value, Math.abs(value) < 1_000 ? 1 : 0)} %`),
  ]
}

/** A model without its provider; in full for a title. */
function viewThinker(summary: Summary): Pick<RunRow, 'by' | 'byTitle'> {
  const name = nameThinker(summary)
  const at = name.indexOf(':')
  return at < 0 ? { by: name, byTitle: '' } : { by: name.slice(at + 1), byTitle: name }
}

export function runHref(runId: string, query: Record<string, string | null> = {}): string {
  return `/runs/${encodeURIComponent(runId)}${toQuery(query)}`
}

/** `?a=1&b=2` of what is set; empty when nothing is. */
export function toQuery(query: Record<string, string | null | undefined>): string {
  const set = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1])
  return set.length === 0 ? '' : `?${new URLSearchParams(set).toString()}`
}

function briefOf(summary: Summary, progress: ProgressView, result: string, status: StatusView): string {
  if (summary.status === 'completed' && result) return result
  if (summary.status === 'in_progress' && progress.percent !== null) return `${progress.percent} %`
  return status.word
}
