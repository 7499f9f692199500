/** Runs as tables: while they work, when they have ended, and as a list. */
import { formatDuration, formatNumber } from '../core/format.ts'
import { isTerminal } from '../runs/status.ts'
import type { PublicSummary } from '../runs/summary.ts'
import type { DeskClient } from './client.ts'
import { createStatusCell, runStatusShown } from './status-cell.ts'
import { formatTable } from './table.ts'
import { cleanLine, type Output } from './terminal.ts'
import { formatUtc } from './times.ts'

const BAR_WIDTH = 20
/** For lines that are cut to the terminal's width and hence carry no colour. */
const COLOURLESS: Output = {
  write: () => undefined,
  writeBytes: () => Promise.resolve(),
  isTerminal: false,
  hasColors: false,
  columns: 80,
  rows: 24,
}

/** One line a run, without colour: bar, percent, what it is doing, time worked and time left. */
export function formatProgressTable(runs: readonly PublicSummary[]): string[] {
  const columns = [
    { title: 'Ticker' },
    { title: 'Status' },
    { title: 'Progress' },
    { title: 'Time' },
    { title: 'Now' },
  ]
  const rows = runs.map((run) => [
    run.ticker,
    createStatusCell(COLOURLESS, run.status),
    formatBar(run.overall_progress),
    formatDuration(run.execution_ms),
    isTerminal(run.status) ? formatOutcome(run) : formatActivity(run),
  ])
  return formatTable(columns, rows)
}

/** What the runs of a launch came to. */
export function formatVerdictTable(output: Output, runs: readonly PublicSummary[]): string[] {
  const columns = [
    { title: 'Ticker' },
    { title: 'As of' },
    { title: 'Status' },
    { title: 'Decision' },
    { title: 'Confidence', align: 'right' as const },
    { title: 'Time', align: 'right' as const },
    { title: 'Run' },
  ]
  const rows = runs.map((run) => [
    run.ticker,
    run.as_of ?? '–',
    createStatusCell(output, run.status),
    cleanLine(run.decision?.action ?? '–'),
    formatConfidence(run),
    formatDuration(run.execution_ms),
    run.run_id,
  ])
  return formatTable(columns, rows)
}

/** Runs of any kind, as the desk lists them; `owner` is who would work on them. */
export function formatRunList(
  output: Output,
  runs: readonly PublicSummary[],
  owner: DeskClient['owner'],
): string[] {
  const columns = [
    { title: 'Run' },
    { title: 'Kind' },
    { title: 'As of' },
    { title: 'Status' },
    { title: 'Progress', align: 'right' as const },
    { title: 'Decision' },
    { title: 'Created (UTC)' },
    { title: 'Time', align: 'right' as const },
  ]
  const rows = runs.map((run) => [
    run.run_id,
    run.kind,
    run.as_of ?? '–',
    createStatusCell(output, runStatusShown(run.status, owner)),
    formatPercent(run.overall_progress),
    run.decision ? `${cleanLine(run.decision.action)} ${formatConfidence(run)}` : '–',
    formatUtc(run.created_at),
    formatDuration(run.execution_ms),
  ])
  return formatTable(columns, rows)
}

function formatBar(progress: number | null): string {
  if (progress === null) return '–'
  const filled = Math.round((progress / 100) * BAR_WIDTH)
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${formatPercent(progress).padStart(5)}`
}

function formatPercent(progress: number | null): string {
  return progress === null ? '–' : `${progress} %`
}

function formatConfidence({ decision }: PublicSummary): string {
  return formatNumber(decision?.confidence)
}

function formatActivity({ progress_message, current_stage, eta_seconds: eta }: PublicSummary): string {
  const doing = cleanLine(progress_message || current_stage || '')
  const left = eta === null || eta < 1 ? '' : `about ${formatSeconds(eta)} left`
  return [doing, left].filter((part) => part !== '').join(' · ')
}

/** An estimate is no measurement: whole seconds. */
function formatSeconds(seconds: number): string {
  return seconds < 60 ? `${Math.round(seconds)} s` : formatDuration(seconds * 1_000)
}

function formatOutcome(run: PublicSummary): string {
  if (run.error) return cleanLine(run.error)
  return run.decision ? `${cleanLine(run.decision.action)} ${formatConfidence(run)}` : ''
}
