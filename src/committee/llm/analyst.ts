/** An analyst as a model: looks up what it misses, then reports what the evidence of its field says. No verdict yet. */
import { z } from 'zod'
import type { AnalystBrief, AnalystFinding, Reasoner } from '../reasoner.ts'
import { boundedText, reportField } from './answer-fields.ts'
import { askRole } from './ask-role.ts'
import { renderEvidence } from './evidence-table.ts'
import { gatherMore } from './look-up-rounds.ts'
import { composeQuestion, composeSystem, type Seat } from './seat.ts'

export const analystAnswer = z.object({
  report: reportField,
  summary: boundedText(1_200, 'What a reader in a hurry must know, in two to four sentences.'),
})

export function createAnalyst(seat: Seat): Reasoner<AnalystBrief, AnalystFinding> {
  return {
    async reason(brief, aid) {
      const found = await gatherMore(seat, brief, aid)
      const evidence = [...brief.evidence, ...found]
      aid.note(`Asked ${seat.model} for the report.`)
      const { value } = await askRole(
        seat,
        {
          system: composeSystem(seat, brief),
          text: composeQuestion(seat, brief, [renderEvidence(evidence)]),
          ...{ schema: analystAnswer, evidence },
          examine: () => [],
          verdict: () => null,
          prose: ({ report, summary }) => [report, summary],
        },
        aid,
      )
      return value
    },
  }
}
