/**
 * One question to a role and what is done until its answer can be used: read into its shape, held against what is
 * possible, its figures held against the evidence. Every call is a part of the turn, journaled on its own.
 *
 * An answer out of shape or impossible gets one turn to be repaired, with twice the room where it was cut off; after that,
 * or when the model refuses, the role has none (`UnreadableAnswerError`). Figures that nothing bears out get one turn to be
 * corrected, which is about the words: an answer that decides otherwise on that occasion is not taken. What is left of
 * such figures stays, for the verdict marks them.
 */
import { hashOf } from '../../core/json.ts'
import { z } from 'zod'
import type { Asked, ChatTurn } from '../../llm/model-call.ts'
import type { Evidence } from '../decision.ts'
import { MAX_ANSWER_TOKENS } from '../estimate.ts'
import { escapeText } from '../quoted-text.ts'
import { UnreadableAnswerError, type ReasoningAid } from '../reasoner.ts'
import { createFigureCheck, type Figure, type KnownValues } from '../verify.ts'
import { listUnknownCitations } from './citations.ts'
import { clip } from './evidence-table.ts'
import { defuse } from './fence.ts'
import { fillPrompt } from './prompt-library.ts'
import { payCall, type Seat } from './seat.ts'

export interface Question<Answer> {
  system: string
  text: string
  schema: z.ZodType<Answer>
  /** What the answer may cite. */
  evidence: readonly Evidence[]
  /** What makes the answer impossible, in words that a model can act on; empty when nothing does. */
  examine(answer: Answer): string[]
  /** All prose of the answer, in which figures are looked for. */
  prose(answer: Answer): string[]
  /** What the answer decides: its fields but for prose and the evidence that the prose rests on. */
  verdict(answer: Answer): unknown
  /** Values of the answer's own fields that become evidence with it, which its prose may state. */
  known?(answer: Answer): KnownValues
  /** From 0, where the same question is asked several times side by side; only the first is shown while it writes. */
  repeat?: number
}

export interface UsableAnswer<Answer> {
  value: Answer
  /** As the model wrote it. */
  raw: string
}

/** What is kept of an answer as written; one that fits its shape is far shorter. */
const MAX_RAW_CHARS = 40_000
const MAX_LISTED = 20
const MAX_PROBLEM_CHARS = 600

export async function askRole<Answer>(
  seat: Seat,
  question: Question<Answer>,
  aid: ReasoningAid,
): Promise<UsableAnswer<Answer>> {
  const turns: ChatTurn[] = [{ role: 'user', text: question.text }]
  const first = await takeCall(seat, question, aid, 'ask', turns, MAX_ANSWER_TOKENS)
  const usable = await repairIfNeeded(seat, question, aid, first)
  return correctFigures(seat, question, aid, usable)
}

interface Spoken<Answer> {
  turns: readonly ChatTurn[]
  /** What it was given to write in. */
  maxOutputTokens: number
  asked: Asked<Answer>
}

type Usable<Answer> = UsableAnswer<Answer> & Omit<Spoken<Answer>, 'asked'>

async function repairIfNeeded<Answer>(
  seat: Seat,
  question: Question<Answer>,
  aid: ReasoningAid,
  first: Spoken<Answer>,
): Promise<Usable<Answer>> {
  const problems = findProblems(seat, question, first.asked)
  if (problems.length === 0) return toUsable(first)
  const told = tellProblems(problems)
  aid.note(`The answer could not be used: ${escapeText(told)}. Asked to repair it.`)
  aid.log('WARN', `the answer of ${seat.model} cannot be used: ${told}`)
  const list = problems.map((problem) => `- ${defuse(problem)}`).join('\n')
  const isCutOff = first.asked.outcome === 'unreadable' && first.asked.cut_off === true
  const turns: ChatTurn[] = [
    ...first.turns,
    sayAgain(first.asked.raw),
    { role: 'user', text: fillPrompt(seat.prompts.repair, { problems: list }) },
  ]
  const room = isCutOff ? 2 * first.maxOutputTokens : first.maxOutputTokens
  const second = await takeCall(seat, question, aid, 'repair', turns, room)
  const left = findProblems(seat, question, second.asked)
  if (left.length === 0) return toUsable(second)
  throw new UnreadableAnswerError(seat.role, `${tellProblems(left)} (after its turn to repair the answer)`)
}

