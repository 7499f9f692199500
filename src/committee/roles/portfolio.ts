/** The portfolio manager: hears everyone, decides; what follows from the verdict is computed and checked here. */
import { dateOf, parseDate } from '../../market/series.ts'
import type { Decision, Evidence } from '../decision.ts'
import { composePage } from '../decision-page.ts'
import type { Ledger } from '../evidence/ledger.ts'
import { joinBlocks, listItems } from '../figures.ts'
import { RISK_VOICES, type RiskVoice } from '../plan.ts'
import { settlePosition } from '../position.ts'
import {
  findProposal,
  listMoves,
  listTurns,
  readPrior,
  type FindPriorDecision,
  type PriorVerdict,
} from '../prior.ts'
import { NO_CONFIDENCE } from '../reasoner.ts'
import type { Debate, PortfolioBrief, ResearchFinding, TradeFinding, VerdictFinding } from '../reasoner.ts'
import { HORIZON_DAYS } from '../rules/trade-rule.ts'
import { followProposal, rescaleTo } from '../standing.ts'
import { areLevelsOrdered, computeRiskMetrics, type PriceLevels } from '../trade-levels.ts'
import { unmatchedFigures } from '../verify.ts'
import { describeAdjustment } from './data.ts'
import type { VoiceResult } from './risk.ts'
import { showEvidence, takeStance, takeTurn, type Room } from './room.ts'

/** Longer than any position is held: what was proposed before has had its end. */
const LOOK_BACK_MS = 90 * 86_400_000

/** A decision but for what only the journal knows. */
export type DecisionDraft = Omit<Decision, 'run_id' | 'provenance'> & {
  provenance: Omit<Decision['provenance'], 'journal_hash'>
}

export interface Hearing extends Debate {
  research: ResearchFinding
  trade: TradeFinding
  voices: Record<RiskVoice, VoiceResult>
  /** All reports before this one, checked together with the verdict. */
  reports: readonly string[]
}

export async function decide(
  room: Room,
  hearing: Hearing,
  before: Ledger,
  findPrior: FindPriorDecision,
): Promise<DecisionDraft> {
  const draft = await takeTurn(room, 'portfolio_manager', 'portfolio_manager', async (turn) => {
    const { ticker, asOf } = room
    const since = dateOf(parseDate(asOf) - LOOK_BACK_MS)
    const find = async (before: string) => {
      const found = await findPrior(ticker, before, room.ctx.runId)
      return found && readPrior(found)
    }
    const past = await turn.call('prior_decision', { ticker, before: asOf }, async () => {
      const prior = await find(asOf)
      return { prior, proposal: prior && (await findProposal(prior, since, find)) }
    })
    const { prior } = past
    turn.note(
      prior
        ? `Read the verdict of ${prior.as_of}: ${prior.action}.`
        : 'Found no earlier verdict on this ticker.',
    )
    const verdict = settleVerdict(
      await room.reasoners.portfolio_manager.reason(briefOf(room, hearing, before), turn),
      hearing,
    )
    const measured = await turn.measure('confidence', 'how far the committee agrees', before.next, () => [
      { label: 'Confidence', value: verdict.confidence, unit: 'ratio', source: 'agreement of the committee' },
    ])
    const ledger = before.with(measured)
    const made = draftDecision(room, hearing, verdict, past, ledger)
    if (made.unverified.length > 0) turn.log('WARN', `${made.unverified.length} figures match no evidence`)
    turn.report(made.markdown)
    if (prior) turn.report(describePrior(made.position, listTurns(prior, made, ledger)))
    return made
  })
  await showEvidence(room, draft.evidence.slice(before.items.length))
  await takeStance(room, 'portfolio_manager', draft.action)
  return draft
}

function briefOf(room: Room, hearing: Hearing, ledger: Ledger): PortfolioBrief {
  const { bull, bear, research, trade, voices } = hearing
  const byVoice = <T>(pick: (result: VoiceResult) => T) =>
    Object.fromEntries(RISK_VOICES.map((voice) => [voice, pick(voices[voice])])) as Record<RiskVoice, T>
  return {
    ...{ ticker: room.ticker, as_of: room.asOf, evidence: ledger.items },
    ...{ bull, bear, research, trade },
    voices: byVoice((result) => result.finding),
    sizes: byVoice((result) => result.carried?.size.fraction_of_equity ?? 0),
  }
}

