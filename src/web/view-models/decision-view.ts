/** The committee's verdict as a page shows it. Everything is text or HTML made here; nothing is null. */
import type { Decision } from '../../committee/decision.ts'
import { decisionSchema } from '../../committee/decision.ts'
import { ROLE_LABELS, type Role } from '../../committee/plan.ts'
import { formatNumber, formatPct, formatSigned } from '../../core/format.ts'
import { escapeHtml } from '../escape-html.ts'
import { createProseContext, renderChips, renderProse, type ProseContext } from './citations.ts'

export interface VerdictView {
  action: string
  icon: string
  /** `verdict-buy` and so on. */
  tone: string
}

export interface RiskRow {
  label: string
  price: string
  fromEntry: string
  perShare: string
}

export interface DecisionView {
  verdict: VerdictView
  rating: string
  confidence: string
  confidencePct: number
  confidenceBasis: string
  calibration: string
  horizon: string
  summaryHtml: string
  /** Empty for HOLD and REVIEW, which have no levels. */
  risk: RiskRow[]
  riskReward: string
  measures: { label: string; value: string }[]
  noLevels: string
  rationale: { html: string; chips: string }[]
  dissent: { role: string; html: string; chips: string }[]
  unverified: { number: string; text: string }[]
  rawText: string
  provenance: { label: string; value: string }[]
}

export interface PositionView {
  method: string
  rows: { label: string; value: string }[]
  caps: { rule: string; from: string; to: string }[]
  delta: string
  none: string
}

export interface PriorView {
  runId: string
  action: string
  asOf: string
  now: string
  changed: string[]
}

const VERDICTS: Record<Decision['action'], { icon: string; tone: string }> = {
  BUY: { icon: '▲', tone: 'buy' },
  SELL: { icon: '▼', tone: 'sell' },
  HOLD: { icon: '■', tone: 'hold' },
  REVIEW: { icon: '?', tone: 'review' },
}

/** A stored decision as this version knows it, or null where there is none or it cannot be read. */
export function readDecision(stored: unknown): Decision | null {
  if (stored === null || stored === undefined) return null
  const parsed = decisionSchema.safeParse(stored)
  return parsed.success ? parsed.data : null
}

/** For lists, which know the action alone. An action of a later version gets the neutral badge. */
export function viewVerdict(action: string): VerdictView {
  const known = VERDICTS[action as Decision['action']] ?? { icon: '•', tone: 'hold' }
  return { action, icon: known.icon, tone: `verdict-${known.tone}` }
}

export function viewDecision(decision: Decision): DecisionView {
  const context = createProseContext(decision)
  const { risk_metrics: risk, calibration, provenance } = decision
  const hasLevels = risk.entry !== null && risk.stop_loss !== null && risk.take_profit !== null
  return {
    verdict: viewVerdict(decision.action),
    rating: decision.rating ?? '',
    confidence: formatNumber(decision.confidence),
    confidencePct: Math.round(decision.confidence * 100),
    confidenceBasis: decision.confidence_basis,
    calibration:
      calibration === 'uncalibrated'
        ? 'uncalibrated'
        : `calibrated on ${formatNumber(calibration.n, 0)} verdicts, Brier ${formatNumber(calibration.brier, 3)}`,
    horizon: `${formatNumber(decision.time_horizon_days, 0)} days`,
    summaryHtml: renderProse(decision.summary, context),
    risk: hasLevels ? viewLevels(risk) : [],
    riskReward: risk.risk_reward === null ? '' : formatNumber(risk.risk_reward),
    measures: [
      { label: 'ATR', value: formatNumber(risk.atr) },
      { label: 'Volatility, annual', value: formatPct(risk.volatility_ann_pct) },
      { label: 'Max drawdown', value: formatPct(risk.max_drawdown_pct) },
      { label: 'VaR 95 %, one day', value: formatPct(risk.var_95_pct) },
    ].filter((measure) => measure.value !== '–'),
    noLevels: hasLevels ? '' : `${decision.action} sets no entry, stop or target.`,
    rationale: viewPoints(decision.rationale, context),
    dissent: decision.dissent.map((point) => ({ role: labelRole(point.role), ...viewPoint(point, context) })),
    unverified: decision.unverified,
    rawText: decision.raw_text,
    provenance: [
      { label: 'Committee', value: committeeName(decision) },
      { label: 'Prices', value: provenance.vendor },
      {
        label: 'Window',
        value: `${provenance.data_window.first} … ${provenance.data_window.last}, ${formatNumber(provenance.data_window.bars, 0)} bars`,
      },
      { label: 'Prompt version', value: provenance.prompt_version },
      { label: 'Data', value: provenance.data_hash.slice(0, 12) },
      { label: 'Journal', value: provenance.journal_hash.slice(0, 12) },
    ].filter((fact) => fact.value !== ''),
  }
}

