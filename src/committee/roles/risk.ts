/** The three risk voices, side by side: each is handed the trade as it would carry it, sized, and argues from there. */
import { formatNumber } from '../../core/format.ts'
import { carryTrade, measureCarry, prefixOf, type CarriedTrade } from '../carry.ts'
import type { Evidence } from '../decision.ts'
import type { Ledger } from '../evidence/ledger.ts'
import { RISK_VOICES, type RiskVoice } from '../plan.ts'
import type { RiskFinding, TradeFinding } from '../reasoner.ts'
import { takeStance, takeTurn, type Room } from './room.ts'

/** Each voice numbers its evidence in a range of its own, for they work at the same time. */
const VOICE_RANGE = 10

export interface VoiceResult {
  evidence: Evidence[]
  carried: CarriedTrade | null
  finding: RiskFinding
}

export async function hearVoices(
  room: Room,
  trade: TradeFinding,
  ledger: Ledger,
): Promise<Record<RiskVoice, VoiceResult>> {
  const results = await Promise.all(
    RISK_VOICES.map((voice, index) =>
      hearVoice(room, voice, trade, ledger, ledger.next + index * VOICE_RANGE),
    ),
  )
  return { aggressive: results[0]!, conservative: results[1]!, neutral: results[2]! }
}

async function hearVoice(
  room: Room,
  voice: RiskVoice,
  trade: TradeFinding,
  before: Ledger,
  first: number,
): Promise<VoiceResult> {
  const result = await takeTurn(room, voice, voice, async (turn) => {
    const { side, levels } = trade
    const carried = side && levels ? carryTrade(voice, side, levels, before) : null
    const evidence = carried
      ? await turn.measure('size_position', `the trade as the ${voice} voice would carry it`, first, () =>
          measureCarry(voice, carried),
        )
      : []
    for (const cap of carried?.size.caps ?? [])
      turn.log(
        'INFO',
        `size cut by ${cap.rule}: ${formatNumber(cap.from, 4)} to ${formatNumber(cap.to, 4)} of equity`,
      )
    const known = before.with(evidence)
    const brief = {
      ticker: room.ticker,
      as_of: room.asOf,
      evidence: known.items,
      voice,
      trade,
      prefix: prefixOf(voice),
    }
    const finding = await room.reasoners[voice].reason(brief, turn)
    turn.report(finding.report)
    return { evidence, carried, finding }
  })
  if (result.carried) await takeStance(room, voice, result.finding.agrees ? 'CARRY' : 'REFUSE')
  return result
}
