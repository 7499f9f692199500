/** The research manager as a model: weighs both cases and takes a stance; asked again, the stance of more than half. */
import { z } from 'zod'
import { joinBlocks } from '../figures.ts'
import type { Reasoner, ReasoningAid, ResearchBrief, ResearchFinding, Spread } from '../reasoner.ts'
import { boundedText, evidenceField, readEvidenceIds, reportField } from './answer-fields.ts'
import { askRole } from './ask-role.ts'
import { listUnknownIds } from './citations.ts'
import { renderEvidence } from './evidence-table.ts'
import { composeQuestion, composeSystem, type Seat } from './seat.ts'
import { renderDebate, renderMemory, renderReports } from './transcripts.ts'
import {
  askRepeatedly,
  countAnswers,
  describeSplit,
  describeSpread,
  majorityAnswer,
  UNREADABLE,
} from './votes.ts'

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
      const majority = majorityAnswer(spread)
      const failure = heard.find((one) => 'unreadable' in one)?.unreadable
      if (failure && majority === UNREADABLE) throw failure
      return { ...settle(findings, majority, spread), spread }
    },
  }
}

/**
 * The first finding of the stance that more than half took. Without one it is a REVIEW: the same evidence was read in
 * several ways, and HOLD would be a judgement that nobody made.
 */
function settle(
  findings: readonly ResearchFinding[],
  majority: string | null,
  spread: Spread,
): ResearchFinding {
  const finding = findings.find((one) => one.stance === majority)
  if (finding) return finding
  const reason = describeSplit(spread)
  const ways = spread.flatMap(({ answer }) => findings.find((one) => one.stance === answer) ?? [])
  return {
    stance: 'REVIEW',
    reason,
    evidence_ids: [...new Set(ways.flatMap((one) => one.evidence_ids))],
    report: joinBlocks('# Research: no agreement', reason, ...ways.map((one) => one.report)),
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
      verdict: ({ stance }) => stance,
      prose: ({ report, reason }) => [report, reason],
    },
    aid,
  )
  aid.log('INFO', `stance ${value.stance}`)
  return { ...value, evidence_ids: readEvidenceIds(value.evidence_ids) }
}
