/** The conservative voice, by rules: counts what can be lost first, and carries only what the record and the calm allow. */
import { createRiskVoice, describeLosses, describeStake } from './risk-voice.ts'

/** Below what the trader's nearest target comes to in this voice's hands, so that no rounding of prices decides. */
const LEAST_REWARD_TO_RISK = 1.3
/** Percentile of the year above which volatility alone is a reason to stand aside. */
const NERVOUS_RANK_PCT = 85

export const conservativeByRules = createRiskVoice(
  'Conservative',
  ({ brief, quote, ledger, rewardToRisk, size, lostMoney, volatilityRank }) => {
    const { prefix } = brief
    const losses = [
      ledger.has('Max drawdown') ? `a fall of ${quote.size('Max drawdown')} within the year` : '',
      ledger.has('VaR 95') ? `more than ${quote.of('VaR 95')} on one day in twenty` : '',
    ].filter((part) => part !== '')
    const threat =
      losses.length > 0
        ? `Count the cost first: ${losses.join(' and ')}.`
        : 'The cost cannot be counted on so short a history.'
    const objections = [
      lostMoney ? describeLosses(quote) : '',
      rewardToRisk < LEAST_REWARD_TO_RISK
        ? `a reward of ${quote.of(`${prefix} reward to risk`)} times the risk is thin`
        : '',
      volatilityRank !== undefined && volatilityRank > NERVOUS_RANK_PCT
        ? `volatility ranks at ${quote.of('Volatility rank')} of its year`
        : '',
      size === 0 && !lostMoney ? 'the record of the plain rule shows no edge to stake on' : '',
    ].filter((part) => part !== '')
    if (objections.length > 0)
      return { agrees: false, argument: `${threat} I would not carry this: ${objections.join(', and ')}.` }
    return {
      agrees: true,
      argument:
        `${threat} So keep it small and take the profit early, at ${quote.of(`${prefix} target`)}, with the stop at ` +
        `${quote.of('Stop')}: ${describeStake(ledger, prefix)}.`,
    }
  },
)
