/** The aggressive voice, by rules: wants room for the trade and size for the edge; backs off only where the odds are poor. */
import { createRiskVoice, describeLosses, describeStake } from './risk-voice.ts'

const LEAST_REWARD_TO_RISK = 1

export const aggressiveByRules = createRiskVoice(
  'Aggressive',
  ({ brief, quote, ledger, rewardToRisk, size, lostMoney }) => {
    const { prefix } = brief
    const room = `Let the trade run, to a target of ${quote.of(`${prefix} target`)} with the stop at ${quote.of('Stop')}`
    const odds = `a reward of ${quote.of(`${prefix} reward to risk`)} times the risk`
    if (rewardToRisk < LEAST_REWARD_TO_RISK) {
      return {
        agrees: false,
        argument: `${room}, and it is still only ${odds}. Boldness is for better odds than these.`,
      }
    }
    if (size === 0) {
      const record = lostMoney
        ? `: ${describeLosses(quote)}`
        : ', for the record of the plain rule shows no edge to stake on'
      return {
        agrees: false,
        argument: `${room}, and ${odds} looks tempting. But the size comes to nothing${record}.`,
      }
    }
    const conviction = ledger.has('Balance')
      ? ` A balance of ${quote.signed('Balance')} is there to be used.`
      : ''
    return {
      agrees: true,
      argument:
        `${room}: ${odds}.${conviction} A stake of ${describeStake(ledger, prefix)}; ` +
        `too small a position is the surest way to waste a good reading.`,
    }
  },
)
