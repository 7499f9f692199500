/**
 * Well-known models: what their makers charge for a million tokens and up to when their training data reach, each with
 * the page it is from and a month in which it stood there. What is not known for sure is left out or null, never
 * guessed: so is a price that is only announced up to a day and not beyond.
 *
 * Prices are those of an ordinary call with a prompt of up to 100,000 tokens, which no role's prompt comes near; some
 * makers charge more beyond. Cheaper rates for cached or batched input are left out, so that a cost is never too low.
 * Of a month the last day is meant; where a maker tells reliable knowledge from training data, the later of the two.
 */
import type { Provider } from './model-call.ts'

export interface ModelPrice {
  /** USD for a million tokens. */
  input: number
  output: number
}

export interface KnownModel {
  provider: Provider
  /** The name without a snapshot's date; of `ollama` without the tag. */
  family: string
  price: ModelPrice
  /** A change of price that the maker has announced. */
  later: (ModelPrice & { from: string }) | null
  priceSource: string
  /** YYYY-MM-DD */
  cutoff: string | null
  cutoffSource: string
  /** YYYY-MM of the month in which the figures stood on those pages. */
  noted: string
}

const openai = describeMaker('openai', {
  priceSource: 'https://developers.openai.com/api/docs/pricing',
  cutoffSource: 'https://developers.openai.com/api/docs/models',
})
const anthropic = describeMaker('anthropic', {
  priceSource: 'https://platform.claude.com/docs/en/about-claude/pricing',
  cutoffSource: 'https://platform.claude.com/docs/en/models/overview',
})
const google = describeMaker('google', {
  priceSource: 'https://ai.google.dev/gemini-api/docs/pricing',
  cutoffSource: 'https://ai.google.dev/gemini-api/docs/models',
})

/** Announced when the Flash models were brought out at half price. */
const FLASH_2027 = { from: '2027-01-01', input: 1.5, output: 7.5 }

