/** The research manager, by rules: weighs the two cases after what they took off each other, and says what tipped it. */
import { createLedger, type Ledger } from '../evidence/ledger.ts'
import { capitalise, citedIds, createQuoter, joinBlocks, joinWords, listItems } from '../figures.ts'
import type { Claim, Reasoner, ResearchBrief, ResearchFinding } from '../reasoner.ts'
import { netClaims } from '../weigh.ts'
import { ACT_THRESHOLD } from '../../trading/plain-rule/plain-rule.ts'
import { findShortage } from './sufficiency.ts'

export const researchManagerByRules: Reasoner<ResearchBrief, ResearchFinding> = {
  reason(brief, aid) {
    const ledger = createLedger(brief.evidence)
    const bull = netClaims(brief.bull, brief.bear)
    const bear = netClaims(brief.bear, brief.bull)
    aid.note(`Heard the bull and the bear, and weighed what was left of each case.`)
    const shortage = findShortage(ledger, brief.ticker, Object.keys(brief.reports).length > 0)
    const stance = shortage ? 'REVIEW' : chooseStance(ledger.value('Balance') ?? 0)
    const reason = shortage ?? explain(ledger, stance, bull, bear)
    aid.log('INFO', `stance ${stance}`)
    const report = joinBlocks(
      `# Research: ${stance}`,
      reason,
      shortage ? '' : describeWeights(ledger),
      shortage ? '' : describeStanding('What stands of the bull’s case', bull),
      shortage ? '' : describeStanding('What stands of the bear’s case', bear),
    )
    return Promise.resolve({ stance, reason, evidence_ids: citedIds(reason), report })
  },
}

function chooseStance(balance: number): 'BUY' | 'HOLD' | 'SELL' {
  return balance >= ACT_THRESHOLD ? 'BUY' : balance <= -ACT_THRESHOLD ? 'SELL' : 'HOLD'
}

function explain(
  ledger: Ledger,
  stance: 'BUY' | 'HOLD' | 'SELL' | 'REVIEW',
  bull: Claim[],
  bear: Claim[],
): string {
  const quote = createQuoter(ledger)
  const weights = `The bull’s case weighs ${quote.of('Bull case')}, the bear’s ${quote.of('Bear case')}, a balance of ${quote.signed('Balance')}.`
  const lead = (claims: Claim[]) => joinWords(claims.slice(0, 2).map((claim) => claim.name))
  switch (stance) {
    case 'BUY':
      return `${weights} ${capitalise(lead(bull))} carry the bull${bear.length > 0 ? `; what is left to the bear, ${bear[0]!.name} above all, does not outweigh it` : ' and nothing is left to the bear'}.`
    case 'SELL':
      return `${weights} ${capitalise(lead(bear))} carry the bear${bull.length > 0 ? `; what is left to the bull, ${bull[0]!.name} above all, does not outweigh it` : ' and nothing is left to the bull'}.`
    default:
      return bull.length > 0 && bear.length > 0
        ? `${weights} ${capitalise(bull[0]!.name)} pulls one way and ${bear[0]!.name} the other: neither side has enough to act on.`
        : `${weights} What there is to say is slight: not enough to act on.`
  }
}

function describeWeights(ledger: Ledger): string {
  return joinBlocks(
    '## The scales',
    'Weights are shares of everything that was judged; an answer takes its part off the point it meets.',
    createQuoter(ledger).table([
      'Bull case',
      'Bear case',
      'Balance',
      'Bull case before answers',
      'Bear case before answers',
    ]),
  )
}

function describeStanding(title: string, claims: readonly Claim[]): string {
  const items = claims.slice(0, 4).map((claim) => claim.text)
  return joinBlocks(`## ${title}`, items.length > 0 ? listItems(items) : 'Nothing.')
}
