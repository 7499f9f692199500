/** The committee's verdict as a page shows it. Everything is text or HTML made here; nothing is null. */
import { describeCalibrated, decisionSchema, isMeasured, type Decision } from '../../committee/decision.ts'
import { formatNumber, formatPct, formatSigned } from '../../core/format.ts'
import { escapeHtml } from '../escape-html.ts'
import { linkToLab, type LabLink } from './lab-link.ts'
import { createProseContext, renderChips, renderProse, type ProseContext } from './citations.ts'
import {
  labelRole,
  viewSpreads,
  viewUnverified,
  type CommitteeFacts,
  type SpreadView,
  type UnverifiedView,
} from './committee-view.ts'
import { viewUsage } from './usage-view.ts'

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
  /** What is won or lost on each share there. */
  perShare: string
}

export interface DecisionView {
  verdict: VerdictView
  rating: string
  /** Empty where no verdict was reached, so that there is nothing to be confident of. */
  confidence: string
  confidencePct: number
  confidenceBasis: string
  calibration: string
  /** How the deciding roles answered when they were asked again, the last to decide first. */
  spreads: SpreadView[]
  /** Null for a verdict that opens nothing to wait for. */
  horizon: string | null
  summaryHtml: string
  /** Empty for HOLD and REVIEW, which have no levels. */
  risk: RiskRow[]
  riskReward: string
  /** `Level`; of a SELL that opens no short, `Levels if shorted`. */
  levelsTitle: string
  measures: { label: string; value: string }[]
  noLevels: string
  rationale: { html: string; chips: string }[]
  dissent: { role: string; html: string; chips: string }[]
  /** Null where everything is borne out. */
  unverified: UnverifiedView | null
  rawText: string
  rawTitle: string
  provenance: { label: string; value: string }[]
  lab: LabLink
}

