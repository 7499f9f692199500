/** The portfolio manager: hears everyone, decides; what follows from the verdict is computed and checked here. */
import { ANSWERS_LABEL, type Decision } from '../decision.ts'
import { cutConfidence } from '../confidence-cut.ts'
import type { Ledger } from '../evidence/ledger.ts'
import { joinBlocks, listItems } from '../figures.ts'
import { RISK_VOICES, type RiskVoice } from '../plan.ts'
import { listTurns } from '../prior.ts'
import { oneLine } from '../prose-line.ts'
import {
  NO_CONFIDENCE,
  type Debate,
  type PortfolioBrief,
  type ResearchFinding,
  type TradeFinding,
  type VerdictFinding,
} from '../reasoner.ts'
import { UNVERIFIED_EVENT } from '../state.ts'
import { areLevelsOrdered, type PriceLevels } from '../trade-levels.ts'
import { checkVerdict, draftDecision, type DecisionDraft } from './draft.ts'
import type { Minutes } from './minutes.ts'
import { findCalibration, findPast, type Archive } from './past.ts'
import type { VoiceResult } from './risk.ts'
import {
  decidingBrief,
  measureSpread,
  showEvidence,
  showSpread,
  takeStance,
  takeTurn,
  type Room,
} from './room.ts'

export interface Hearing extends Debate {
  research: ResearchFinding
  trade: TradeFinding
  voices: Record<RiskVoice, VoiceResult>
}

export async function decide(
  room: Room,
  hearing: Hearing,
  minutes: Minutes,
  archive: Archive,
): Promise<DecisionDraft> {
  const before = minutes.ledger
  const result = await takeTurn(room, 'portfolio_manager', 'portfolio_manager', async (turn) => {
    const { ticker, asOf } = room
    const past = await turn.call('prior_decision', { ticker, before: asOf }, () => findPast(room, archive))
    const { prior } = past
    turn.note(
      prior
        ? `Read the verdict of ${prior.as_of}: ${prior.action}.`
        : 'Found no earlier verdict on this ticker.',
    )
    const calibration = await findCalibration(room, turn, archive)
    const reached = settleVerdict(
      toLines(await room.reasoners.portfolio_manager.reason(briefOf(room, hearing, before), turn)),
      hearing,
    )
    const answers = await measureSpread(turn, ANSWERS_LABEL, reached.spread, before.next)
    const counted = before.with(answers)
    const unverified = checkVerdict(reached, minutes, counted)
    const verdict = { ...reached, ...cutConfidence(reached, unverified) }
    const source = 'agreement of the committee'
    const measured = await turn.measure('confidence', 'how far the committee agrees', counted.next, () => [
      { label: 'Confidence', value: verdict.confidence, unit: 'ratio', source },
    ])
    const ledger = counted.with(measured)
    const levels = levelsOf(verdict, hearing)
    const size = sizeOf(verdict, hearing)
    const { gaps } = minutes
    const made = draftDecision(room, { verdict, levels, size, past, calibration, unverified, gaps }, ledger)
    const figures = new Set(unverified.map(({ number }) => number)).size
    if (figures > 0)
      turn.log('WARN', `${figures} ${figures === 1 ? 'figure matches' : 'figures match'} no evidence`)
    turn.report(made.markdown)
    if (prior) turn.report(describePrior(made.position, listTurns(prior, made, ledger)))
    return { draft: made, spread: verdict.spread }
  })
  const { draft, spread } = result
  await showEvidence(room, draft.evidence.slice(before.items.length))
  await showSpread(room, 'portfolio_manager', spread)
  const own = draft.unverified.slice(minutes.unverified.length)
  if (own.length > 0) await room.ctx.emit(UNVERIFIED_EVENT, { role: 'portfolio_manager', figures: own })
  await takeStance(room, 'portfolio_manager', draft.action)
  return draft
}

function briefOf(room: Room, hearing: Hearing, ledger: Ledger): PortfolioBrief {
  const { bull, bear, research, trade, voices } = hearing
  const byVoice = <T>(pick: (result: VoiceResult) => T) =>
    Object.fromEntries(RISK_VOICES.map((voice) => [voice, pick(voices[voice])])) as Record<RiskVoice, T>
  return {
    ...decidingBrief(room, ledger),
    ...{ bull, bear, research, trade },
    voices: byVoice((result) => result.finding),
    sizes: byVoice((result) => result.carried?.size.fraction_of_equity ?? 0),
  }
}

/** Its sentences on one line each: they stand in lists and tables, whoever wrote them. */
function toLines(verdict: VerdictFinding): VerdictFinding {
  const { summary, confidence_basis, rationale, dissent } = verdict
  return {
    ...verdict,
    summary: oneLine(summary),
    confidence_basis: oneLine(confidence_basis),
    rationale: rationale.map((point) => ({ ...point, text: oneLine(point.text) })),
    dissent: dissent.map((point) => ({ ...point, text: oneLine(point.text) })),
  }
}

/** A BUY or SELL without a trade of that side behind it cannot stand: it goes to a person. */
function settleVerdict(verdict: VerdictFinding, hearing: Pick<Hearing, 'trade' | 'voices'>): VerdictFinding {
  if (!isTrade(verdict)) return verdict
  const side = verdict.action === 'BUY' ? 1 : -1
  const levels = levelsOf(verdict, hearing)
  const isBacked = verdict.voice !== null || verdict.action === 'SELL'
  if (isBacked && levels && hearing.trade.side === side && areLevelsOrdered(side, levels)) return verdict
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

/** As the voice carries the trade; the trader's own where none does. Null without a trade. */
function levelsOf(
  verdict: VerdictFinding,
  { trade, voices }: Pick<Hearing, 'trade' | 'voices'>,
): PriceLevels | null {
  if (!isTrade(verdict)) return null
  return verdict.voice === null ? trade.levels : (voices[verdict.voice].carried?.levels ?? null)
}

function sizeOf(verdict: VerdictFinding, { voices }: Pick<Hearing, 'voices'>) {
  if (!isTrade(verdict) || verdict.voice === null) return null
  return voices[verdict.voice].carried?.size ?? null
}

function isTrade({ action }: VerdictFinding): boolean {
  return action === 'BUY' || action === 'SELL'
}

/** In the role's report only: the decision's page must not depend on an earlier run. */
function describePrior(position: Decision['position'], turns: readonly string[]): string {
  return joinBlocks('## Since the last verdict', position.delta.reason, listItems(turns))
}