/** A BUY or SELL without a trade of that side behind it cannot stand: it goes to a person. */
function settleVerdict(
  verdict: VerdictFinding,
  { trade, voices }: Pick<Hearing, 'trade' | 'voices'>,
): VerdictFinding {
  if (verdict.action !== 'BUY' && verdict.action !== 'SELL') return verdict
  const side = verdict.action === 'BUY' ? 1 : -1
  const levels = levelsOf(verdict.voice, trade, voices)
  const isBacked = verdict.voice !== null || verdict.action === 'SELL'
  if (isBacked && levels && trade.side === side && areLevelsOrdered(side, levels)) return verdict
  const reason = `The verdict was ${verdict.action}, but there is no trade with its stop and target in place behind it.`
  return {
    ...verdict,
    ...{
      action: 'REVIEW',
      rating: null,
      voice: null,
      confidence: 0,
      confidence_basis: NO_CONFIDENCE,
    },
    summary: reason,
    rationale: [{ text: reason, evidence: [] }],
  }
}

/** As the voice carries the trade; the trader's own where none does. */
function levelsOf(
  voice: RiskVoice | null,
  trade: TradeFinding,
  voices: Hearing['voices'],
): PriceLevels | null {
  return voice === null ? trade.levels : (voices[voice].carried?.levels ?? null)
}

interface Past {
  prior: PriorVerdict | null
  /** Whose position may still be open. */
  proposal: PriorVerdict | null
}

function draftDecision(
  room: Room,
  hearing: Hearing,
  verdict: VerdictFinding,
  { prior, proposal }: Past,
  ledger: Ledger,
): DecisionDraft {
  const { action, voice } = verdict
  const isTrade = action === 'BUY' || action === 'SELL'
  const levels = isTrade ? levelsOf(voice, hearing.trade, hearing.voices) : null
  const size = isTrade && voice !== null ? (hearing.voices[voice].carried?.size ?? null) : null
  const standing = proposal && followProposal(proposal, room.window)
  const risk = computeRiskMetrics(levels, {
    atr: ledger.value('ATR 14') ?? null,
    volatility_ann_pct: ledger.value('Annualised volatility') ?? null,
    max_drawdown_pct: ledger.value('Max drawdown') ?? null,
    var_95_pct: ledger.value('VaR 95') ?? null,
  })
  const position = settlePosition(action, size, standing)
  const present = { action, rating: verdict.rating, confidence: verdict.confidence, risk_metrics: risk }
  const window = { first: room.data.first, last: room.data.last, bars: room.data.bars }
  const vendor = room.data.series.vendor
  const { rating, confidence, confidence_basis, summary, rationale, dissent, raw_text } = verdict
  const said = {
    ticker: room.ticker,
    as_of: room.asOf,
    action,
    rating,
    confidence_basis,
    summary,
    rationale,
    dissent,
    position,
  }
  const adjustment = describeAdjustment(room.data.series)
  const markdown = composePage(
    { ...said, voice, window, vendor, adjustment, mode: room.reasoners.mode },
    ledger,
  )
  const texts = [
    ...hearing.reports,
    summary,
    ...rationale.map(({ text }) => text),
    ...dissent.map(({ text }) => text),
    markdown,
  ]
  return {
    schema_version: 1,
    ...said,
    confidence,
    calibration: 'uncalibrated',
    // What a person has to look at has no time to wait.
    time_horizon_days: action === 'REVIEW' ? 0 : HORIZON_DAYS,
    risk_metrics: risk,
    evidence: [...ledger.items],
    unverified: findUnverified(texts, ledger.items, [...Object.values(risk), ...positionValues(position)]),
    prior: prior && {
      run_id: prior.run_id,
      action: prior.action,
      as_of: prior.as_of,
      changed: [
        ...listTurns(prior, present, ledger),
        ...listMoves(prior, present, rescaleTo(prior, room.window)),
        ...(standing?.figures ? [standing.figures] : []),
      ],
    },
    provenance: {
      mode: room.reasoners.mode,
      models: { ...room.reasoners.models },
      prompt_version: room.reasoners.promptVersion,
      vendor,
      data_window: window,
      data_hash: room.data.hash,
    },
    usage: { calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    markdown,
    raw_text,
  }
}

function findUnverified(
  texts: readonly string[],
  evidence: readonly Evidence[],
  known: readonly (number | null)[],
): Decision['unverified'] {
  const found = new Map<string, Decision['unverified'][number]>()
  for (const text of texts) {
    for (const figure of unmatchedFigures(text, evidence, known)) {
      found.set(`${figure.number}\n${figure.text}`, { text: figure.text, number: figure.number })
    }
  }
  return [...found.values()]
}

function positionValues(position: Decision['position']): number[] {
  const { fraction_of_equity, shares, notional, risk_amount, caps } = position
  return [fraction_of_equity, shares, notional, risk_amount, ...caps.flatMap(({ from, to }) => [from, to])]
}

/** In the role's report only: the decision's page must not depend on an earlier run. */
function describePrior(position: Decision['position'], turns: readonly string[]): string {
  return joinBlocks('## Since the last verdict', position.delta.reason, listItems(turns))
}
