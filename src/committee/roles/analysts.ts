/**
 * The analysts, side by side. One without a configured source is skipped, saying so; one whose source fails ends in
 * error, and the committee goes on without it and says that too.
 */
import type { Sources } from '../../market/sources.ts'
import type { Analyst } from '../assessment-input.ts'
import type { Evidence } from '../decision.ts'
import { blockOf } from '../evidence/blocks.ts'
import { joinBlocks, listItems } from '../figures.ts'
import type { Ledger } from '../evidence/ledger.ts'
import { numberLookUps } from '../look-ups/number-look-ups.ts'
import { NO_SOURCE } from '../plan.ts'
import { UnreadableAnswerError, type AnalystFinding } from '../reasoner.ts'
import { rulesReasoners } from '../rules/index.ts'
import { GATHERERS, hasSource } from './gather.ts'
import { hearAll, refuseUnreadable, type Gap, type Minutes } from './minutes.ts'
import { addedTo, isStopping, readSourceFailure, showEvidence, takeTurn, type Room } from './room.ts'

/** What one brought. */
interface AnalystResult {
  evidence: Evidence[]
  finding: AnalystFinding
  /** Absent where everything could be read. */
  missing?: string[]
}

/** The room with what the analysts said in it, in the order of `analysts`. */
export async function hearAnalysts(
  room: Room,
  analysts: readonly Analyst[],
  sources: Sources,
  minutes: Minutes,
): Promise<Room> {
  const before = minutes.ledger
  const heard = await hearAll(analysts.map((analyst) => hearAnalyst(room, analyst, sources, before)))
  const reports: Partial<Record<Analyst, AnalystFinding>> = {}
  for (const [index, result] of heard.entries()) {
    const analyst = analysts[index]!
    if (result === null || result instanceof UnreadableAnswerError) continue
    if ('reason' in result) {
      await minutes.noteGap(result)
      continue
    }
    const { evidence, finding, missing } = result
    minutes.add(evidence)
    await minutes.hear({
      ...{ role: analyst, texts: [finding.report, finding.summary] },
      evidence: [...before.items, ...evidence],
    })
    if (missing) await minutes.noteGap({ analyst, reason: missing.join('; ') })
    reports[analyst] = finding
  }
  refuseUnreadable(heard)
  return { ...room, reports }
}

/** Null for one that was skipped. */
async function hearAnalyst(
  room: Room,
  analyst: Analyst,
  sources: Sources,
  before: Ledger,
): Promise<AnalystResult | Gap | null> {
  if (analyst !== 'market' && !hasSource(sources, analyst)) {
    await room.ctx.skip(analyst, NO_SOURCE[analyst], analyst)
    return null
  }
  try {
    const result = await takeAnalystTurn(room, analyst, sources, before)
    await showEvidence(room, result.evidence)
    return result
  } catch (error) {
    const reason = isStopping(error, room.ctx.signal) ? null : readSourceFailure(error)
    if (reason === null) throw error
    return { analyst, reason }
  }
}

function takeAnalystTurn(
  room: Room,
  analyst: Analyst,
  sources: Sources,
  before: Ledger,
): Promise<AnalystResult> {
  return takeTurn(room, analyst, analyst, async (turn) => {
    const gathered = await GATHERERS[analyst](room, turn, sources, before)
    const { ledger, lookUps, origin, missing, remarks = [], isEmpty } = gathered
    const numbered = numberLookUps(turn, lookUps, ledger, blockOf(analyst), origin)
    // That there is nothing is soon said, and nobody has to be paid for it.
    const reasoner = isEmpty ? rulesReasoners[analyst] : room.reasoners[analyst]
    const reasoned = await reasoner.reason(
      {
        ...{ ticker: room.ticker, as_of: room.asOf, evidence: ledger.items, analyst },
        lookUps: numbered.lookUps,
      },
      turn,
    )
    const finding = { ...reasoned, report: joinBlocks(reasoned.report, listItems(remarks)) }
    turn.report(finding.report)
    const evidence = addedTo(before, numbered.ledger())
    turn.log('INFO', `${evidence.length} pieces of evidence`)
    return { evidence, finding, ...(missing.length > 0 && { missing }) }
  })
}
