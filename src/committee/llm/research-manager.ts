/** The research manager as a model: weighs both cases and takes a stance; asked again, the stance most answers take. */
import { z } from 'zod'
import { joinBlocks, joinWords } from '../figures.ts'
import type { Reasoner, ReasoningAid, ResearchBrief, ResearchFinding } from '../reasoner.ts'
import { boundedText, evidenceField, readEvidenceIds, reportField } from './answer-fields.ts'
import { askRole } from './ask-role.ts'
import { listUnknownIds } from './citations.ts'
import { renderEvidence } from './evidence-table.ts'
import { composeQuestion, composeSystem, type Seat } from './seat.ts'
import { renderDebate, renderMemory, renderReports } from './transcripts.ts'
import { askRepeatedly, countAnswers, describeSpread, leadingAnswers, UNREADABLE } from './votes.ts'

export const researchAnswer = z.object({
  report: reportField,
  reason: boundedText(900, 'Why, in a sentence or two, every figure cited.'),
  evidence_ids: evidenceField,
  stance: z
    .enum(['HOLD', 'BUY', 'SELL', 'REVIEW'])
    .describe('HOLD: no edge. REVIEW: the evidence does not allow a judgement, and a person must look.'),
})

export function createResearchManager(seat: Seat): Reasoner<ResearchBrief, ResearchFinding> {
  return {
    async reason(brief, aid) {
      aid.note(`Asked ${seat.model} to weigh both cases.`)
      if (brief.repeats === 1) return askOnce(seat, brief, aid, 0)
      const heard = await askRepeatedly(brief.repeats, (repeat) => askOnce(seat, brief, aid, repeat))
      const findings = heard.flatMap((one) => ('answer' in one ? [one.answer] : []))
      const spread = countAnswers(heard.map((one) => ('answer' in one ? one.answer.stance : UNREADABLE)))
      aid.note(`Asked ${brief.repeats} times: ${describeSpread(spread)}.`)
      const failure = heard.find((one) => 'unreadable' in one)?.unreadable
      const leading = leadingAnswers(spread)
      if (failure && leading.includes(UNREADABLE)) throw failure
      return { ...settle(findings, leading), spread }
    },
  }
}

/**
 * The first finding of the stance that leads. Where several do, the most careful of them: REVIEW, then HOLD. Where only
 * BUY and SELL do, the same evidence was read both ways, and a person has to look.
 */
function settle(findings: readonly ResearchFinding[], leading: readonly string[]): ResearchFinding {
  const stance =
    leading.length === 1 ? leading[0] : ['REVIEW', 'HOLD'].find((careful) => leading.includes(careful))
  const finding = findings.find((one) => one.stance === stance)
  if (finding) return finding
  const opposed = leading.flatMap((side) => findings.find((one) => one.stance === side) ?? [])
  const reason = `Asked again on the same evidence, the answers are split between ${joinWords(leading)}.`
  return {
    stance: 'REVIEW',
    reason,
    evidence_ids: [...new Set(opposed.flatMap((one) => one.evidence_ids))],
    report: joinBlocks('# Research: no agreement', reason, ...opposed.map((one) => one.report)),
  }
}

async function askOnce(
  seat: Seat,
  brief: ResearchBrief,
  aid: ReasoningAid,
  repeat: number,
): Promise<ResearchFinding> {
  const { value } = await askRole(
    seat,
    {
      system: composeSystem(seat, brief),
      text: composeQuestion(seat, brief, [
        renderEvidence(brief.evidence),
        renderReports(brief.reports),
        renderDebate(brief),
        renderMemory(brief.memory),
      ]),
      ...{ schema: researchAnswer, evidence: brief.evidence, repeat },
      examine: ({ evidence_ids }) => listUnknownIds('evidence_ids', evidence_ids, brief.evidence),
      prose: ({ report, reason }) => [report, reason],
    },
    aid,
  )
  aid.log('INFO', `stance ${value.stance}`)
  return { ...value, evidence_ids: readEvidenceIds(value.evidence_ids) }
}
