/** What a call used: as the provider reports it, or estimated where it reports nothing. */
import type { LanguageModelV4Usage } from '@ai-sdk/provider'
import type { CallUsage, ModelId } from './model-call.ts'
import { computeCost, type ModelFacts } from './model-facts.ts'

/** Rough, for English and JSON alike. */
const CHARACTERS_PER_TOKEN = 4

export interface ReadUsage {
  usage: CallUsage
  /** Counted from characters, for the provider said nothing. */
  isEstimated: boolean
}

/** `sent` and `received` are characters, for the estimate. Cached input counts in full, so the cost is an upper bound. */
export function readUsage(
  facts: ModelFacts,
  model: ModelId,
  reported: LanguageModelV4Usage | null,
  characters: { sent: number; received: number },
): ReadUsage {
  const input = reported?.inputTokens.total ?? 0
  const output = reported?.outputTokens.total ?? 0
  const isEstimated = input + output === 0
  const tokens = isEstimated
    ? { input_tokens: estimateTokens(characters.sent), output_tokens: estimateTokens(characters.received) }
    : { input_tokens: input, output_tokens: output }
  return { usage: { ...tokens, cost_usd: computeCost(facts.priceOf(model), tokens) }, isEstimated }
}

function estimateTokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN)
}
