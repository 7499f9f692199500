/**
 * Two to six jobs side by side: what they ran on, every statistic, or of trainings their measures. Every row is held
 * against the first job, and the best of a row is marked where more, or less, of it is better. Pure; takes jobs in any
 * state, also those of which only a row of the index is left.
 */
import type { LabState } from '../../../lab/lab-state.ts'
import type { Summary } from '../../../runs/summary.ts'
import { SMALLER_IS_BETTER, STATISTICS, type Statistic } from '../../../trading/statistics.ts'
import { createRow, numberOf, percentOf, textOf, type CompareRow, type Value } from '../compare-values.ts'
import { viewHead, type CompareFacts, type CompareView } from '../compare-view.ts'
import { nameWork } from '../job-again.ts'
import { nameRun } from './params-view.ts'
import {
  describeStatistic,
  formatStatistic,
  groupStatistics,
  isInPercent,
  labelStatistic,
} from './statistics-view.ts'

export interface ComparedJob {
  summary: Summary
  /** As it was launched; null where its journal is gone. */
  input: Readonly<Record<string, unknown>> | null
  /** Null where its journal is gone. */
  state: LabState | null
}

export const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F']

/** More of these is neither better nor worse. */
const NEUTRAL: ReadonlySet<Statistic> = new Set<Statistic>([
  ...([
    'duration_days',
    'exposure_time_pct',
    'buy_hold_return_pct',
    'beta',
    'trades',
    'equity_peak',
    'commissions',
  ] as const),
  ...(['max_trade_duration_days', 'avg_trade_duration_days', 'kelly_criterion'] as const),
])

export function viewComparedJobs(
  jobs: readonly ComparedJob[],
  facts: CompareFacts,
): CompareView & { hasBest: boolean } {
  const isTraining = jobs[0]!.summary.kind === 'train'
  const all = [
    { id: 'ran', title: 'What ran', rows: viewRan(jobs) },
    ...(isTraining
      ? [{ id: 'measures', title: 'Over all tests', rows: viewMeasures(jobs) }]
      : groupStatistics().map(({ title, figures }) => ({
          id: title.toLowerCase(),
          title,
          rows: figures.map((name) => viewStatisticRow(name, jobs)),
        }))),
  ]
  const rows = all.flatMap((section) => section.rows)
  const compared = jobs.map(({ summary }) => ({ summary, decision: null, state: null }))
  return {
    heads: compared.map((run, i) => ({
      ...viewHead(run, compared, facts),
      letter: LETTERS[i]!,
      missing: jobs[i]!.state === null ? 'Its journal was pruned: only what the list keeps is shown.' : '',
    })),
    sections: all
      .map((section) => ({
        ...section,
        rows: facts.onlyDifferent ? section.rows.filter((row) => row.isDifferent) : section.rows,
      }))
      .filter((section) => section.rows.length > 0),
    different: rows.filter((row) => row.isDifferent).length,
    total: rows.length,
    onlyDifferent: facts.onlyDifferent,
    isOneTicker: true,
    hasBest: true,
  }
}

type Jobs = readonly ComparedJob[]

/** `sma-cross, fast 6, slow 163`; the kind where nothing more is known. */
export function nameJob({ summary, input, state }: ComparedJob): string {
  return nameRun(nameWork(input) || summary.kind, paramsOf(input, state) ?? {})
}

function paramsOf(input: ComparedJob['input'], state: LabState | null): Record<string, number> | null {
  const own = state?.search?.best?.params ?? input?.params
  if (own === null || typeof own !== 'object') return null
  return own as Record<string, number>
}

function viewRan(jobs: Jobs): CompareRow[] {
  const row = (label: string, read: (job: ComparedJob) => string | null) =>
    createRow(
      label,
      jobs.map((job) => {
        const text = read(job)
        return text === null ? null : textOf(text)
      }),
    )
  const input = (name: string) => (job: ComparedJob) => {
    const value = job.input?.[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null
  }
  return [
    row('Kind', ({ summary }) => summary.kind),
    row('Ran', (job) => (job.input === null ? null : nameJob(job))),
    row('Prices', ({ state }) => {
      const first = state?.series[0]
      return first
        ? `${state.series.map(({ ticker }) => ticker).join(', ')}, ${first.vendor}, ${first.adjustment}`
        : null
    }),
    row('Span', ({ state }) => {
      const first = state?.series[0]
      return first ? `${first.first.slice(0, 10)} – ${first.last.slice(0, 10)}` : null
    }),
    row('Cash', input('cash')),
    row('Commission', input('commission')),
    row('Tries', ({ state }) => (state?.search ? String(state.search.evaluated) : null)),
  ].filter(({ cells }) => cells.some(({ text }) => text !== ''))
}

function statOf({ summary, state }: ComparedJob, name: Statistic): number | null | undefined {
  const stats = state?.stats ?? state?.search?.best?.stats
  return stats ? stats[name] : summary.stats?.[name]
}

function viewStatisticRow(name: Statistic | 'start' | 'end', jobs: Jobs): CompareRow {
  if (!isStatistic(name)) {
    const days = jobs.map(({ state }) => (state?.stats ? textOf(state.stats[name].slice(0, 10)) : null))
    return createRow(name === 'start' ? 'From' : 'To', days)
  }
  const figures = jobs.map((job) => statOf(job, name))
  const values = figures.map((value): Value | null => {
    if (value === undefined) return null
    const text = formatStatistic(name, value)
    return { text, figure: value, unit: isInPercent(name) ? '%' : '', title: describeStatistic(name) }
  })
  const direction = NEUTRAL.has(name) ? 0 : SMALLER_IS_BETTER.has(name) ? -1 : 1
  return markBest(createRow(labelStatistic(name), values), figures, direction)
}

function isStatistic(name: string): name is Statistic {
  return (STATISTICS as readonly string[]).includes(name)
}

function viewMeasures(jobs: Jobs): CompareRow[] {
  const measure = (
    label: string,
    name: 'accuracy' | 'baseline' | 'log_loss' | 'brier' | 'auc',
    direction: -1 | 0 | 1,
  ) => {
    const figures = jobs.map(({ state }) => state?.trained?.[name])
    const write = (value: number | null) =>
      name === 'accuracy' || name === 'baseline'
        ? percentOf(value === null ? null : value * 100, 1)
        : numberOf(value, 4)
    const values = figures.map((value) => (value === undefined ? null : write(value)))
    return markBest(createRow(label, values), figures, direction)
  }
  return [
    measure('Accuracy', 'accuracy', 1),
    measure('Plain guess', 'baseline', 0),
    measure('Log loss', 'log_loss', -1),
    measure('Brier score', 'brier', -1),
    measure('AUC', 'auc', 1),
  ]
}

/** `direction`: 1 where more is better, −1 where less is, 0 for neither. Where all are alike, none is marked. */
function markBest(
  row: CompareRow,
  figures: readonly (number | null | undefined)[],
  direction: -1 | 0 | 1,
): CompareRow {
  const known = figures.flatMap((value) => (typeof value === 'number' ? value * direction : []))
  if (direction === 0 || known.length < 2) return row
  const best = known.reduce((a, b) => Math.max(a, b))
  if (known.every((value) => value === best)) return row
  const cells = row.cells.map((cell, i) => {
    const value = figures[i]
    return typeof value === 'number' && value * direction === best ? { ...cell, isBest: true } : cell
  })
  return { ...row, cells }
}
