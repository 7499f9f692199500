/**
 * What the assessment adds to a run's state: who reasons, where each role stands, what has been measured so far and which
 * figures nothing bears out, so that a page can show the committee making up its mind and bear out what it says.
 * Everything else is in the engine's part, the decision included.
 */
import type { RunEvent } from '../runs/event.ts'
import type { RunState } from '../runs/state.ts'
import type { KindSummary, Stats } from '../runs/summary.ts'
import type { Analyst, AssessmentInput } from './assessment-input.ts'
import { decisionSchema, type Decision, type Evidence } from './decision.ts'
import { shapeOf } from './estimate.ts'
import type { Role } from './plan.ts'
import type { Spread } from './reasoner.ts'

export interface Stance {
  role: Role
  /** `BUY`, `HOLD`, `SELL`, `REVIEW`; of a risk voice, `CARRY` or `REFUSE`. */
  stance: Decision['action'] | 'CARRY' | 'REFUSE'
}

/** Which models reason, and whether they may know more than the committee is allowed to. */
export interface Thinking {
  mode: Decision['provenance']['mode']
  /** `provider:model` by role. */
  models: Record<string, string>
  /** YYYY-MM-DD up to which each model has read; null where that is not known. */
  cutoffs: Record<string, string | null>
  /** Sentences for a person; null where every model had read its last before the as-of date. */
  warning: string | null
}

/** A figure of a report that no evidence bears out. */
export type UnverifiedFigure = Decision['unverified'][number]

export interface CommitteeState {
  /** Null until it is known, and with rules. */
  thinking: Thinking | null
  stances: Stance[]
  /** In the order of their numbers; each item once. */
  evidence: Evidence[]
  /** Of the roles whose text holds any. */
  unverified: Partial<Record<Role, UnverifiedFigure[]>>
  /** Of the roles that were asked again on the same evidence. */
  spreads: Partial<Record<Role, Spread>>
  /** Analysts that brought less than they should have, and why. */
  gaps: { analyst: Analyst; reason: string }[]
}

export const THINKING_EVENT = 'thinking_set'
export const STANCE_EVENT = 'stance_taken'
export const EVIDENCE_EVENT = 'evidence_measured'
export const UNVERIFIED_EVENT = 'figures_unverified'
export const SPREAD_EVENT = 'answers_spread'
export const GAP_EVENT = 'gap_found'

const summarySchema = decisionSchema.pick({ action: true, confidence: true })

export function createCommitteeState(): CommitteeState {
  return { thinking: null, stances: [], evidence: [], unverified: {}, spreads: {}, gaps: [] }
}

/** A kind's own event is read as what this kind has written under its type. */
function bodyOf<Body>(event: RunEvent): Body {
  return event as unknown as Body
}

export function foldCommittee(state: CommitteeState, event: RunEvent): CommitteeState {
  switch (event.type) {
    case THINKING_EVENT: {
      const { mode, models, cutoffs, warning } = bodyOf<Thinking>(event)
      return { ...state, thinking: { mode, models, cutoffs, warning } }
    }
    case EVIDENCE_EVENT: {
      const { items } = bodyOf<{ items: Evidence[] }>(event)
      return { ...state, evidence: orderByNumber([...state.evidence, ...items]) }
    }
    case STANCE_EVENT: {
      const { role, stance } = bodyOf<Stance>(event)
      return { ...state, stances: [...state.stances.filter((held) => held.role !== role), { role, stance }] }
    }
    case UNVERIFIED_EVENT: {
      const { role, figures } = bodyOf<{ role: Role; figures: UnverifiedFigure[] }>(event)
      return { ...state, unverified: { ...state.unverified, [role]: figures } }
    }
    case SPREAD_EVENT: {
      const { role, spread } = bodyOf<{ role: Role; spread: Spread }>(event)
      return { ...state, spreads: { ...state.spreads, [role]: spread } }
    }
    case GAP_EVENT: {
      const { analyst, reason } = bodyOf<CommitteeState['gaps'][number]>(event)
      const others = state.gaps.filter((gap) => gap.analyst !== analyst)
      return { ...state, gaps: [...others, { analyst, reason }] }
    }
    default:
      return state
  }
}

/** Analysts work side by side: the one with the lower numbers may be done later. */
function orderByNumber(items: readonly Evidence[]): Evidence[] {
  return [...items].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))
}

export function summarizeCommittee(state: RunState<CommitteeState>): KindSummary {
  const parsed = summarySchema.safeParse(state.decision)
  // What a run took that took over the steps of another says nothing of what one takes.
  const shape = state.reuse === null ? shapeOf(state.input as AssessmentInput) : null
  return { decision: parsed.success ? parsed.data : null, shape, stats: statsOf(state.decision) }
}

const statsSchema = decisionSchema.pick({ risk_metrics: true, position: true, unverified: true })

/** What verdicts are compared by; null without one. */
export function statsOf(decision: unknown): Stats | null {
  const parsed = statsSchema.safeParse(decision)
  if (!parsed.success) return null
  const { risk_metrics: risk, position, unverified } = parsed.data
  return {
    entry: risk.entry,
    stop_loss: risk.stop_loss,
    take_profit: risk.take_profit,
    risk_reward: risk.risk_reward,
    fraction_of_equity: position.fraction_of_equity,
    unverified: unverified.length,
  }
}
