/**
 * What the assessment adds to a run's state: where each role stands, as it takes its stance, and what has been measured
 * so far, so that a page can show the committee making up its mind and bear out what it says. Everything else is in the
 * engine's part, the decision included.
 */
import type { RunEvent } from '../runs/event.ts'
import type { RunState } from '../runs/state.ts'
import type { KindSummary } from '../runs/summary.ts'
import { decisionSchema, type Decision, type Evidence } from './decision.ts'
import type { Role } from './plan.ts'

export interface Stance {
  role: Role
  /** `BUY`, `HOLD`, `SELL`, `REVIEW`; of a risk voice, `CARRY` or `REFUSE`. */
  stance: Decision['action'] | 'CARRY' | 'REFUSE'
}

export interface CommitteeState {
  stances: Stance[]
  /** In the order of their numbers once all roles have spoken; each item once. */
  evidence: Evidence[]
}

export const STANCE_EVENT = 'stance_taken'
export const EVIDENCE_EVENT = 'evidence_measured'

const summarySchema = decisionSchema.pick({ action: true, confidence: true })

export function createCommitteeState(): CommitteeState {
  return { stances: [], evidence: [] }
}

export function foldCommittee(state: CommitteeState, event: RunEvent): CommitteeState {
  if (event.type === EVIDENCE_EVENT) {
    const { items } = event as unknown as { items: Evidence[] }
    return { ...state, evidence: [...state.evidence, ...items] }
  }
  if (event.type !== STANCE_EVENT) return state
  const { role, stance } = event as unknown as Stance
  return { ...state, stances: [...state.stances.filter((held) => held.role !== role), { role, stance }] }
}

export function summarizeCommittee(state: RunState<CommitteeState>): KindSummary {
  const parsed = summarySchema.safeParse(state.decision)
  return { decision: parsed.success ? parsed.data : null }
}
