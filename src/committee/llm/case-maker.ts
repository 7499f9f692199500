/** Bull or bear as a model: its points, each with how much it counts, and an answer to a point of the other side. */
import { z } from 'zod'
import { joinWords } from '../figures.ts'
import type { CaseBrief, CaseTurn, Claim, Reasoner } from '../reasoner.ts'
import {
  boundedList,
  boundedNumber,
  boundedText,
  evidenceField,
  orNull,
  readEvidenceIds,
  reportField,
} from './answer-fields.ts'
import { askRole } from './ask-role.ts'
import { listUnknownIds } from './citations.ts'
import { renderEvidence } from './evidence-table.ts'
import { composeQuestion, composeSystem, type Seat } from './seat.ts'
import { renderDebate } from './transcripts.ts'

const MAX_CLAIMS = 6
const MAX_STRENGTH = 5
/** So that a case weighs from 0 to 1, and the balance of two cases lies between −1 and 1. */
const FULL_CASE = MAX_CLAIMS * MAX_STRENGTH

const GROUPS = [
  ...(['trend', 'momentum', 'stretch', 'regime', 'volume', 'levels', 'valuation', 'quality'] as const),
  ...(['growth', 'balance sheet', 'cash flow', 'catalyst', 'ratings and insiders', 'other'] as const),
] as const

export const caseAnswer = z.object({
  report: reportField,
  claims: boundedList(
    z.object({
      id: z
        .string()
        .refine((id) => /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id) && id.length <= 60, {
          error: (issue) =>
            `is ${JSON.stringify(issue.input)}; it must be words in lower case joined by hyphens`,
        })
        .describe('Name of the point, by which it is answered: words in lower case joined by hyphens.'),
      name: boundedText(120, 'The point in a few words, for the middle of a sentence, without figures.'),
      group: z.enum(GROUPS).describe('The kind of evidence it rests on.'),
      text: boundedText(900, 'The point in one to three sentences, every figure cited.'),
      evidence: evidenceField,
      strength: boundedNumber(1, MAX_STRENGTH, 'How much it counts: 1 slight, 3 fair, 5 decisive.'),
    }),
    MAX_CLAIMS,
    'The points of your case, the weightiest first.',
  ),
  answer: orNull(
    z.object({
      claim: z.string().describe('The id of the other side’s claim that is answered.'),
      text: boundedText(900, 'The answer, every figure cited.'),
      evidence: evidenceField,
      discount: boundedNumber(
        0,
        0.5,
        'The share of the point’s weight that your answer takes off: 0 concedes it, 0.5 is the most.',
      ),
    }),
  ).describe(
    'Your answer to one claim of the other side; null where it has made none that is left to answer.',
  ),
})
type CaseAnswer = z.infer<typeof caseAnswer>

export function createCaseMaker(seat: Seat): Reasoner<CaseBrief, CaseTurn> {
  return {
    async reason(brief, aid) {
      const other = otherSide(brief)
      aid.note(
        brief.other.length > 0
          ? `Asked ${seat.model} for round ${brief.round}, with what the ${other} said.`
          : `Asked ${seat.model} for round ${brief.round}.`,
      )
      const { value } = await askRole(
        seat,
        {
          system: composeSystem(seat, brief),
          text: composeQuestion(seat, brief, [renderEvidence(brief.evidence), ...describeRound(brief)]),
          ...{ schema: caseAnswer, evidence: brief.evidence },
          examine: (answer) => examineCase(answer, brief),
          verdict: ({ claims, answer }) => [
            claims.map(({ id, group, strength }) => [id, group, strength]),
            answer && [answer.claim, answer.discount],
          ],
          prose: ({ report, claims, answer }) => [
            report,
            ...claims.flatMap(({ name, text }) => [name, text]),
            ...(answer ? [answer.text] : []),
          ],
        },
        aid,
      )
      const claims = value.claims.map(toClaim)
      const answered = value.answer ? `, answers ${value.answer.claim}` : ''
      aid.log('INFO', `round ${brief.round}: ${claims.length} points${answered}`)
      return { report: value.report, claims, answer: value.answer && readAnswer(value.answer) }
    },
  }
}

/** A claim's weight is its strength as a share of the strongest case there can be. */
function toClaim({ strength, evidence, ...claim }: CaseAnswer['claims'][number]): Claim {
  return { ...claim, weight: strength / FULL_CASE, evidence: readEvidenceIds(evidence) }
}

function readAnswer(answer: NonNullable<CaseAnswer['answer']>): NonNullable<CaseTurn['answer']> {
  return { ...answer, evidence: readEvidenceIds(answer.evidence) }
}

function examineCase({ claims, answer }: CaseAnswer, brief: CaseBrief): string[] {
  const ids = claims.map(({ id }) => id)
  const twice = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))]
  return [
    ...(twice.length > 0 ? [`claims names ${joinWords(twice)} more than once`] : []),
    ...claims.flatMap(({ id, evidence }) => [
      ...(evidence.length === 0 ? [`claim ${id} names no evidence`] : []),
      ...listUnknownIds(`claim ${id}`, evidence, brief.evidence),
    ]),
    ...(answer ? examineAnswer(answer, brief) : []),
  ]
}

function examineAnswer(answer: NonNullable<CaseAnswer['answer']>, brief: CaseBrief): string[] {
  const open = listOpenClaims(brief)
  const ids = listUnknownIds('answer', answer.evidence, brief.evidence)
  if (open.some(({ id }) => id === answer.claim)) return ids
  const left =
    open.length > 0
      ? `it must be one of ${joinWords(open.map(({ id }) => id))}, or the answer null`
      : `the ${otherSide(brief)} has no claim left to answer, so the answer must be null`
  return [`answer names the claim ${JSON.stringify(answer.claim.slice(0, 60))}; ${left}`, ...ids]
}

/** What the other side holds now and this side has not answered in an earlier round. */
function listOpenClaims({ own, other }: CaseBrief): Claim[] {
  const answered = new Set(own.flatMap(({ answer }) => answer?.claim ?? []))
  return (other.at(-1)?.claims ?? []).filter(({ id }) => !answered.has(id))
}

function describeRound(brief: CaseBrief): string[] {
  const { side, round } = brief
  const [bull, bear] = side === 'bull' ? [brief.own, brief.other] : [brief.other, brief.own]
  const open = listOpenClaims(brief)
  const task =
    open.length > 0
      ? `This is round ${round}. Claims of the ${otherSide(brief)} that you may answer: ${joinWords(open.map(({ id }) => id))}.`
      : `This is round ${round}. The ${otherSide(brief)} has no claim that you could answer: your answer is null.`
  return [renderDebate({ bull, bear }), task]
}

function otherSide({ side }: CaseBrief): 'bull' | 'bear' {
  return side === 'bull' ? 'bear' : 'bull'
}
