/** The log panel as a page shows it: its lines, what was asked of it in the address, and the form that asks. */
import { InputError, quote } from '../../core/errors.ts'
import { SEVERITIES } from '../../runs/event.ts'
import { parseLogFilter, type LogFilter } from '../../runs/log-filter.ts'
import { sourcesOf } from '../../runs/log-ring.ts'
import type { LogEntry, LogState } from '../../runs/state.ts'
import { viewTime, type TimeView } from './time-view.ts'

/** The parameters of a page that are the log's. */
const FIELDS = ['log', 'log_source', 'log_q', 'log_before', 'log_after'] as const

export interface LogLineView {
  seq: number
  time: TimeView
  /** `10:02:03.412`, UTC, until the script shows local time. */
  clock: string
  severity: string
  source: string
  message: string
}

export function viewLogLine(entry: LogEntry): LogLineView {
  return {
    seq: entry.seq,
    time: viewTime(entry.iso),
    clock: entry.iso.slice(11, 23),
    severity: entry.severity,
    source: entry.source,
    message: entry.message,
  }
}

/** What the address of a page says of the log. */
export interface LogAsk {
  filter: LogFilter
  severity: string
  sources: readonly string[]
  q: string
  /** Only lines before or after this number: an older or a newer page. */
  before: number | null
  after: number | null
  /** All lines, the newest of them: what is shown where nothing is asked. */
  isPlain: boolean
  /** Anything is asked, if only for every line. */
  isUsed: boolean
}

/** Throws `InputError`. */
export function parseLogAsk(params: URLSearchParams): LogAsk {
  const severity = params.get('log') ?? ''
  const sources = params.getAll('log_source').filter((name) => name !== '')
  const q = params.get('log_q') ?? ''
  const before = parseSeq(params, 'log_before')
  const after = parseSeq(params, 'log_after')
  const filter = parseLogFilter({ severity, sources, q })
  const isEvery = filter.severities === null || filter.severities.length === SEVERITIES.length
  return {
    ...{ filter, severity, sources, q, before, after },
    isPlain: isEvery && filter.sources === null && filter.q === null && before === null && after === null,
    isUsed: FIELDS.some((field) => params.has(field)),
  }
}

export const NOTHING_ASKED = parseLogAsk(new URLSearchParams())

export interface LogPanelView {
  domId: string
  /** The run's own address, without query. */
  base: string
  /** Where the form leads, and what else of the page's address it keeps. */
  action: string
  kept: { name: string; value: string }[]
  severities: { value: string; label: string; isChosen: boolean }[]
  sources: { name: string; isChosen: boolean }[]
  q: string
  download: string
  /** The same page with the form and without a refresh that would wipe it; only where it refreshes itself. */
  filterHref: string | null
  isLive: boolean
  /** Its region shows what was asked, not the newest of all. */
  isFiltered: boolean
}

const THRESHOLDS: Record<string, string> = {
  TRACE: 'All',
  DEBUG: 'DEBUG and above',
  INFO: 'INFO and above',
  WARN: 'WARN and above',
  ERROR: 'ERROR only',
}

export interface LogPanelFacts {
  domId: string
  base: string
  /** The page's own address, without what is asked of the log. */
  href: string
  isLive: boolean
  /** Without script the page would refresh itself. */
  refreshes: boolean
}

export function viewLogPanel(log: LogState, ask: LogAsk, facts: LogPanelFacts): LogPanelView {
  const { pathname, searchParams } = new URL(facts.href, 'http://desk')
  const threshold = ask.filter.severities === null ? 'TRACE' : ask.severity.trim().toUpperCase()
  const severities = Object.entries(THRESHOLDS).map(([value, label]) => ({ value, label }))
  if (!(threshold in THRESHOLDS)) severities.push({ value: threshold, label: threshold })
  const names = [...new Set([...sourcesOf(log), ...ask.sources])]
  return {
    domId: facts.domId,
    base: facts.base,
    action: `${pathname}#log`,
    kept: [...searchParams].map(([name, value]) => ({ name, value })),
    severities: severities.map((one) => ({ ...one, isChosen: one.value === threshold })),
    sources: names.map((name) => ({ name, isChosen: ask.sources.includes(name) })),
    q: ask.q,
    download: `${facts.base}/logs/download${downloadQuery(ask)}`,
    filterHref: facts.refreshes && !ask.isUsed ? linkLog(facts.href, ask, { log: 'TRACE' }) : null,
    isLive: facts.isLive,
    isFiltered: !ask.isPlain,
  }
}

/** The page with these of the log's parameters instead of those for paging. */
export function linkLog(href: string, ask: LogAsk, params: Record<string, string | number>): string {
  const url = new URL(href, 'http://desk')
  if (ask.severity !== '') url.searchParams.set('log', ask.severity)
  for (const source of ask.sources) url.searchParams.append('log_source', source)
  if (ask.q !== '') url.searchParams.set('log_q', ask.q)
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, String(value))
  return `${url.pathname}${url.search}#log`
}

function downloadQuery({ severity, sources, q }: LogAsk): string {
  const query = new URLSearchParams()
  if (severity !== '') query.set('severity', severity)
  for (const source of sources) query.append('source', source)
  if (q !== '') query.set('q', q)
  return query.size === 0 ? '' : `?${query}`
}

function parseSeq(params: URLSearchParams, field: string): number | null {
  const text = params.get(field) ?? ''
  if (text === '') return null
  if (!/^\d{1,15}$/.test(text)) {
    throw new InputError(field, `${field} is ${quote(text)}; allowed: the number of a log entry`)
  }
  return Number(text)
}
