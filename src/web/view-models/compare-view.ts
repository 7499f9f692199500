/**
 * Two to six runs side by side: verdicts, risk, position, what they took, evidence, and what was said. Every row is held
 * against the first run. Pure; takes runs in any state, also those of which only a row of the index is left.
 */
import type { Decision } from '../../committee/decision.ts'
import { PHASE_LABELS } from '../../committee/plan.ts'
import { countOf, formatDuration, formatNumber, formatUsd } from '../../core/format.ts'
import type { RunState } from '../../runs/state.ts'
import { isTerminal } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import { addUsage, NO_USAGE } from '../../runs/usage.ts'
import { labelRole } from './committee-view.ts'
import { viewComparedEvidence } from './compare-evidence.ts'
import {
  createRow,
  numberOf,
  partOf,
  percentOf,
  priceOf,
  textOf,
  type CompareRow,
  type Value,
} from './compare-values.ts'
import { formatSize } from './decision-view.ts'
import { viewListedRun, type ListedRun } from './runs-list-view.ts'

export interface ComparedRun {
  summary: Summary
  /** Null where there is none, or its file is gone. */
  decision: Decision | null
  /** Null where the journal is gone. */
  state: Pick<RunState, 'nodes' | 'phase_ms' | 'usage_by_node'> | null
}

export interface CompareHead extends ListedRun {
  /** What stands for it in a chart; empty for none. */
  letter: string
  /** Where it stands, if that is no verdict: `62 %`, the reason of a failure. */
  standing: string
  /** What of it cannot be shown any more. */
  missing: string
  /** The same runs with this one in front; empty for the one that is. */
  baseHref: string
  /** Without it; empty where two are left. */
  withoutHref: string
}

export interface CompareSection {
  id: string
  title: string
  rows: CompareRow[]
}

export interface CompareView {
  heads: CompareHead[]
  sections: CompareSection[]
  /** Rows that are not the same in all runs, and rows in all. */
  different: number
  total: number
  onlyDifferent: boolean
  /** Otherwise prices are shown but not held against each other. */
  isOneTicker: boolean
}

export interface CompareFacts {
  onlyDifferent: boolean
  /** The address of a comparison of these runs. */
  hrefOf(runIds: readonly string[]): string
  /** Milliseconds since the epoch. */
  now: number
}

/** In short: all of it stands on the run's own page. */
const LONGEST_SUMMARY = 320
const LONGEST_POINT = 140
const MOST_POINTS = 3

export function viewCompare(runs: readonly ComparedRun[], facts: CompareFacts): CompareView {
  const isOneTicker = new Set(runs.map(({ summary }) => summary.ticker)).size === 1
  const all = [
    { id: 'verdict', title: 'Verdict', rows: viewVerdictRows(runs) },
    { id: 'risk', title: 'Risk', rows: viewRiskRows(runs, isOneTicker) },
    { id: 'position', title: 'Position', rows: viewPositionRows(runs, isOneTicker) },
    { id: 'took', title: 'Time and cost', rows: viewTakenRows(runs) },
    { id: 'words', title: 'In their words', rows: viewWordRows(runs) },
    {
      id: 'evidence',
      title: 'Evidence',
      rows: viewComparedEvidence(
        runs.map(({ decision }) => decision && decision.evidence),
        isOneTicker,
      ),
    },
  ]
  const rows = all.flatMap((section) => section.rows)
  const sections = all.map((section) => ({
    ...section,
    rows: facts.onlyDifferent ? section.rows.filter((row) => row.isDifferent) : section.rows,
  }))
  return {
    heads: runs.map((run) => viewHead(run, runs, facts)),
    sections: sections.filter((section) => section.rows.length > 0),
    different: rows.filter((row) => row.isDifferent).length,
    total: rows.length,
    onlyDifferent: facts.onlyDifferent,
    isOneTicker,
  }
}

export function viewHead(
  run: ComparedRun,
  runs: readonly ComparedRun[],
  { hrefOf, now }: CompareFacts,
): CompareHead {
  const { summary } = run
  const ids = runs.map((one) => one.summary.run_id)
  const others = ids.filter((id) => id !== summary.run_id)
  const row = viewListedRun(summary, now)
  return {
    ...row,
    domId: `compare-${row.domId}`,
    letter: '',
    standing: standingOf(row),
    missing: missingOf(run),
    baseHref: ids[0] === summary.run_id ? '' : hrefOf([summary.run_id, ...others]),
    withoutHref: others.length < 2 ? '' : hrefOf(others),
  }
}

function standingOf({ rawStatus, progress, error }: ListedRun): string {
  if (rawStatus === 'error') return error
  if (rawStatus === 'completed' || rawStatus === 'canceled') return ''
  return [progress.percent === null ? '' : `${progress.percent} %`, progress.message]
    .filter(Boolean)
    .join(' ')
}