async function correctFigures<Answer>(
  seat: Seat,
  question: Question<Answer>,
  aid: ReasoningAid,
  { turns, value, raw, maxOutputTokens }: Usable<Answer>,
): Promise<UsableAnswer<Answer>> {
  const wrong = findUnmatched(question, value)
  if (wrong.length === 0) return { value, raw }
  aid.note(`Figures that match no evidence: ${listNumbers(wrong)}. Asked to correct them.`)
  const again: ChatTurn[] = [
    ...turns,
    sayAgain(raw),
    { role: 'user', text: fillPrompt(seat.prompts.correct, { figures: listFigures(wrong) }) },
  ]
  const { asked } = await takeCall(seat, question, aid, 'correct', again, maxOutputTokens)
  if (asked.outcome !== 'answered' || examineAll(question, asked.value).length > 0) {
    aid.log('WARN', 'the corrected answer cannot be used; the one before it stands')
    return { value, raw }
  }
  if (hashOf(question.verdict(asked.value)) !== hashOf(question.verdict(value))) {
    aid.log('WARN', 'the corrected answer decides otherwise, which was not asked; the one before it stands')
    return { value, raw }
  }
  const left = findUnmatched(question, asked.value)
  if (left.length > 0) aid.log('WARN', `figures that still match no evidence: ${listNumbers(left)}`)
  return left.length > wrong.length ? { value, raw } : { value: asked.value, raw: asked.raw }
}

async function takeCall<Answer>(
  seat: Seat,
  question: Question<Answer>,
  aid: ReasoningAid,
  name: 'ask' | 'repair' | 'correct',
  turns: readonly ChatTurn[],
  maxOutputTokens: number,
): Promise<Spoken<Answer>> {
  const { system, schema, repeat = 0 } = question
  const input = { model: seat.model, prompt: hashOf(system), turns: hashOf(turns), repeat }
  const asked = await aid.part<Asked<Answer>>(name, input, async (part) => {
    if (repeat === 0 && name !== 'ask') part.draft.restart()
    const sent = JSON.stringify([system, turns, z.toJSONSchema(schema)])
    const answer = await payCall(seat, part, sent, maxOutputTokens, () =>
      seat.gateway.ask({
        ...{ model: seat.model, run: aid.run, system, turns, maxOutputTokens },
        signal: part.signal,
        notice: (severity, message) => part.log(severity, message),
        answer: { name: seat.role, schema },
        ...(repeat === 0 ? { onReport: part.draft } : {}),
      }),
    )
    return { ...answer, raw: clip(answer.raw, MAX_RAW_CHARS) }
  })
  return { turns, maxOutputTokens, asked }
}

/** Throws where there is nothing to repair, because the model will not answer. */
function findProblems<Answer>(seat: Seat, question: Question<Answer>, asked: Asked<Answer>): string[] {
  if (asked.outcome === 'refused')
    throw new UnreadableAnswerError(seat.role, `the model refused: ${tellProblems([asked.problem])}`)
  if (asked.outcome !== 'answered') return [asked.problem]
  return examineAll(question, asked.value)
}

function examineAll<Answer>(question: Question<Answer>, value: Answer): string[] {
  return [...listUnknownCitations(question.prose(value), question.evidence), ...question.examine(value)]
}

function findUnmatched<Answer>(question: Question<Answer>, value: Answer): Figure[] {
  const found = question.prose(value).flatMap(createFigureCheck(question.evidence, question.known?.(value)))
  return [...new Map(found.map((figure) => [`${figure.number}\n${figure.text}`, figure])).values()]
}

function toUsable<Answer>({ asked, ...frame }: Spoken<Answer>): Usable<Answer> {
  if (asked.outcome !== 'answered') throw new Error('an answer was taken for usable that is none')
  return { ...frame, value: asked.value, raw: asked.raw }
}

/** For a person; it may hold words of the model. */
function tellProblems(problems: readonly string[]): string {
  return clip(problems.join('; '), MAX_PROBLEM_CHARS)
}

/** What the model said, for the conversation to go on from. No provider takes an empty turn. */
function sayAgain(raw: string): ChatTurn {
  return { role: 'assistant', text: raw.trim() === '' ? '(no answer)' : raw, calls: [] }
}

function listFigures(figures: readonly Figure[]): string {
  const lines = figures.slice(0, MAX_LISTED).map((figure) => {
    const cited = figure.cited === null ? 'cites nothing' : `cites ${figure.cited}, which says otherwise`
    return `- ${figure.number}${figure.isPercent ? ' %' : ''} (${cited}) in: “${defuse(figure.text)}”`
  })
  const more = figures.length - lines.length
  return [...lines, ...(more > 0 ? [`- and ${more} more of the kind`] : [])].join('\n')
}

function listNumbers(figures: readonly Figure[]): string {
  const shown = figures.slice(0, MAX_LISTED).map(({ number }) => number)
  return `${shown.join(', ')}${figures.length > shown.length ? ', …' : ''}`
}