export interface PositionView {
  rows: { label: string; value: string }[]
  /** What the sizes are worked out for; empty where there are none. */
  basis: string
  /** What they follow and what not; empty where there are none. */
  follows: string
  caps: { rule: string; from: string; to: string }[]
  /** Empty where nothing changes. */
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

export function viewDecision(decision: Decision, committee: CommitteeFacts): DecisionView {
  const context = createProseContext({ ...decision, isSettled: true })
  const { risk_metrics: risk, provenance } = decision
  const isOpen = decision.action === 'REVIEW'
  const hasLevels = risk.entry !== null && risk.stop_loss !== null && risk.take_profit !== null
  return {
    verdict: viewVerdict(decision.action),
    rating: decision.rating ?? '',
    confidence: isOpen ? '' : formatNumber(decision.confidence),
    confidencePct: Math.round(decision.confidence * 100),
    confidenceBasis: decision.confidence_basis,
    calibration: isOpen ? '' : describeCalibration(decision),
    spreads: viewSpreads(committee),
    horizon: decision.time_horizon_days > 0 ? `${formatNumber(decision.time_horizon_days, 0)} days` : null,
    summaryHtml: renderProse(decision.summary, context),
    risk: hasLevels ? viewLevels(risk) : [],
    riskReward: risk.risk_reward === null ? '' : formatNumber(risk.risk_reward),
    levelsTitle:
      decision.action === 'SELL' && decision.position.fraction_of_equity === 0
        ? 'Levels if shorted'
        : 'Level',
    measures: [
      { label: 'ATR', value: formatNumber(risk.atr) },
      { label: 'Volatility, annual', value: formatPct(risk.volatility_ann_pct) },
      { label: 'Max drawdown', value: formatPct(risk.max_drawdown_pct) },
      { label: 'VaR 95 %, one day', value: formatPct(risk.var_95_pct) },
    ].filter((measure) => measure.value !== '–'),
    lab: linkToLab(decision),
    noLevels: hasLevels ? '' : `${decision.action} sets no entry, stop or target.`,
    // Where no verdict was reached, the one reason there is stands in the summary.
    rationale: viewPoints(
      decision.rationale.filter(({ text }) => !(isOpen && decision.summary.includes(text))),
      context,
    ),
    dissent: decision.dissent.map((point) => ({ role: labelRole(point.role), ...viewPoint(point, context) })),
    unverified: viewUnverified(committee, decision.unverified),
    rawText: decision.raw_text,
    rawTitle: isOpen ? 'What was said' : 'Raw text',
    provenance: [
      { label: 'Committee', value: committeeName(decision) },
      ...viewModels(decision),
      { label: 'Model calls', value: viewUsage(decision.usage)?.detail ?? '' },
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

/** Whether a confidence of 0.7 has come true seven times in ten. */
function describeCalibration({ calibration, provenance, evidence }: Decision): string {
  if (calibration === 'uncalibrated')
    return 'uncalibrated: too few verdicts of this kind have been settled yet'
  const { n, brier } = calibration
  const kind = describeCalibrated(provenance.mode, evidence)
  return `calibrated on ${formatNumber(n, 0)} settled verdicts ${kind}: Brier score ${formatNumber(brier, 3)}, where 0 is perfect and 0.25 a coin toss`
}

function committeeName({ provenance }: Decision): string {
  return provenance.mode === 'rules' ? 'rules committee' : 'language models'
}

/** Each model with the roles it thought for; the one that thought for most is not counted up. */
function viewModels({ provenance }: Decision): { label: string; value: string }[] {
  const roles = new Map<string, string[]>()
  for (const [role, model] of Object.entries(provenance.models))
    roles.set(model, [...(roles.get(model) ?? []), labelRole(role)])
  const most = Math.max(0, ...[...roles.values()].map((names) => names.length))
  return [...roles].map(([model, names]) => ({
    label: roles.size === 1 ? 'Every role' : names.length === most ? 'Other roles' : names.join(', '),
    value: model,
  }))
}

/** The label of the evidence that holds what the sizes are worked out for. */
const REFERENCE_EQUITY = 'Reference equity'

/** A fraction of equity in percent; none is a dash. */
export function formatSize(fraction: number): string {
  return fraction === 0 ? '–' : formatPct(fraction * 100, 1)
}

export function viewPosition(decision: Decision): PositionView {
  const { position } = decision
  const { delta } = position
  const isTaken = position.fraction_of_equity !== 0
  const equity = decision.evidence.find((item) => item.label === REFERENCE_EQUITY)
  const orNone = (value: number, decimals: number) => (isTaken ? formatNumber(value, decimals) : '–')
  return {
    rows: [
      { label: 'Of equity', value: formatSize(position.fraction_of_equity) },
      { label: 'Shares', value: orNone(position.shares, Number.isInteger(position.shares) ? 0 : 2) },
      { label: 'Notional', value: orNone(position.notional, 2) },
      { label: 'At risk', value: orNone(position.risk_amount, 2) },
      ...(isTaken ? [{ label: 'Method', value: position.method }] : []),
    ],
    basis:
      isTaken && equity && isMeasured(equity)
        ? `Of a reference equity of ${formatNumber(equity.value, 0)}; money in the price’s currency.`
        : '',
    follows: isTaken
      ? 'The size follows volatility, the risk of the trade and the record of the plain rule, not the confidence.'
      : '',
    caps: position.caps.map((cap) => ({
      rule: cap.rule.replaceAll('_', ' '),
      from: formatSize(cap.from),
      to: formatSize(cap.to),
    })),
    delta:
      delta.from === delta.to
        ? ''
        : `${formatPct(delta.from * 100, 1)} → ${formatPct(delta.to * 100, 1)}: ${delta.reason}`,
    none: isTaken ? '' : 'No position is taken.',
  }
}

export function viewPrior(decision: Decision): PriorView | null {
  if (!decision.prior) return null
  const { run_id, action, as_of, changed } = decision.prior
  return { runId: run_id, action, asOf: as_of, now: decision.action, changed }
}

function viewLevels(risk: Decision['risk_metrics']): RiskRow[] {
  const row = (label: string, price: number | null, pct: number | null, won: number | null): RiskRow => ({
    label,
    price: formatNumber(price),
    fromEntry: pct === null ? '–' : `${formatSigned(pct)} %`,
    perShare: formatSigned(won),
  })
  const lost = risk.risk_per_share === null ? null : -risk.risk_per_share
  return [
    row('Entry', risk.entry, null, null),
    row('Stop loss', risk.stop_loss, risk.stop_loss_pct, lost),
    row('Take profit', risk.take_profit, risk.take_profit_pct, risk.reward_per_share),
  ]
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