function missingOf({ summary, decision, state }: ComparedRun): string {
  if (!isTerminal(summary.status)) return ''
  if (summary.decision && !decision)
    return 'Its decision cannot be read any more: only what the list keeps is shown.'
  return state === null ? 'Its journal was pruned: the cost of each phase is not known any more.' : ''
}

type Rows = readonly ComparedRun[]

/** Of each run that has a verdict; null for the others. */
function ofDecision(runs: Rows, view: (decision: Decision) => Value): (Value | null)[] {
  return runs.map(({ decision }) => decision && view(decision))
}

/** The figure of the decision; where its file is gone, the one that the index keeps under `name`. */
function figureOf(
  { summary, decision }: ComparedRun,
  name: string,
  of: (decision: Decision) => number | null,
) {
  if (decision) return of(decision)
  return summary.stats?.[name]
}

function viewVerdictRows(runs: Rows): CompareRow[] {
  const orDash = (text: string | null) => textOf(text ?? '–')
  return [
    createRow(
      'Verdict',
      runs.map(({ summary }) => summary.decision && textOf(summary.decision.action)),
    ),
    createRow(
      'Rating',
      ofDecision(runs, ({ rating }) => orDash(rating)),
    ),
    createRow(
      'Confidence',
      runs.map(({ summary: { decision } }) =>
        decision === null ? null : decision.action === 'REVIEW' ? textOf('–') : partOf(decision.confidence),
      ),
    ),
    createRow(
      'Horizon',
      ofDecision(runs, ({ time_horizon_days: days }) => ({
        text: days > 0 ? countOf(days, 'day') : '–',
        figure: days,
      })),
    ),
    createRow(
      'As of',
      runs.map(({ summary }) => orDash(summary.as_of)),
    ),
    createRow(
      'Committee',
      ofDecision(runs, ({ provenance: { mode, models } }) =>
        textOf(mode === 'rules' ? 'rules' : [...new Set(Object.values(models))].join(', ')),
      ),
    ),
    createRow(
      'Data',
      ofDecision(runs, ({ provenance: { vendor, data_window: data, data_hash: hash } }) => ({
        text: `${vendor} to ${data.last}`,
        title: `${data.first} to ${data.last}, ${formatNumber(data.bars, 0)} bars, hash ${hash.slice(0, 12)}`,
      })),
    ),
    createRow(
      'Verdict before',
      ofDecision(runs, ({ prior }) => textOf(prior ? `${prior.action} as of ${prior.as_of}` : '–')),
    ),
  ]
}

function viewRiskRows(runs: Rows, isOneTicker: boolean): CompareRow[] {
  const levels: [string, string, (risk: Decision['risk_metrics']) => number | null][] = [
    ['Entry', 'entry', (risk) => risk.entry],
    ['Stop loss', 'stop_loss', (risk) => risk.stop_loss],
    ['Take profit', 'take_profit', (risk) => risk.take_profit],
  ]
  const measures: [string, (risk: Decision['risk_metrics']) => number | null][] = [
    ['Stop from entry', (risk) => risk.stop_loss_pct],
    ['Target from entry', (risk) => risk.take_profit_pct],
    ['Volatility, annual', (risk) => risk.volatility_ann_pct],
    ['Max drawdown', (risk) => risk.max_drawdown_pct],
    ['VaR 95 %, one day', (risk) => risk.var_95_pct],
  ]
  const kept = (name: string, of: (risk: Decision['risk_metrics']) => number | null) =>
    runs.map((run) =>
      run.summary.decision ? (figureOf(run, name, (d) => of(d.risk_metrics)) ?? null) : undefined,
    )
  return [
    ...levels.map(([label, name, of]) =>
      createRow(
        label,
        kept(name, of).map((value) => (value === undefined ? null : priceOf(value))),
        { isComparable: isOneTicker },
      ),
    ),
    createRow(
      'Reward : risk',
      kept('risk_reward', (risk) => risk.risk_reward).map((value) =>
        value === undefined ? null : numberOf(value),
      ),
    ),
    createRow(
      'ATR',
      ofDecision(runs, (decision) => priceOf(decision.risk_metrics.atr)),
      { isComparable: isOneTicker },
    ),
    ...measures.map(([label, of]) =>
      createRow(
        label,
        ofDecision(runs, (decision) => percentOf(of(decision.risk_metrics))),
      ),
    ),
  ]
}

