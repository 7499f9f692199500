/**
 * The seam between the committee and whoever reasons in it. A role gathers evidence, hands its reasoner a brief and
 * writes down what comes back; levels are repaired, sizes and risk computed outside, the same for every reasoner.
 * The rules under `rules/` are one set of reasoners; a language model would be another, role by role.
 */
import type { Evidence } from './decision.ts'
import type { PriceLevels, TradeSide } from './trade-levels.ts'
import type { RiskVoice } from './plan.ts'

export interface Brief {
  ticker: string
  as_of: string
  /** All that is known when the role is asked; what it says may cite nothing else. */
  evidence: readonly Evidence[]
}

/** What a reasoner may use of the step it works in. */
export interface ReasoningAid {
  readonly signal: AbortSignal
  log(severity: 'DEBUG' | 'INFO' | 'WARN', message: string): void
  /** A line for the role's messages: what it read, whom it answers. */
  note(line: string): void
}

export interface Reasoner<B extends Brief, Finding> {
  reason(brief: B, aid: ReasoningAid): Promise<Finding>
}

/** Every finding brings its report: Markdown for a person, figures cited. */
interface Reported {
  report: string
}

export interface AnalystFinding extends Reported {
  summary: string
}

/** One point of a case. Text cites its evidence inline. */
export interface Claim {
  /** Stable name of the point, by which the other side answers it. */
  id: string
  /** The point in a few words, for the middle of a sentence. */
  name: string
  group: string
  /** How much it counts, above 0. */
  weight: number
  text: string
  evidence: string[]
}

/** A reply to the other side's point: its weight is cut by this share. */
export interface Answer {
  claim: string
  text: string
  evidence: string[]
  /** 0..1; 0 concedes the point. */
  discount: number
}

export interface CaseTurn extends Reported {
  claims: Claim[]
  answer: Answer | null
}

export interface CaseBrief extends Brief {
  side: 'bull' | 'bear'
  /** From 1. */
  round: number
  /** The turns so far, own and of the other side, oldest first. */
  own: readonly CaseTurn[]
  other: readonly CaseTurn[]
}

export interface Debate {
  bull: readonly CaseTurn[]
  bear: readonly CaseTurn[]
}

export interface ResearchBrief extends Brief, Debate {}

export interface ResearchFinding extends Reported {
  stance: 'BUY' | 'HOLD' | 'SELL' | 'REVIEW'
  /** Why, in a sentence or two. */
  reason: string
  evidence_ids: string[]
}

export interface TraderBrief extends Brief {
  research: ResearchFinding
}

export interface TradeFinding extends Reported {
  stance: 'BUY' | 'HOLD' | 'SELL' | 'REVIEW'
  reason: string
  /** Of the stance; for HOLD and REVIEW those of the trade that was looked at, or null. */
  side: TradeSide | null
  levels: PriceLevels | null
  /** What the trader warns of, though the trade is asked for. */
  caution: string | null
}

/** How a risk voice would carry the trade. */
export interface RiskBrief extends Brief {
  voice: RiskVoice
  trade: TradeFinding
  /** The trade in this voice's hands: its target, its size, with the labels under which they stand in the evidence. */
  prefix: string
}

export interface RiskFinding extends Reported {
  /** Whether the voice would do the trade at all. */
  agrees: boolean
  argument: string
  evidence_ids: string[]
}

export interface PortfolioBrief extends Brief, Debate {
  research: ResearchFinding
  trade: TradeFinding
  voices: Readonly<Record<RiskVoice, RiskFinding>>
  /** Share of equity each voice arrived at, before whole shares; 0 where there is nothing to size. */
  sizes: Readonly<Record<RiskVoice, number>>
}

/** What a verdict that none could be reached says of its confidence. */
export const NO_CONFIDENCE = 'No verdict was reached, so there is nothing to be confident of'

export interface VerdictFinding {
  action: 'BUY' | 'HOLD' | 'SELL' | 'REVIEW'
  rating: 'Strong Buy' | 'Buy' | 'Hold' | 'Sell' | 'Strong Sell' | null
  /** Whose target and size the position follows; null where none is opened, as with a SELL that is an exit only. */
  voice: RiskVoice | null
  confidence: number
  confidence_basis: string
  summary: string
  rationale: { text: string; evidence: string[] }[]
  dissent: { role: string; text: string; evidence: string[] }[]
  /** What was said before it was read into the fields above. */
  raw_text: string
}

export interface CommitteeReasoners {
  readonly mode: 'rules' | 'llm'
  /** Model of each role; empty for rules. */
  readonly models: Readonly<Record<string, string>>
  /** Changes whenever the same evidence could be judged differently. */
  readonly promptVersion: string
  readonly market: Reasoner<Brief, AnalystFinding>
  readonly bull: Reasoner<CaseBrief, CaseTurn>
  readonly bear: Reasoner<CaseBrief, CaseTurn>
  readonly research_manager: Reasoner<ResearchBrief, ResearchFinding>
  readonly trader: Reasoner<TraderBrief, TradeFinding>
  readonly aggressive: Reasoner<RiskBrief, RiskFinding>
  readonly conservative: Reasoner<RiskBrief, RiskFinding>
  readonly neutral: Reasoner<RiskBrief, RiskFinding>
  readonly portfolio_manager: Reasoner<PortfolioBrief, VerdictFinding>
}
