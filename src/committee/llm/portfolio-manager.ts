/**
 * The portfolio manager as a model: the verdict. The action follows from the rating, which is read from its field alone.
 * Asked several times on the same evidence, the action that more than half of the answers give stands, and their share is
 * the confidence; where none does, a person has to look.
 */
import { z } from 'zod'
import { MODEL_ROLES } from '../assessment-input.ts'
import { capitalise, countInWords } from '../figures.ts'
import { RISK_VOICES } from '../plan.ts'
import {
  NO_CONFIDENCE,
  type PortfolioBrief,
  type Reasoner,
  type ReasoningAid,
  type Spread,
  type VerdictFinding,
} from '../reasoner.ts'
import {
  boundedList,
  boundedNumber,
  boundedText,
  evidenceField,
  orNull,
  readEvidenceIds,
  reportField,
} from './answer-fields.ts'
import { askRole, type UsableAnswer } from './ask-role.ts'
import { listUnknownIds } from './citations.ts'
import { renderEvidence } from './evidence-table.ts'
import { composeQuestion, composeSystem, type Seat } from './seat.ts'
import {
  renderDebate,
  renderMemory,
  renderReports,
  renderResearch,
  renderTrade,
  renderVoice,
} from './transcripts.ts'
import {
  askRepeatedly,
  countAnswers,
  describeSplit,
  describeSpread,
  majorityAnswer,
  UNREADABLE,
  type Heard,
} from './votes.ts'

/** From the mildest to the strongest on either side. */
const RATINGS = ['Hold', 'Buy', 'Strong Buy', 'Sell', 'Strong Sell', 'Review'] as const

export const verdictAnswer = z.object({
  report: reportField,
  summary: boundedText(1_500, 'The verdict for a reader in a hurry: what to do and why, every figure cited.'),
  rationale: boundedList(
    z.object({
      text: boundedText(900, 'A reason that carried the verdict, every figure cited.'),
      evidence: evidenceField,
    }),
    6,
    'What carried the verdict, the weightiest first.',
  ),
  dissent: boundedList(
    z.object({
      role: z.enum(MODEL_ROLES).describe('Who holds it.'),
      text: boundedText(900, 'What speaks against the verdict, every figure cited.'),
      evidence: evidenceField,
    }),
    6,
    'What speaks against the verdict and by whom, as its holders would put it.',
  ),
  rating: z.enum(RATINGS).describe('The verdict. Review: no verdict can be reached and a person must look.'),
  voice: orNull(z.enum(RISK_VOICES)).describe(
    'Whose target and size the position follows: needed for a buy; for a sell null means an exit only. Null for Hold and Review.',
  ),
  confidence: boundedNumber(0, 1, 'How likely it is that this verdict turns out right.'),
  confidence_reason: boundedText(600, 'What this confidence rests on and what limits it, without figures.'),
})
type VerdictAnswer = z.infer<typeof verdictAnswer>
type Rating = VerdictAnswer['rating']
type Action = VerdictFinding['action']

const ACTION_OF: Readonly<Record<Rating, Action>> = {
  ...{ Hold: 'HOLD', Buy: 'BUY', 'Strong Buy': 'BUY', Sell: 'SELL', 'Strong Sell': 'SELL', Review: 'REVIEW' },
}

export function createPortfolioManager(seat: Seat): Reasoner<PortfolioBrief, VerdictFinding> {
  return {
    async reason(brief, aid) {
      aid.note(`Asked ${seat.model} for the verdict.`)
      if (brief.repeats === 1) return readVerdict(await askOnce(seat, brief, aid, 0))
      const heard = await askRepeatedly(brief.repeats, (repeat) => askOnce(seat, brief, aid, repeat))
      return settleVotes(heard, aid)
    },
  }
}

async function askOnce(
  seat: Seat,
  brief: PortfolioBrief,
  aid: ReasoningAid,
  repeat: number,
): Promise<UsableAnswer<VerdictAnswer>> {
  const answer = await askRole(
    seat,
    {
      system: composeSystem(seat, brief),
      text: composeQuestion(seat, brief, [
        renderEvidence(brief.evidence),
        renderReports(brief.reports),
        renderDebate(brief),
        renderResearch(brief.research),
        renderTrade(brief.trade),
        ...RISK_VOICES.map((voice) => renderVoice(voice, brief.voices[voice])),
        renderMemory(brief.memory),
      ]),
      ...{ schema: verdictAnswer, evidence: brief.evidence, repeat },
      examine: (value) => examineVerdict(value, brief),
      verdict: ({ rating, voice, confidence }) => [rating, voice, confidence],
      prose: ({ report, summary, rationale, dissent, confidence_reason }) => [
        ...[report, summary, confidence_reason],
        ...[...rationale, ...dissent].map(({ text }) => text),
      ],
    },
    aid,
  )
  aid.log('INFO', `rating ${answer.value.rating}, confidence ${answer.value.confidence.toFixed(2)}`)
  return answer
}