function viewPositionRows(runs: Rows, isOneTicker: boolean): CompareRow[] {
  const fraction = (run: ComparedRun) =>
    figureOf(run, 'fraction_of_equity', (d) => d.position.fraction_of_equity)
  /** As on the page of a run: where nothing is held there is no amount of it. */
  const held = (value: number, { fraction_of_equity }: Decision['position']) =>
    fraction_of_equity === 0 ? null : value
  return [
    createRow(
      'Of equity',
      runs.map((run): Value | null => {
        const value = run.summary.decision ? (fraction(run) ?? 0) : null
        return value === null ? null : { text: formatSize(value), figure: value * 100, unit: '%' }
      }),
    ),
    createRow(
      'Shares',
      ofDecision(runs, ({ position }) => numberOf(held(position.shares, position), 0)),
      { isComparable: isOneTicker },
    ),
    createRow(
      'Notional',
      ofDecision(runs, ({ position }) => numberOf(held(position.notional, position))),
    ),
    createRow(
      'At risk',
      ofDecision(runs, ({ position }) => numberOf(held(position.risk_amount, position))),
    ),
    createRow(
      'Caps',
      ofDecision(runs, ({ position }) =>
        textOf(position.caps.map((cap) => cap.rule.replaceAll('_', ' ')).join(', ') || 'none'),
      ),
    ),
    createRow(
      'Method',
      ofDecision(runs, ({ position }) => textOf(position.method || '–', LONGEST_POINT)),
      { isText: true },
    ),
  ]
}

function viewTakenRows(runs: Rows): CompareRow[] {
  const duration = (ms: number | undefined): Value =>
    ms === undefined ? { text: '–' } : { text: formatDuration(ms), figure: ms, unit: 'ms' }
  const costs = runs.map(costByPhase)
  const isPaid = runs.some(({ summary }) => summary.usage.calls > 0)
  const times = runs.map(({ summary, state }) =>
    isTerminal(summary.status) ? summary.phases : (state?.phase_ms ?? {}),
  )
  const phases = Object.entries(PHASE_LABELS).filter(([id]) => times.some((ms) => ms[id] !== undefined))
  return [
    createRow(
      'Worked',
      runs.map(({ summary }) => (summary.started_at === null ? null : duration(summary.execution_ms))),
    ),
    ...phases.map(([id, label]) =>
      createRow(
        `… ${label}`,
        times.map((ms) => duration(ms[id])),
      ),
    ),
    ...(isPaid
      ? [
          createRow(
            'Cost',
            runs.map(({ summary }) => viewCost(summary.usage)),
          ),
          ...Object.entries(PHASE_LABELS)
            .filter(([id]) => costs.some((cost) => cost?.[id]))
            .map(([id, label]) =>
              createRow(
                `… ${label}`,
                costs.map((cost) => cost && viewCost(cost[id] ?? NO_USAGE)),
              ),
            ),
          createRow(
            'Model calls',
            runs.map(({ summary }) => numberOf(summary.usage.calls, 0)),
          ),
          createRow(
            'Tokens',
            runs.map(({ summary }) => numberOf(summary.usage.input_tokens + summary.usage.output_tokens, 0)),
          ),
        ]
      : []),
  ]
}

function viewCost(usage: Summary['usage']): Value {
  if (usage.calls === 0) return { text: '–', figure: 0, unit: 'usd' }
  return { text: formatUsd(usage.cost_usd), figure: usage.cost_usd, unit: 'usd' }
}

/** What the agents of each phase used, by its node id; null where nobody knows any more. */
function costByPhase({ state }: ComparedRun): Record<string, Summary['usage']> | null {
  if (state === null) return null
  const found: Record<string, Summary['usage']> = {}
  for (const [id, usage] of Object.entries(state.usage_by_node)) {
    let node = state.nodes[id]
    while (node && node.node_type !== 'phase')
      node = node.parent_id === null ? undefined : state.nodes[node.parent_id]
    if (node) found[node.id] = addUsage(found[node.id] ?? NO_USAGE, usage)
  }
  return found
}

function viewWordRows(runs: Rows): CompareRow[] {
  const points = (texts: readonly string[]): Value => {
    if (texts.length === 0) return textOf('–')
    const first = texts.slice(0, MOST_POINTS).map((text) => `• ${textOf(text, LONGEST_POINT).text}`)
    const more = texts.length - first.length
    return { text: [...first, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'), title: texts.join('\n') }
  }
  return [
    createRow(
      'Summary',
      ofDecision(runs, ({ summary }) => textOf(withoutCitations(summary), LONGEST_SUMMARY)),
      { isText: true },
    ),
    createRow(
      'Why',
      ofDecision(runs, ({ rationale }) => points(rationale.map(({ text }) => withoutCitations(text)))),
      { isText: true },
    ),
    createRow(
      'Dissent',
      ofDecision(runs, ({ dissent }) =>
        points(dissent.map(({ role, text }) => `${labelRole(role)}: ${withoutCitations(text)}`)),
      ),
      { isText: true },
    ),
    createRow(
      'Unverified figures',
      runs.map((run) => {
        if (!run.summary.decision) return null
        return numberOf(
          figureOf(run, 'unverified', (decision) => decision.unverified.length),
          0,
        )
      }),
    ),
  ]
}

/** Evidence is numbered by each run for itself: beside another run a number would point astray. */
function withoutCitations(text: string): string {
  return text.replace(/\s*\[E\d+(?:\s*[,;]\s*E\d+)*\]/g, '')
}