function labelRole(role: string): string {
  return ROLE_LABELS[role as Role] ?? role
}

function committeeName(decision: Decision): string {
  if (decision.provenance.mode === 'rules') return 'rules committee'
  const models = [...new Set(Object.values(decision.provenance.models))]
  return models.length > 0 ? models.join(', ') : 'model committee'
}

export function viewPosition(decision: Decision): PositionView {
  const { position } = decision
  const { delta } = position
  return {
    method: position.method,
    rows: [
      { label: 'Of equity', value: formatPct(position.fraction_of_equity * 100, 1) },
      { label: 'Shares', value: formatNumber(position.shares, Number.isInteger(position.shares) ? 0 : 2) },
      { label: 'Notional', value: formatNumber(position.notional) },
      { label: 'At risk', value: formatNumber(position.risk_amount) },
    ],
    caps: position.caps.map((cap) => ({
      rule: cap.rule.replaceAll('_', ' '),
      from: formatPct(cap.from * 100),
      to: formatPct(cap.to * 100),
    })),
    delta: `${formatPct(delta.from * 100, 1)} → ${formatPct(delta.to * 100, 1)}: ${delta.reason}`,
    none: position.fraction_of_equity === 0 ? 'No position is taken.' : '',
  }
}

export function viewPrior(decision: Decision): PriorView | null {
  if (!decision.prior) return null
  const { run_id, action, as_of, changed } = decision.prior
  return { runId: run_id, action, asOf: as_of, now: decision.action, changed }
}

function viewLevels(risk: Decision['risk_metrics']): RiskRow[] {
  const stop = risk.stop_loss! - risk.entry!
  const target = risk.take_profit! - risk.entry!
  return [
    { label: 'Entry', price: formatNumber(risk.entry), fromEntry: '', perShare: '' },
    { label: 'Stop loss', price: formatNumber(risk.stop_loss), ...distance(stop, risk.entry!) },
    { label: 'Take profit', price: formatNumber(risk.take_profit), ...distance(target, risk.entry!) },
  ]
}

function distance(difference: number, entry: number): Pick<RiskRow, 'fromEntry' | 'perShare'> {
  return { fromEntry: `${formatSigned((difference / entry) * 100)} %`, perShare: formatSigned(difference) }
}

function viewPoints(points: Decision['rationale'], context: ProseContext): DecisionView['rationale'] {
  return points.map((point) => viewPoint(point, context))
}

/** Evidence that the text itself cites is not chipped a second time behind it. */
function viewPoint(
  point: { text: string; evidence: string[] },
  context: ProseContext,
): { html: string; chips: string } {
  const cited = new Set([...point.text.matchAll(/E\d+/g)].map((match) => match[0]))
  const html = renderProse(point.text, context)
  const rest = point.evidence.filter((id) => !cited.has(id) || !html.includes(`>${escapeHtml(id)}<`))
  return { html, chips: renderChips(rest, context) }
}
