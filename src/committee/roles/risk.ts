/** The three risk voices, side by side: each is handed the trade as it would carry it, sized, and argues from there. */
import { formatPct } from '../../core/format.ts'
import { carryTrade, measureCarry, prefixOf, type CarriedTrade } from '../carry.ts'
import type { Evidence } from '../decision.ts'
import type { Ledger } from '../evidence/ledger.ts'
import type { Measurement } from '../evidence/measurement.ts'
import { RISK_VOICES, type RiskVoice } from '../plan.ts'
import { UnreadableAnswerError, type RiskFinding, type TradeFinding } from '../reasoner.ts'
import { hearAll, refuseUnreadable, type Minutes } from './minutes.ts'
import { showEvidence, takeStance, takeTurn, type Room } from './room.ts'

export interface VoiceResult {
  evidence: Evidence[]
  carried: CarriedTrade | null
  finding: RiskFinding
}

export async function hearVoices(
  room: Room,
  trade: TradeFinding,
  minutes: Minutes,
): Promise<Record<RiskVoice, VoiceResult>> {
  const { ledger } = minutes
  // Worked out before anyone speaks: how many figures each brings gives the others their numbers.
  const { side, levels } = trade
  let next = ledger.next
  const seats = RISK_VOICES.map((voice): Seat => {
    const carried = side && levels ? carryTrade(voice, side, levels, ledger) : null
    const measured = carried ? measureCarry(voice, carried) : []
    const first = next
    next += measured.length
    return { voice, carried, measured, first }
  })
  const results = await hearAll(seats.map((seat) => hearVoice(room, seat, trade, ledger)))
  const heard: Partial<Record<RiskVoice, VoiceResult>> = {}
  for (const [index, result] of results.entries()) {
    if (result instanceof UnreadableAnswerError) continue
    const { voice } = seats[index]!
    heard[voice] = result
    minutes.add(result.evidence)
    await minutes.hear({
      ...{ role: voice, texts: [result.finding.report, result.finding.argument] },
      evidence: [...ledger.items, ...result.evidence],
      known: (result.carried?.size.caps ?? []).flatMap(({ from, to }) => [from, to]),
    })
  }
  refuseUnreadable(results)
  return heard as Record<RiskVoice, VoiceResult>
}

interface Seat {
  voice: RiskVoice
  carried: CarriedTrade | null
  measured: Measurement[]
  /** The number of its first figure. */
  first: number
}

async function hearVoice(
  room: Room,
  { voice, carried, measured, first }: Seat,
  trade: TradeFinding,
  before: Ledger,
): Promise<VoiceResult> {
  const result = await takeTurn(room, voice, voice, async (turn) => {
    const about = `the trade as the ${voice} voice would carry it`
    const evidence = carried ? await turn.measure('size_position', about, first, () => measured) : []
    for (const cap of carried?.size.caps ?? [])
      turn.log(
        'INFO',
        `size cut by ${cap.rule}: ${formatPct(100 * cap.from)} to ${formatPct(100 * cap.to)} of equity`,
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
  await showEvidence(room, result.evidence)
  if (result.carried) await takeStance(room, voice, result.finding.agrees ? 'CARRY' : 'REFUSE')
  return result
}
