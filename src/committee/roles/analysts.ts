/** The analysts, side by side. The market analyst reads the bars; the others have no source yet and are skipped, saying so. */
import type { Analyst } from '../assessment-input.ts'
import type { Evidence } from '../decision.ts'
import type { Ledger } from '../evidence/ledger.ts'
import { MARKET_TOOLS, measure, type MeasuringTool } from '../evidence/tools.ts'
import { NO_SOURCE } from '../plan.ts'
import type { AnalystFinding } from '../reasoner.ts'
import { addedTo, showEvidence, takeTurn, type Room, type Turn } from './room.ts'

export interface AnalystResult {
  evidence: Evidence[]
  finding: AnalystFinding
}

/** What each analyst who could work brought, in the order of `analysts`. */
export async function hearAnalysts(
  room: Room,
  analysts: readonly Analyst[],
  ledger: Ledger,
): Promise<AnalystResult[]> {
  const results = await Promise.all(
    analysts.map(async (analyst) => {
      if (analyst === 'market') return readMarket(room, ledger)
      await room.ctx.skip(analyst, NO_SOURCE[analyst], analyst)
      return null
    }),
  )
  return results.filter((result) => result !== null)
}

async function readMarket(room: Room, before: Ledger): Promise<AnalystResult> {
  const result = await takeTurn(room, 'market', 'market', async (turn) => {
    const ledger = await measureAll(room, turn, MARKET_TOOLS, before)
    const brief = { ticker: room.ticker, as_of: room.asOf, evidence: ledger.items }
    const finding = await room.reasoners.market.reason(brief, turn)
    turn.report(finding.report)
    turn.log('INFO', `${ledger.items.length} values measured`)
    return { evidence: addedTo(before, ledger), finding }
  })
  await showEvidence(room, result.evidence)
  return result
}

/** Calls those of `tools` whose values are not known yet. */
export async function measureAll(
  room: Room,
  turn: Turn,
  tools: readonly MeasuringTool[],
  before: Ledger,
): Promise<Ledger> {
  const called = new Set(before.items.map((item) => item.tool))
  let ledger = before
  for (const tool of tools) {
    if (called.has(tool.name)) continue
    ledger = ledger.with(
      await turn.measure(tool.name, tool.about, ledger.next, () => measure(tool, room.window)),
    )
  }
  return ledger
}
