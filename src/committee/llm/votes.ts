/**
 * The same question asked several times on the same evidence: how often each answer came, and whether one of them stands.
 * It takes more than half of all that were asked: what is given most often without that is chance, and a person has to
 * look. An answer that could not be read counts as an answer of its own, so that it never makes the others look more
 * certain.
 */
import { inWords, joinWords } from '../figures.ts'
import { UnreadableAnswerError, type Spread } from '../reasoner.ts'

export const UNREADABLE = 'unreadable'

export type Heard<Answer> = { answer: Answer } | { unreadable: UnreadableAnswerError }

/**
 * Asks `repeats` times side by side. All are heard to their end, for a call under way is paid for; then the first that
 * failed for another reason than its answer fails the turn.
 */
export async function askRepeatedly<Answer>(
  repeats: number,
  ask: (repeat: number) => Promise<Answer>,
): Promise<Heard<Answer>[]> {
  const settled = await Promise.allSettled(Array.from({ length: repeats }, (_, repeat) => ask(repeat)))
  return settled.map((result) => {
    if (result.status === 'fulfilled') return { answer: result.value }
    if (result.reason instanceof UnreadableAnswerError) return { unreadable: result.reason }
    throw result.reason
  })
}

/** The most frequent first; of equals the one that was given first. */
export function countAnswers(answers: readonly string[]): Spread {
  const counts = new Map<string, number>()
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  return Array.from(counts, ([answer, count]) => ({ answer, count })).sort((a, b) => b.count - a.count)
}

/** What more than half of all asked answered; null for nothing. */
export function majorityAnswer(spread: Spread): string | null {
  const asked = spread.reduce((sum, { count }) => sum + count, 0)
  return spread.find(({ count }) => 2 * count > asked)?.answer ?? null
}

/** Why no answer stands, a sentence without figures. */
export function describeSplit(spread: Spread): string {
  return `Asked again on the same evidence, no answer came more than half the time (${describeSpread(spread)}): a person has to look.`
}

/** `Buy three times, Hold once`: counts are words, for a figure is always a measured one. */
export function describeSpread(spread: Spread): string {
  return joinWords(spread.map(({ answer, count }) => `${answer} ${describeTimes(count)}`))
}

function describeTimes(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${inWords(count)} times`
}
