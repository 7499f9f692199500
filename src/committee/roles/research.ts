/** Bull and bear, round by round, and the manager who weighs what is left of their cases. */
import type { Ledger } from '../evidence/ledger.ts'
import type { CaseTurn, Debate, ResearchFinding } from '../reasoner.ts'
import { weighDebate } from '../weigh.ts'
import type { Minutes } from './minutes.ts'
import {
  addedTo,
  decidingBrief,
  measureSpread,
  showEvidence,
  showSpread,
  takeStance,
  takeTurn,
  type Room,
} from './room.ts'

/** In each round the bull speaks first; both answer the other's strongest point that is left. */
export async function debate(room: Room, rounds: number, minutes: Minutes): Promise<Debate> {
  const { ledger } = minutes
  const bull: CaseTurn[] = []
  const bear: CaseTurn[] = []
  const take = async (side: 'bull' | 'bear', round: number, own: CaseTurn[], other: readonly CaseTurn[]) => {
    const turn = await speak(room, side, round, ledger, own, other)
    own.push(turn)
    await minutes.hear({ role: side, texts: textsOf(turn), evidence: ledger.items })
  }
  for (let round = 1; round <= rounds; round++) {
    await take('bull', round, bull, bear)
    await take('bear', round, bear, bull)
  }
  return { bull, bear }
}

/** The key of one side's step in a round. */
export function caseStep(side: 'bull' | 'bear', round: number): string {
  return `${side}:${round}`
}

function textsOf({ report, claims, answer }: CaseTurn): string[] {
  return [report, ...claims.map((claim) => claim.text), ...(answer ? [answer.text] : [])]
}

function speak(
  room: Room,
  side: 'bull' | 'bear',
  round: number,
  ledger: Ledger,
  own: readonly CaseTurn[],
  other: readonly CaseTurn[],
): Promise<CaseTurn> {
  return takeTurn(
    room,
    caseStep(side, round),
    side,
    async (turn) => {
      const brief = { ticker: room.ticker, as_of: room.asOf, evidence: ledger.items, side, round, own, other }
      const spoken = await room.reasoners[side].reason(brief, turn)
      turn.report(spoken.report)
      return spoken
    },
    { earlier: own.map(({ report }) => `${report}\n\n`).join('') },
  )
}

export async function manageResearch(room: Room, heard: Debate, minutes: Minutes): Promise<ResearchFinding> {
  const before = minutes.ledger
  const result = await takeTurn(room, 'research_manager', 'research_manager', async (turn) => {
    const weights = await turn.measure('weigh', 'what is left of both cases', before.next, () =>
      weighDebate(heard),
    )
    const ledger = before.with(weights)
    const brief = { ...decidingBrief(room, ledger), ...heard }
    const finding = await room.reasoners.research_manager.reason(brief, turn)
    turn.report(finding.report)
    const answers = await measureSpread(turn, 'Research answers', finding.spread, ledger.next)
    return { evidence: addedTo(before, ledger.with(answers)), finding }
  })
  const { evidence, finding } = result
  minutes.add(evidence)
  await showEvidence(room, evidence)
  await showSpread(room, 'research_manager', finding.spread)
  await minutes.hear({
    ...{ role: 'research_manager', texts: [finding.report, finding.reason] },
    evidence: minutes.ledger.items,
  })
  await takeStance(room, 'research_manager', finding.stance)
  return finding
}
