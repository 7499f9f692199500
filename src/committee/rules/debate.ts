/** How bull and bear argue by rules: the case each makes of the evidence, and its answer to the other's strongest point. */
import type { Ledger } from '../evidence/ledger.ts'
import { createLedger } from '../evidence/ledger.ts'
import { capitalise, citedIds, createQuoter, inWords, joinBlocks, listItems } from '../figures.ts'
import type { Answer, CaseBrief, CaseTurn, Claim, ReasoningAid } from '../reasoner.ts'
import { judgeEvidence } from './judge.ts'
import { findSignal } from './signals.ts'

/** A score smaller than this is no point worth making. */
const LEAST_SCORE = 0.05
/** The most an answer can take off a point, and what one takes that does not meet it head on. */
const MAX_DISCOUNT = 0.5
const INDIRECT_DISCOUNT = 0.1

type CaseSide = CaseBrief['side']

/** The points that speak for one side, the weightiest first. Weights are shares of all that was judged. */
export function buildCase(ledger: Ledger, side: CaseSide): Claim[] {
  const quote = createQuoter(ledger)
  const judgements = judgeEvidence(ledger)
  const total = judgements.reduce((sum, { signal }) => sum + signal.weight, 0)
  const direction = side === 'bull' ? 1 : -1
  return judgements
    .filter(({ score }) => direction * score >= LEAST_SCORE)
    .map(({ signal, score }) => {
      const text = signal.say(quote, (label) => ledger.get(label).value, score)
      const weight = (signal.weight * Math.abs(score)) / total
      return { id: signal.id, name: signal.name, group: signal.group, weight, text, evidence: citedIds(text) }
    })
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1))
}

/**
 * The answer to the other side's strongest point not answered yet. Null when all are. An answer is one of the own
 * points, each used once; the closer it meets the point and the more it weighs beside it, the more it takes off.
 */
export function answerStrongest(
  own: readonly Claim[],
  others: readonly Claim[],
  past: readonly Answer[],
): Answer | null {
  const target = others.find((claim) => !past.some((answer) => answer.claim === claim.id))
  if (!target) return null
  const used = new Set(past.flatMap((answer) => answer.evidence))
  const unused = own.filter((claim) => claim.id !== target.id && !claim.evidence.every((id) => used.has(id)))
  const direct = findSignal(target.id)
    .answeredBy.map((id) => unused.find((claim) => claim.id === id))
    .find((claim) => claim !== undefined)
  if (direct) {
    const discount = Math.min(MAX_DISCOUNT, 0.5 * (direct.weight / target.weight))
    return { claim: target.id, text: direct.text, evidence: direct.evidence, discount }
  }
  const indirect = unused[0]
  if (indirect)
    return { claim: target.id, text: indirect.text, evidence: indirect.evidence, discount: INDIRECT_DISCOUNT }
  return { claim: target.id, text: '', evidence: [], discount: 0 }
}

/** One turn of one side, in any round. */
export function argue(brief: CaseBrief, aid: ReasoningAid): CaseTurn {
  const { side, round } = brief
  const otherSide = side === 'bull' ? 'bear' : 'bull'
  const ledger = createLedger(brief.evidence)
  const own = buildCase(ledger, side)
  const heard = brief.other.at(-1)?.claims
  const others = heard ?? buildCase(ledger, otherSide)
  const past = brief.own.flatMap((turn) => turn.answer ?? [])
  const answer = answerStrongest(own, others, past)
  const target = others.find((claim) => claim.id === answer?.claim)
  if (round === 1) aid.note(`Read the evidence for what speaks for the ${side}.`)
  if (target) {
    const source = heard ? `Answered the ${otherSide} on` : `Met the point the ${otherSide} is bound to make,`
    aid.note(`${source} ${target.name}.`)
  }
  aid.log('INFO', `round ${round}: ${own.length} points, strongest: ${own[0]?.name ?? 'none'}`)
  const opening = round === 1 ? describeCase(brief, own) : ''
  const report = joinBlocks(opening, describeAnswer(brief, answer, target))
  return { claims: own, answer, report }
}

/** A word for a weight, as a share of all that was judged. */
function strengthWord(weight: number): string {
  return weight >= 0.06 ? 'strong' : weight >= 0.03 ? 'fair' : 'slight'
}

function describeCase({ side, ticker }: CaseBrief, claims: readonly Claim[]): string {
  const title = `# The case ${side === 'bull' ? 'for' : 'against'} ${ticker}`
  const speaks = `${side === 'bull' ? 'for' : 'against'} owning ${ticker}`
  const [first] = claims
  if (!first) return joinBlocks(title, `Nothing that was measured speaks ${speaks}.`)
  const opening =
    claims.length === 1
      ? `One point speaks ${speaks}: ${first.name}.`
      : `${capitalise(inWords(claims.length))} points speak ${speaks}; the weightiest is ${first.name}.`
  const points = claims.map(
    (claim) => `**${capitalise(claim.name)}** (${strengthWord(claim.weight)}). ${claim.text}`,
  )
  return joinBlocks(title, opening, listItems(points))
}

function describeAnswer(
  { side, round }: CaseBrief,
  answer: Answer | null,
  target: Claim | undefined,
): string {
  const other = side === 'bull' ? 'bear' : 'bull'
  const title = `## Answer to the ${other}${round === 1 ? '' : `, ${round === 2 ? 'second' : 'third'} round`}`
  if (!answer || !target) return joinBlocks(title, `The ${other} has no point left to answer.`)
  const point = `Its ${round === 1 ? 'strongest' : 'next'} point is ${target.name}.`
  if (answer.discount === 0)
    return joinBlocks(title, `${point} Nothing measured takes anything off it; it stands.`)
  const force =
    answer.discount >= 0.35
      ? 'That takes much off it.'
      : answer.discount > INDIRECT_DISCOUNT
        ? 'That takes something off it.'
        : 'It is no direct answer, and takes little off.'
  return joinBlocks(title, `${point} ${answer.text} ${force}`)
}