function examineVerdict(value: VerdictAnswer, brief: PortfolioBrief): string[] {
  const { rationale, dissent, rating } = value
  return [
    ...rationale.flatMap(({ evidence }) => listUnknownIds('rationale', evidence, brief.evidence)),
    ...dissent.flatMap(({ evidence }) => listUnknownIds('dissent', evidence, brief.evidence)),
    ...(rationale.length === 0 && rating !== 'Review' ? ['rationale is empty'] : []),
    ...examineRating(value, brief),
  ]
}

/** A verdict to act needs a trade of that side behind it, and somebody's hands that hold more than nothing. */
function examineRating({ rating, voice }: VerdictAnswer, { trade, sizes }: PortfolioBrief): string[] {
  const action = ACTION_OF[rating]
  if (trade.stance === 'REVIEW' && action !== 'REVIEW')
    return [`rating is ${rating}, but the trader asks for a person to look: it must be Review`]
  if (action !== 'BUY' && action !== 'SELL') return []
  if (trade.stance !== action)
    return [
      `rating is ${rating}, but the trade behind it is ${trade.stance}: there are no levels for a ${action}`,
    ]
  if (voice === null) {
    return action === 'BUY'
      ? [`rating is ${rating}, but voice is null: say whose target and size it follows`]
      : []
  }
  if (sizes[voice] > 0) return []
  const other = action === 'BUY' ? 'another voice, or Hold' : 'another voice, or null for an exit only'
  return [`voice is ${voice}, whose size comes to nothing: it must be ${other}`]
}

/** One answer: its own estimate is the confidence. */
function readVerdict({ value, raw }: UsableAnswer<VerdictAnswer>): VerdictFinding {
  const action = ACTION_OF[value.rating]
  const isReview = action === 'REVIEW'
  const reason = value.confidence_reason.trim().replace(/\.+$/, '')
  return {
    action,
    rating: value.rating === 'Review' ? null : value.rating,
    voice: action === 'BUY' || action === 'SELL' ? value.voice : null,
    confidence: isReview ? 0 : roundConfidence(value.confidence),
    confidence_basis: isReview ? NO_CONFIDENCE : `The model’s own estimate, asked once: ${reason}`,
    summary: value.summary,
    rationale: value.rationale.map(readPoint),
    dissent: value.dissent.map(readPoint),
    raw_text: raw,
  }
}

/**
 * The action that more than half gave, with their median rating (the milder of two in the middle), as the first of them
 * put it; a REVIEW where there is none. Throws the first unreadable answer's error where those are more than half.
 */
function settleVotes(
  heard: readonly Heard<UsableAnswer<VerdictAnswer>>[],
  aid: ReasoningAid,
): VerdictFinding {
  const answers = heard.flatMap((one) => ('answer' in one ? [one.answer] : []))
  const spread = countAnswers(heard.map((one) => ('answer' in one ? one.answer.value.rating : UNREADABLE)))
  const actions = countAnswers(
    heard.map((one) => ('answer' in one ? ACTION_OF[one.answer.value.rating] : UNREADABLE)),
  )
  aid.note(`Asked ${heard.length} times: ${describeSpread(spread)}.`)
  const raw_text = heard
    .map((one) => ('answer' in one ? one.answer.raw : `(${one.unreadable.message})`))
    .join('\n\n')
  const majority = majorityAnswer(actions)
  if (majority === null) return { ...reviewSplit(actions), raw_text, spread }
  const failure = heard.find((one) => 'unreadable' in one)?.unreadable
  if (failure && majority === UNREADABLE) throw failure
  const alike = answers.filter(({ value }) => ACTION_OF[value.rating] === majority)
  const rating = medianRating(alike.map(({ value }) => value.rating))
  const verdict = readVerdict(alike.find(({ value }) => value.rating === rating)!)
  if (verdict.action === 'REVIEW') return { ...verdict, raw_text, spread }
  const share = `${capitalise(countInWords(alike.length, heard.length))} answers on the same evidence said ${verdict.action}`
  return {
    ...verdict,
    confidence: roundConfidence(alike.length / heard.length),
    confidence_basis: `${share}; the ratings were ${describeSpread(spread)}`,
    raw_text,
    spread,
  }
}

function reviewSplit(actions: Spread): Omit<VerdictFinding, 'raw_text' | 'spread'> {
  const reason = describeSplit(actions)
  return {
    ...{ action: 'REVIEW', rating: null, voice: null, confidence: 0, confidence_basis: NO_CONFIDENCE },
    summary: reason,
    rationale: [{ text: reason, evidence: [] }],
    dissent: [],
  }
}

/** Of ratings that mean the same action. */
function medianRating(ratings: readonly Rating[]): Rating {
  const sorted = [...ratings].sort((a, b) => RATINGS.indexOf(a) - RATINGS.indexOf(b))
  return sorted[Math.floor((sorted.length - 1) / 2)]!
}

function readPoint<Point extends { evidence: string[] }>(point: Point): Point {
  return { ...point, evidence: readEvidenceIds(point.evidence) }
}

function roundConfidence(value: number): number {
  return Math.round(100 * value) / 100
}
