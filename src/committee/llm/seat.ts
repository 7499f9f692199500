/** The place of one role at a model: which one it asks, with which words, and how a call is paid for and told of. */
import { formatDuration, formatNumber } from '../../core/format.ts'
import type { CallTiming, CallUsage, Gateway, ModelId } from '../../llm/model-call.ts'
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

/** Of English text and figures; a little on the safe side, since figures cost more tokens than words. */
const CHARS_PER_TOKEN = 3.5

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
 * Makes a paid call: reserves the most it can cost, counts what it did cost, logs it. `sent` is all that goes over the
 * wire, from which the tokens in are estimated.
 */
export async function payCall<Answer extends CallTiming & { usage: CallUsage }>(
  { model, facts }: Seat,
  part: PartAid,
  sent: string,
  maxOutputTokens: number,
  call: () => Promise<Answer>,
): Promise<Answer> {
  const ceiling = { input_tokens: estimateTokens(sent), output_tokens: maxOutputTokens }
  const release = await part.reserve({
    usd: computeCost(facts.priceOf(model), ceiling),
    tokens: ceiling.input_tokens + ceiling.output_tokens,
  })
  try {
    const answer = await call()
    const { input_tokens, output_tokens, cost_usd } = answer.usage
    part.usage({ calls: 1, input_tokens, output_tokens, cost_usd })
    part.log('INFO', describeCall(model, answer))
    return answer
  } finally {
    release()
  }
}

export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN)
}

function describeCall(model: ModelId, { usage, ...timing }: CallTiming & { usage: CallUsage }): string {
  const tokens = `${formatNumber(usage.input_tokens, 0)} tokens in, ${formatNumber(usage.output_tokens, 0)} out`
  const cost = usage.cost_usd === null ? 'cost unknown' : `$${formatNumber(usage.cost_usd, 4)}`
  const waited = timing.waited_ms + timing.backed_off_ms
  const tries = timing.attempts > 1 ? ` on try ${timing.attempts}` : ''
  return `${model} answered${tries}: ${tokens}, ${cost}, waited ${formatDuration(waited)}, took ${formatDuration(timing.took_ms)}`
}
