/** A risk voice as a model: argues for or against carrying the trade as it would hold it. */
import { z } from 'zod'
import type { Reasoner, RiskBrief, RiskFinding } from '../reasoner.ts'
import { boundedText, evidenceField, readEvidenceIds, reportField } from './answer-fields.ts'
import { askRole } from './ask-role.ts'
import { listUnknownIds } from './citations.ts'
import { renderEvidence } from './evidence-table.ts'
import { composeQuestion, composeSystem, type Seat } from './seat.ts'
import { renderTrade } from './transcripts.ts'

export const voiceAnswer = z.object({
  report: reportField,
  argument: boundedText(1_200, 'Your case in two to four sentences, every figure cited.'),
  evidence_ids: evidenceField,
  agrees: z.boolean().describe('Whether you would carry the trade at all, in your size and to your target.'),
})

export function createRiskVoice(seat: Seat): Reasoner<RiskBrief, RiskFinding> {
  return {
    async reason(brief, aid) {
      aid.note(`Asked ${seat.model} how it would carry the trade.`)
      const { value } = await askRole(
        seat,
        {
          system: composeSystem(seat, brief),
          text: composeQuestion(seat, brief, [
            renderEvidence(brief.evidence),
            renderTrade(brief.trade),
            describeSeat(brief),
          ]),
          ...{ schema: voiceAnswer, evidence: brief.evidence },
          examine: ({ evidence_ids }) => listUnknownIds('evidence_ids', evidence_ids, brief.evidence),
          verdict: ({ agrees }) => agrees,
          prose: ({ report, argument }) => [report, argument],
        },
        aid,
      )
      aid.log('INFO', describeStance(brief, value.agrees))
      return { ...value, evidence_ids: readEvidenceIds(value.evidence_ids) }
    },
  }
}

function describeSeat({ prefix, trade }: RiskBrief): string {
  return trade.levels
    ? `The trade in your hands, its target and size, stands in the evidence under measures that begin with “${prefix}”.`
    : 'No trade is asked for. Say what risk there is in doing nothing and what there is to watch; agree to nothing that is not there.'
}

function describeStance({ trade }: RiskBrief, agrees: boolean): string {
  if (!trade.levels) return 'nothing to carry'
  return agrees ? 'would carry the trade' : 'would not carry the trade'
}
