/** The scales of a debate: what is left of each side's points after the other side's answers. The same for every reasoner. */
import type { Measurement } from './evidence/measurement.ts'
import type { CaseTurn, Claim, Debate } from './reasoner.ts'

/** The points of one side with what `others` answered taken off, the weightiest first. */
export function netClaims(turns: readonly CaseTurn[], others: readonly CaseTurn[]): Claim[] {
  const kept = new Map<string, number>()
  for (const { answer } of others) {
    if (answer) kept.set(answer.claim, (kept.get(answer.claim) ?? 1) * (1 - answer.discount))
  }
  return (turns.at(-1)?.claims ?? [])
    .map((claim) => ({ ...claim, weight: claim.weight * (kept.get(claim.id) ?? 1) }))
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1))
}

/** Weights of both cases, and their difference, −1..1; all 0 where nobody made a point. */
export function weighDebate({ bull, bear }: Debate): Measurement[] {
  const gross = (turns: readonly CaseTurn[]) => sumWeights(turns.at(-1)?.claims ?? [])
  const bullNet = sumWeights(netClaims(bull, bear))
  const bearNet = sumWeights(netClaims(bear, bull))
  const source = 'weighed from the points of bull and bear'
  return [
    { label: 'Bull case before answers', value: gross(bull), unit: 'ratio', source },
    { label: 'Bear case before answers', value: gross(bear), unit: 'ratio', source },
    { label: 'Bull case', value: bullNet, unit: 'ratio', source },
    { label: 'Bear case', value: bearNet, unit: 'ratio', source },
    { label: 'Balance', value: bullNet - bearNet, unit: 'ratio', source },
  ]
}

function sumWeights(claims: readonly Claim[]): number {
  return claims.reduce((sum, claim) => sum + claim.weight, 0)
}
