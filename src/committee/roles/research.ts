/** Bull and bear, round by round, and the manager who weighs what is left of their cases. */
import type { Evidence } from '../decision.ts'
import type { Ledger } from '../evidence/ledger.ts'
import type { CaseTurn, Debate, ResearchFinding } from '../reasoner.ts'
import { weighDebate } from '../weigh.ts'
import { addedTo, showEvidence, takeStance, takeTurn, type Room } from './room.ts'

/** In each round the bull speaks first; both answer the other's strongest point that is left. */
export async function debate(room: Room, rounds: number, ledger: Ledger): Promise<Debate> {
  const bull: CaseTurn[] = []
  const bear: CaseTurn[] = []
  for (let round = 1; round <= rounds; round++) {
    bull.push(await speak(room, 'bull', round, ledger, bull, bear))
    bear.push(await speak(room, 'bear', round, ledger, bear, bull))
  }
  return { bull, bear }
}

function speak(
  room: Room,
  side: 'bull' | 'bear',
  round: number,
  ledger: Ledger,
  own: readonly CaseTurn[],
  other: readonly CaseTurn[],
): Promise<CaseTurn> {
  return takeTurn(room, `${side}:${round}`, side, async (turn) => {
    const brief = { ticker: room.ticker, as_of: room.asOf, evidence: ledger.items, side, round, own, other }
    const spoken = await room.reasoners[side].reason(brief, turn)
    turn.report(spoken.report)
    return spoken
  })
}

export interface ResearchResult {
  evidence: Evidence[]
  finding: ResearchFinding
}

export async function manageResearch(room: Room, heard: Debate, before: Ledger): Promise<ResearchResult> {
  const result = await takeTurn(room, 'research_manager', 'research_manager', async (turn) => {
    const weights = await turn.measure('weigh', 'what is left of both cases', before.next, () =>
      weighDebate(heard),
    )
    const ledger = before.with(weights)
    const brief = { ticker: room.ticker, as_of: room.asOf, evidence: ledger.items, ...heard }
    const finding = await room.reasoners.research_manager.reason(brief, turn)
    turn.report(finding.report)
    return { evidence: addedTo(before, ledger), finding }
  })
  await showEvidence(room, result.evidence)
  await takeStance(room, 'research_manager', result.finding.stance)
  return result
}
