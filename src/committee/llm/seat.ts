/** The place of one role at a model: which one it asks, with which words, and how a call is paid for and told of. */
import { formatDuration, formatNumber } from '../../core/format.ts'
import {
  ModelError,
  type CallTiming,
  type CallUsage,
  type Gateway,
  type ModelId,
} from '../../llm/model-call.ts'
import { computeCost, type ModelFacts } from '../../llm/model-facts.ts'
import type { ModelRole } from '../assessment-input.ts'
import { ROLE_LABELS } from '../plan.ts'
import type { Brief, PartAid } from '../reasoner.ts'
import { fillPrompt, type Prompts } from './prompt-library.ts'

export interface Seat {
  role: ModelRole
  gateway: Gateway
  model: ModelId
  facts: ModelFacts
  prompts: Prompts
}

/** Of words in Latin letters; tokenizers in use read more than four. */
const LETTERS_PER_TOKEN = 3
/** What a provider puts around a request: marks of turns, how a shape or tools are told. */
const TOKENS_AROUND = 500

/** The house rules and the role's own prompt. */
export function composeSystem({ role, prompts }: Seat, { ticker, as_of }: Brief): string {
  const house = fillPrompt(prompts.house, { role: ROLE_LABELS[role].toLowerCase(), ticker, as_of })
  return `${fillPrompt(prompts[role], { ticker })}\n\n${house}`
}

/** The question to a role: what there is to read, then what to do. */
export function composeQuestion(
  { role, prompts }: Seat,
  { ticker, as_of }: Brief,
  materials: readonly string[],
  task = fillPrompt(prompts.answer, { role: ROLE_LABELS[role].toLowerCase() }),
): string {
  const shown = materials.filter((text) => text !== '').join('\n\n')
  return fillPrompt(prompts.question, { ticker, as_of, materials: shown, task })
}

/**
 * Makes a paid call: reserves the most that one answer is expected to cost, counts what it did cost, logs it. `sent` is
 * all that goes over the wire, from which the tokens in are estimated.
 *
 * No provider says what it bills for a try that failed. Each is counted as having read what was sent, which is too much
 * where it was turned away and too little where it had begun to write; the log calls it an estimate. A call that was cut
 * off from here counts with all that was reserved for it.
 */
export async function payCall<Answer extends CallTiming & { usage: CallUsage }>(
  { model, facts }: Seat,
  part: PartAid,
  sent: string,
  maxOutputTokens: number,
  call: () => Promise<Answer>,
): Promise<Answer> {
  const read = estimateTokens(sent)
  const price = facts.priceOf(model)
  const release = await part.reserve({
    usd: computeCost(price, { input_tokens: read, output_tokens: maxOutputTokens }),
    tokens: read + maxOutputTokens,
    output_tokens: maxOutputTokens,
  })
  const count = ({ input_tokens, output_tokens, cost_usd }: CallUsage, failedTries: number) => {
    const lost = { input_tokens: failedTries * read, output_tokens: 0 }
    const lostUsd = computeCost(price, lost)
    part.usage({
      calls: 1,
      input_tokens: input_tokens + lost.input_tokens,
      output_tokens,
      cost_usd: cost_usd === null || lostUsd === null ? null : cost_usd + lostUsd,
    })
    if (failedTries > 0) part.log('WARN', describeLost(model, failedTries, { ...lost, cost_usd: lostUsd }))
  }
  try {
    const answer = await call()
    count(answer.usage, answer.attempts - 1)
    part.log('INFO', describeCall(model, answer))
    return answer
  } catch (error) {
    if (error instanceof ModelError) count(NOTHING, 1)
    throw error
  } finally {
    release()
  }
}

/**
 * An estimate on the safe side, for tokenizers that differ: words in Latin letters at three letters a token, and for
 * anything else (figures, signs, other scripts) a token a byte of UTF-8, which is the most any of them takes.
 */
export function estimateTokens(text: string): number {
  const letters = text.replace(/[^A-Za-z ]/g, '').length
  return Math.ceil(letters / LETTERS_PER_TOKEN) + (Buffer.byteLength(text) - letters) + TOKENS_AROUND
}

const NOTHING: CallUsage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 }

function describeLost(
  model: ModelId,
  tries: number,
  { input_tokens: read, cost_usd: usd }: CallUsage,
): string {
  const cost = usd === null ? 'cost unknown' : `$${formatNumber(usd, 4)}`
  const which = tries === 1 ? 'a try that failed is' : `${tries} tries that failed are`
  return `${model}: ${which} counted as having read ${formatNumber(read, 0)} tokens, ${cost}; an estimate, for nobody tells`
}

function describeCall(model: ModelId, { usage, ...timing }: CallTiming & { usage: CallUsage }): string {
  const tokens = `${formatNumber(usage.input_tokens, 0)} tokens in, ${formatNumber(usage.output_tokens, 0)} out`
  const cost = usage.cost_usd === null ? 'cost unknown' : `$${formatNumber(usage.cost_usd, 4)}`
  const waited = timing.waited_ms + timing.backed_off_ms
  const tries = timing.attempts > 1 ? ` on try ${timing.attempts}` : ''
  return `${model} answered${tries}: ${tokens}, ${cost}, waited ${formatDuration(waited)}, took ${formatDuration(timing.took_ms)}`
}
