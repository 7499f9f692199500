/** The neutral voice, by rules: takes the trader's levels as they are and asks whether odds and record pay for the risk. */
import { createRiskVoice, describeLosses, describeStake } from './risk-voice.ts'

const LEAST_REWARD_TO_RISK = 1.2

export const neutralByRules = createRiskVoice(
  'Neutral',
  ({ brief, quote, ledger, rewardToRisk, size, lostMoney }) => {
    const { prefix } = brief
    const plan = `The trader’s stop of ${quote.of('Stop')} and target of ${quote.of(`${prefix} target`)} make ${quote.of(`${prefix} reward to risk`)} to one`
    if (lostMoney)
      return {
        agrees: false,
        argument: `${plan}, but ${describeLosses(quote)}. Odds on paper do not outweigh that.`,
      }
    if (rewardToRisk < LEAST_REWARD_TO_RISK)
      return { agrees: false, argument: `${plan}, which does not pay for being wrong half the time.` }
    if (size === 0)
      return {
        agrees: false,
        argument: `${plan}, but the record of the plain rule gives no edge to size by.`,
      }
    const record = ledger.has('Rule hit rate')
      ? ` The plain rule was right in ${quote.of('Rule hit rate')} of its trades, with ${quote.signed('Rule expectancy')} a trade.`
      : ''
    return {
      agrees: true,
      argument: `${plan}.${record} Sized to that, ${describeStake(ledger, prefix)}.`,
    }
  },
)
