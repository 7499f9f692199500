/** What the three risk voices share: how each reads the trade before it argues from its own stance. */
import { createLedger, type Ledger } from '../evidence/ledger.ts'
import { citedIds, createQuoter, joinBlocks, type Quoter } from '../figures.ts'
import { REFERENCE_EQUITY_LABEL } from '../carry.ts'
import type { Reasoner, RiskBrief, RiskFinding } from '../reasoner.ts'

/** The rule's record says something only beyond as many trades. */
export const TELLING_TRADES = 10

const CARRIED = ['target', 'reward to risk', 'size', 'shares', 'notional', 'amount at risk']

export interface Reading {
  brief: RiskBrief
  ledger: Ledger
  quote: Quoter
  /** Reward over risk as this voice would carry the trade. */
  rewardToRisk: number
  /** Percent of equity that the limits allow, before whole shares. */
  size: number
  /** True where the plain rule's own trades lost money, and there are enough of them to say so. */
  lostMoney: boolean
  volatilityRank: number | undefined
}

export interface Stance {
  agrees: boolean
  /** Sentences; figures cited. */
  argument: string
}

export function createRiskVoice(
  title: string,
  argue: (reading: Reading) => Stance,
): Reasoner<RiskBrief, RiskFinding> {
  return {
    reason(brief, aid) {
      const ledger = createLedger(brief.evidence)
      const quote = createQuoter(ledger)
      const { trade, prefix } = brief
      aid.note(
        `Read the trader’s ${trade.levels ? 'levels and the record of the rule' : 'reasons for not trading'}.`,
      )
      const stance = ledger.has(`${prefix} size`)
        ? argue({
            ...{ brief, ledger, quote },
            rewardToRisk: ledger.get(`${prefix} reward to risk`).value,
            size: ledger.get(`${prefix} size before shares`).value,
            lostMoney:
              (ledger.value('Rule trades') ?? 0) >= TELLING_TRADES &&
              (ledger.value('Rule expectancy') ?? 0) <= 0,
            volatilityRank: ledger.value('Volatility rank'),
          })
        : { agrees: true, argument: describeIdle(brief, ledger, quote) }
      const figures = quote.table(['Stop', ...CARRIED.map((name) => `${prefix} ${name}`)])
      aid.log(
        'INFO',
        trade.levels
          ? stance.agrees
            ? 'would carry the trade'
            : 'would not carry the trade'
          : 'nothing to carry',
      )
      const report = joinBlocks(
        `# ${title}`,
        stance.argument,
        figures === '' ? '' : joinBlocks('## In figures', figures),
      )
      return Promise.resolve({ ...stance, evidence_ids: citedIds(stance.argument), report })
    },
  }
}

/** `the plain rule lost 0.42 % [E70] a trade over 48 [E64] trades on this side`. */
export function describeLosses(quote: Quoter): string {
  return `the plain rule lost ${quote.size('Rule expectancy')} a trade over ${quote.count('Rule trades')} on this side`
}

/** `7.6 % [E101] of equity puts 720.00 [E104] at risk, at a reference equity of 100,000.00 [E90]`. */
export function describeStake(ledger: Ledger, prefix: string): string {
  const quote = createQuoter(ledger)
  const equity = `a reference equity of ${quote.of(REFERENCE_EQUITY_LABEL)}`
  return ledger.get(`${prefix} shares`).value === 0
    ? `${quote.of(`${prefix} size before shares`)} of equity, which at ${equity} is less than one share`
    : `${quote.of(`${prefix} size`)} of equity puts ${quote.of(`${prefix} amount at risk`)} at risk, at ${equity}`
}

function describeIdle({ trade, voice }: RiskBrief, ledger: Ledger, quote: Quoter): string {
  if (trade.stance === 'REVIEW') return 'There is no trade to size before a person has looked at it.'
  const threat = ledger.has('VaR 95')
    ? ` One day in twenty costs a holder more than ${quote.of('VaR 95')}` +
      (ledger.has('Max drawdown')
        ? `, and the deepest fall of the year was ${quote.size('Max drawdown')}.`
        : '.')
    : ''
  switch (voice) {
    case 'aggressive':
      return `No trade, no risk, and no reward: money that waits earns nothing, but there is nothing here to press.${threat}`
    case 'conservative':
      return `Standing aside is a position too, and the cheapest one.${threat}`
    case 'neutral':
      return `The trader asks for nothing, and the evidence gives no reason to overrule that.${threat}`
  }
}