export const KNOWN_MODELS: readonly KnownModel[] = [
  openai('gpt-6-astra', 10, 50, '2026-04-30', '2026-10'),
  openai('gpt-6.1-sol', 2, 10, null, '2026-10'),
  openai('gpt-6.1-terra', 1, 5, '2026-06-01', '2026-10'),
  openai('gpt-6-sol', 2, 10, null, '2026-10'),
  openai('gpt-6-luna', 0.1, 0.5, '2026-05-18', '2026-10'),
  openai('gpt-5.6-terra', 2, 12, null, '2026-10'),
  openai('gpt-5.6-luna', 0.2, 1.2, null, '2026-10'),
  openai('gpt-5.5', 5, 30, '2025-12-01', '2026-10'),
  openai('gpt-5.4', 2.5, 15, '2025-08-31', '2026-10'),
  openai('gpt-5.4-mini', 0.75, 4.5, null, '2026-10'),
  openai('gpt-5.4-nano', 0.2, 1.25, null, '2026-10'),
  openai('gpt-5.2', 1.75, 14, '2025-08-31', '2026-10'),
  openai('gpt-5.1', 1.25, 10, '2024-09-30', '2026-10'),
  openai('gpt-5', 1.25, 10, '2024-09-30', '2026-10'),
  openai('gpt-5-mini', 0.25, 2, '2024-05-31', '2026-10'),
  openai('gpt-5-nano', 0.05, 0.4, '2024-05-31', '2026-10'),
  openai('gpt-4.1', 2, 8, '2024-06-01', '2026-10'),
  openai('gpt-4.1-mini', 0.4, 1.6, '2024-06-01', '2026-10'),
  openai('gpt-4.1-nano', 0.1, 0.4, '2024-06-01', '2026-10'),
  openai('gpt-4o', 2.5, 10, '2023-10-01', '2025-12'),
  // The first snapshot has kept its own price.
  openai('gpt-4o-2024-05-13', 5, 15, '2023-10-01', '2025-12'),
  openai('gpt-4o-mini', 0.15, 0.6, '2023-10-01', '2025-12'),
  openai('o4-mini', 1.1, 4.4, '2024-06-01', '2025-12'),
  openai('o3', 2, 8, '2024-06-01', '2025-12'),
  openai('o3-mini', 1.1, 4.4, '2023-10-01', '2025-12'),
  openai('o1', 15, 60, '2023-10-01', '2025-12'),

  anthropic('claude-fable-5-1', 10, 50, '2026-06-30', '2026-10'),
  anthropic('claude-fable-5', 10, 50, null, '2026-10'),
  anthropic('claude-opus-5-5', 4, 20, '2026-06-30', '2026-10'),
  anthropic('claude-opus-5', 5, 25, '2026-05-31', '2026-10'),
  anthropic('claude-opus-4-8', 5, 25, null, '2026-10'),
  anthropic('claude-opus-4-7', 5, 25, null, '2026-10'),
  anthropic('claude-opus-4-6', 5, 25, '2025-08-31', '2026-10'),
  anthropic('claude-opus-4-5', 5, 25, '2025-08-31', '2026-10'),
  anthropic('claude-opus-4-1', 15, 75, '2025-03-31', '2026-10'),
  anthropic('claude-opus-4-0', 15, 75, '2025-03-31', '2026-10'),
  anthropic('claude-opus-4', 15, 75, '2025-03-31', '2026-10'),
  anthropic('claude-sonnet-5-5', 2, 10, '2026-06-30', '2026-10'),
  anthropic('claude-sonnet-5', 2, 10, '2026-01-31', '2026-10'),
  anthropic('claude-sonnet-4-6', 3, 15, '2026-01-31', '2026-10'),
  anthropic('claude-sonnet-4-5', 3, 15, '2025-07-31', '2026-10'),
  anthropic('claude-sonnet-4-0', 3, 15, '2025-03-31', '2026-10'),
  anthropic('claude-sonnet-4', 3, 15, '2025-03-31', '2026-10'),
  anthropic('claude-3-7-sonnet', 3, 15, '2024-11-30', '2025-12'),
  anthropic('claude-haiku-5-5', 0.1, 0.5, '2026-06-30', '2026-10'),
  anthropic('claude-haiku-4-5', 1, 5, '2025-07-31', '2026-10'),
  anthropic('claude-3-5-haiku', 0.8, 4, '2024-07-31', '2025-12'),

  google('gemini-3.8-flash', 0.75, 3.75, null, '2026-10', FLASH_2027),
  google('gemini-3.7-flash', 0.75, 3.75, null, '2026-10', FLASH_2027),
  google('gemini-3.6-flash', 0.75, 3.75, null, '2026-10', FLASH_2027),
  google('gemini-3.5-flash', 1.5, 9, null, '2026-10'),
  google('gemini-3.5-flash-lite', 0.3, 2.5, null, '2026-10'),
  google('gemini-3.1-pro-preview', 2, 12, '2025-01-31', '2026-10'),
  google('gemini-3-flash-preview', 0.5, 3, '2025-01-31', '2025-12'),
  google('gemini-2.5-pro', 1.25, 10, '2025-01-31', '2026-10'),
  google('gemini-2.5-flash', 0.3, 2.5, '2025-01-31', '2026-10'),
  google('gemini-2.5-flash-lite', 0.1, 0.4, '2025-01-31', '2026-10'),

  ollama('llama3.1', '2023-12-31', 'https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct'),
  ollama('llama3.2', '2023-12-31', 'https://huggingface.co/meta-llama/Llama-3.2-3B-Instruct'),
  ollama('llama3.3', '2023-12-31', 'https://huggingface.co/meta-llama/Llama-3.3-70B-Instruct'),
  ollama('llama4', '2024-08-31', 'https://huggingface.co/meta-llama/Llama-4-Scout-17B-16E-Instruct'),
  ollama('gemma3', '2024-08-31', 'https://ai.google.dev/gemma/docs/core/model_card_3'),
  ollama('gpt-oss', '2024-06-30', 'https://huggingface.co/openai/gpt-oss-20b'),
  ollama('phi4', '2024-06-30', 'https://huggingface.co/microsoft/phi-4'),
]

function describeMaker(provider: Provider, sources: Pick<KnownModel, 'priceSource' | 'cutoffSource'>) {
  return (
    family: string,
    input: number,
    output: number,
    cutoff: string | null,
    noted: string,
    later: KnownModel['later'] = null,
  ): KnownModel => ({ provider, family, price: { input, output }, later, ...sources, cutoff, noted })
}

function ollama(family: string, cutoff: string, cutoffSource: string): KnownModel {
  const price = { input: 0, output: 0 }
  const priceSource = 'it runs on the owner’s machine'
  return {
    provider: 'ollama',
    family,
    price,
    later: null,
    priceSource,
    cutoff,
    cutoffSource,
    noted: '2025-12',
  }
}
