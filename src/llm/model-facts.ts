/**
 * What is known of models before they are called: what a token costs, and up to when they have read. The figures stand
 * in `known-models.ts`; prices given in the settings win over them.
 *
 * A name is known by itself or as a dated snapshot of a family (`gpt-4o-2024-08-06`, `claude-sonnet-4-5-20250929`,
 * `…-latest`). Any other addition makes another model, of which nothing is assumed: `gpt-4o-mini` is no `gpt-4o`.
 */
import { systemClock, toIso, type Clock } from '../core/clock.ts'
import { KNOWN_MODELS, type KnownModel, type ModelPrice } from './known-models.ts'
import type { CallUsage, ModelId } from './model-call.ts'

export type { ModelPrice }

export interface ModelFacts {
  /** Null where the price is unknown. */
  priceOf(model: ModelId): ModelPrice | null
  /** YYYY-MM-DD up to which the model's training data reach; null where the maker does not say or the model is unknown. */
  cutoffOf(model: ModelId): string | null
}

/** Cost of a call in USD; null where the price is unknown. */
export function computeCost(price: ModelPrice | null, tokens: Omit<CallUsage, 'cost_usd'>): number | null {
  if (price === null) return null
  return (tokens.input_tokens * price.input + tokens.output_tokens * price.output) / 1_000_000
}

export interface ModelFactsOptions {
  /** By model, as in `openai:gpt-4o`; one of a family holds for its snapshots. */
  prices: Readonly<Record<ModelId, ModelPrice>>
  /** Tells whether a change of price that was announced has come. */
  clock?: Pick<Clock, 'now'>
}

/** What the name of a dated snapshot has after that of its family. */
const SNAPSHOT = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/
/** After an Ollama model's name: its size and packing, which do not change what it has read. */
const TAG = /^(ollama:[^:]+):.*$/
const FREE: ModelPrice = { input: 0, output: 0 }

export function createModelFacts({ prices, clock = systemClock }: ModelFactsOptions): ModelFacts {
  const set = new Map(Object.entries(prices))
  const known = new Map(KNOWN_MODELS.map((entry) => [`${entry.provider}:${entry.family}`, entry]))
  return {
    priceOf(model) {
      const price = findByName(set, model)
      if (price) return price
      if (model.startsWith('ollama:')) return isPassedOn(model) ? null : FREE
      const entry = findByName(known, model)
      return entry && priceOn(toIso(clock.now()), entry)
    },
    cutoffOf: (model) => findByName(known, model.replace(TAG, '$1'))?.cutoff ?? null,
  }
}

/** Of the whole name, else of the family it is a snapshot of. */
function findByName<T>(entries: ReadonlyMap<string, T>, name: string): T | null {
  return entries.get(name) ?? entries.get(name.replace(SNAPSHOT, '')) ?? null
}

/** Ollama runs some models in its cloud, for money. */
function isPassedOn(model: ModelId): boolean {
  return /[:-]cloud$/.test(model)
}

function priceOn(day: string, { price, later }: KnownModel): ModelPrice {
  return later === null || day < later.from ? price : { input: later.input, output: later.output }
}
