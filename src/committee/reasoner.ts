/**
 * The seam between the committee and whoever reasons in it. A role gathers evidence, hands its reasoner a brief and
 * writes down what comes back; levels are repaired, sizes and risk computed outside, the same for every reasoner.
 * The rules under `rules/` are one set of reasoners; a language model would be another, role by role.
 */
import type { z } from 'zod'
import type { UsageDelta } from '../runs/event.ts'
import type { CostCeiling } from '../runs/workflow.ts'
import type { Analyst } from './assessment-input.ts'
import type { Evidence } from './decision.ts'
import type { RiskVoice, Role } from './plan.ts'
import type { PriceLevels, TradeSide } from './trade-levels.ts'

export interface Brief {
  ticker: string
  as_of: string
  /** All that is known when the role is asked; what it says may cite nothing else. */
  evidence: readonly Evidence[]
}

/** What a reasoner may use of the step it works in. */
export interface ReasoningAid {
  /** The run that asks, and pays. */
  readonly run: string
  readonly signal: AbortSignal
  log(severity: 'DEBUG' | 'INFO' | 'WARN', message: string): void
  /** A line for the role's messages: what it read, whom it answers. */
  note(line: string): void
  /**
   * A piece of the work that is paid for and journaled on its own: after a crash its result is there. Two pieces of one
   * turn differ in name or input.
   */
  part<T>(name: string, input: unknown, work: (part: PartAid) => Promise<T>): Promise<T>
}

/** What a piece of a turn may use. */
export interface PartAid {
  readonly signal: AbortSignal
  log(severity: 'DEBUG' | 'INFO' | 'WARN', message: string): void
  /** The report as it is being written, shown until the turn hands in the whole. `restart` takes back what this turn wrote. */
  readonly draft: { write(piece: string): void; restart(): void }
  /** As of a step: before a paid call, the most it is expected to cost; see `StepContext`. */
  reserve(cost: CostCeiling): Promise<() => void>
  usage(delta: UsageDelta): void
}

export interface Reasoner<B extends Brief, Finding> {
  reason(brief: B, aid: ReasoningAid): Promise<Finding>
}

/** Every finding brings its report: Markdown for a person, figures cited. */
interface Reported {
  report: string
}

/** Something an analyst may look up; the answer is numbered evidence, journaled. */
export interface LookUp {
  name: string
  description: string
  /** A `z.object`. */
  input: z.ZodType
  /** Throws `InputError` for arguments that cannot be; empty where nothing was found. */
  run(args: Record<string, unknown>): Promise<Evidence[]>
}

export interface AnalystBrief extends Brief {
  analyst: Analyst
  lookUps: readonly LookUp[]
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

/** How often each answer was given when the same question was asked again on the same evidence. */
export type Spread = { answer: string; count: number }[]

/** What the deciding roles are told besides the evidence. */
export interface DecidingBrief extends Brief {
  /** How often to ask; above 1, the answers' spread is part of the finding. */
  repeats: number
  /** Earlier verdicts on the ticker and how they turned out by `as_of`, newest first. Figures are in the evidence. */
  memory: readonly RememberedVerdict[]
  /** What the analysts said, by name; those who could not work are missing. */
  reports: Readonly<Partial<Record<Analyst, AnalystFinding>>>
}

export interface RememberedVerdict {
  run_id: string
  as_of: string
  action: 'BUY' | 'HOLD' | 'SELL' | 'REVIEW'
  /** A sentence: what became of it, with its evidence cited. */
  outcome: string
}

export interface ResearchBrief extends DecidingBrief, Debate {}

export interface ResearchFinding extends Reported {
  stance: 'BUY' | 'HOLD' | 'SELL' | 'REVIEW'
  /** Why, in a sentence or two. */
  reason: string
  evidence_ids: string[]
  /** Absent where it was asked once. */
  spread?: Spread
}

export interface TraderBrief extends DecidingBrief {
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

export interface PortfolioBrief extends DecidingBrief, Debate {
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
  /** Absent where it was asked once. */
  spread?: Spread
}

/** A role's answer that cannot be read or was refused, after its turn to repair it: the verdict is then for a person. */
export class UnreadableAnswerError extends Error {
  override name = 'UnreadableAnswerError'
  readonly role: Role

  constructor(role: Role, message: string) {
    super(message)
    this.role = role
  }
}

export interface CommitteeReasoners {
  readonly mode: 'rules' | 'llm'
  /** Model of each role; empty for rules. */
  readonly models: Readonly<Record<string, string>>
  /** Changes whenever the same evidence could be judged differently. */
  readonly promptVersion: string
  readonly market: Reasoner<AnalystBrief, AnalystFinding>
  readonly fundamentals: Reasoner<AnalystBrief, AnalystFinding>
  readonly news: Reasoner<AnalystBrief, AnalystFinding>
  readonly sentiment: Reasoner<AnalystBrief, AnalystFinding>
  readonly bull: Reasoner<CaseBrief, CaseTurn>
  readonly bear: Reasoner<CaseBrief, CaseTurn>
  readonly research_manager: Reasoner<ResearchBrief, ResearchFinding>
  readonly trader: Reasoner<TraderBrief, TradeFinding>
  readonly aggressive: Reasoner<RiskBrief, RiskFinding>
  readonly conservative: Reasoner<RiskBrief, RiskFinding>
  readonly neutral: Reasoner<RiskBrief, RiskFinding>
  readonly portfolio_manager: Reasoner<PortfolioBrief, VerdictFinding>
}
