/** The decision but for what only the journal knows: what follows from a verdict is computed here, the same for all. */
import type { PositionSize } from '../../trading/sizing.ts'
import { composePage } from '../decision-page.ts'
import type { Decision } from '../decision.ts'
import type { Ledger } from '../evidence/ledger.ts'
import { HORIZON_DAYS } from '../horizon.ts'
import { settlePosition } from '../position.ts'
import { listMoves, listTurns } from '../prior.ts'
import type { VerdictFinding } from '../reasoner.ts'
import { rescaleTo } from '../settle.ts'
import { followProposal } from '../standing.ts'
import { computeRiskMetrics, type PriceLevels } from '../trade-levels.ts'
import { describeAdjustment } from './data.ts'
import { describeGap, findUnverified, mergeFigures, type Minutes } from './minutes.ts'
import type { Past } from './past.ts'
import type { Room } from './room.ts'

/** A decision but for what only the journal knows. */
export type DecisionDraft = Omit<Decision, 'run_id' | 'provenance' | 'usage'> & {
  provenance: Omit<Decision['provenance'], 'journal_hash'>
}

export interface DraftFacts {
  /** Its confidence as it stands in the decision. */
  verdict: VerdictFinding
  /** Null where no trade is asked for. */
  levels: PriceLevels | null
  size: PositionSize | null
  past: Past
  calibration: Decision['calibration']
  unverified: Decision['unverified']
  gaps: Minutes['gaps']
}

export function draftDecision(room: Room, facts: DraftFacts, ledger: Ledger): DecisionDraft {
  const { verdict, levels, size, calibration, unverified, gaps } = facts
  const { prior, proposal } = facts.past
  const { action, rating, voice, confidence, confidence_basis, summary, rationale, raw_text } = verdict
  const standing = proposal && followProposal(proposal, room.window)
  const risk = computeRiskMetrics(levels, {
    atr: ledger.value('ATR 14') ?? null,
    volatility_ann_pct: ledger.value('Annualised volatility') ?? null,
    max_drawdown_pct: ledger.value('Max drawdown') ?? null,
    var_95_pct: ledger.value('VaR 95') ?? null,
  })
  const position = settlePosition(action, size, standing)
  const dissent = [...verdict.dissent, ...gaps.map(describeGap)]
  const present = { action, rating, confidence, risk_metrics: risk }
  const window = { first: room.data.first, last: room.data.last, bars: room.data.bars }
  const { vendor } = room.data.series
  const { mode, models, promptVersion } = room.reasoners
  const said = {
    ...{ ticker: room.ticker, as_of: room.asOf, action, rating, confidence_basis, calibration },
    ...{ summary, rationale, dissent, position },
  }
  const adjustment = describeAdjustment(room.data.series)
  const { thinking } = room
  return {
    schema_version: 1,
    ...said,
    confidence,
    // What a person has to look at has no time to wait.
    time_horizon_days: action === 'REVIEW' ? 0 : HORIZON_DAYS,
    risk_metrics: risk,
    evidence: [...ledger.items],
    unverified: [...unverified],
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
      mode,
      models: { ...models },
      prompt_version: promptVersion,
      vendor,
      data_window: window,
      data_hash: room.data.hash,
    },
    markdown: composePage({ ...said, voice, unverified, window, vendor, adjustment, mode, thinking }, ledger),
    raw_text,
  }
}

/** The figures of a verdict's own words that nothing bears out, after those of the reports. */
export function checkVerdict(
  { summary, confidence_basis, rationale, dissent }: VerdictFinding,
  minutes: Minutes,
  ledger: Ledger,
): Decision['unverified'] {
  const texts = [summary, confidence_basis, ...[...rationale, ...dissent].map(({ text }) => text)]
  return mergeFigures([...minutes.unverified, ...findUnverified(texts, ledger.items)])
}
