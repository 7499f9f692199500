/**
 * What the assessment adds to a run's state: where each role stands, as it takes its stance, so that a page can show the
 * committee making up its mind. Everything else is in the engine's part, the decision included.
 */
import type { RunEvent } from '../runs/event.ts'
import type { RunState } from '../runs/state.ts'
import type { KindSummary } from '../runs/summary.ts'
import { decisionSchema, type Decision } from './decision.ts'
import type { Role } from './plan.ts'

export interface Stance {
  role: Role
  /** `BUY`, `HOLD`, `SELL`, `REVIEW`; of a risk voice, `CARRY` or `REFUSE`. */
  stance: Decision['action'] | 'CARRY' | 'REFUSE'
}

export interface CommitteeState {
  stances: Stance[]
}

export const STANCE_EVENT = 'stance_taken'

export function createCommitteeState(): CommitteeState {
  return { stances: [] }
}

export function foldCommittee(state: CommitteeState, event: RunEvent): CommitteeState {
  if (event.type !== STANCE_EVENT) return state
  const { role, stance } = event as unknown as Stance
  return { stances: [...state.stances.filter((held) => held.role !== role), { role, stance }] }
}

export function summarizeCommittee(state: RunState<CommitteeState>): KindSummary {
  const parsed = decisionSchema.pick({ action: true, confidence: true }).safeParse(state.decision)
  return { decision: parsed.success ? parsed.data : null }
}
