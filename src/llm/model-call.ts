/**
 * One call of a model, as the committee makes it: a question with tools to look things up, or a question whose answer has
 * a fixed shape. Providers, keys, limits and tries are the gateway's matter.
 */
import type { z } from 'zod'
import type { Json } from '../core/json.ts'
import type { TierUse } from '../core/layered-limiter.ts'

/** `provider:model`, as in `openai:gpt-4o`; the model part may hold colons (`ollama:llama3.1:8b`). */
export type ModelId = string

export { PROVIDERS, type Provider } from '../core/model-providers.ts'

export interface ToolRequest {
  /** The provider's own id of the request. */
  id: string
  name: string
  /** As parsed from the answer; not checked against the tool's schema yet. */
  args: Record<string, unknown>
  /** What the provider wants back with the request when the result is sent, as it gave it; absent with most. */
  echo?: Record<string, Json>
}

export interface ToolSpec {
  name: string
  description: string
  /** A `z.object`. */
  input: z.ZodType
}

export type ChatTurn =
  | { role: 'user'; text: string }
  /** `calls` are requests it made; each needs its result in the next turn. */
  | { role: 'assistant'; text: string; calls: ToolRequest[] }
  | { role: 'tool'; results: { id: string; name: string; output: string }[] }

export interface CallUsage {
  input_tokens: number
  output_tokens: number
  /** Null where the price of the model is unknown. */
  cost_usd: number | null
}

/** How a call went, to be journaled with its answer. */
export interface CallTiming {
  /** Tries made, the last included. */
  attempts: number
  /** Waiting for permits. */
  waited_ms: number
  /** Waiting between tries. */
  backed_off_ms: number
  /** From the first byte sent to the last received, of the try that answered. */
  took_ms: number
}

export interface CallFrame {
  model: ModelId
  /** The run that pays; limits are fair between runs. */
  run: string
  system: string
  turns: readonly ChatTurn[]
  maxOutputTokens: number
  signal: AbortSignal
  /** A line for the run's log: a try that failed and when the next one comes. */
  notice?(severity: 'INFO' | 'WARN', message: string): void
}

export interface GatherCall extends CallFrame {
  tools: readonly ToolSpec[]
}

export interface Gathered extends CallTiming {
  text: string
  /** Empty when the model wants no more. */
  calls: ToolRequest[]
  usage: CallUsage
}

/** Look-ups among the turns are sent as text, for no tools are offered here. */
export interface AskCall<T> extends CallFrame {
  /** Names the shape to the provider. Must be a `z.object` that needs no transformation. */
  answer: { name: string; schema: z.ZodType<T> }
  /** Receives the text of the answer's `report` field as it is being written, piece by piece. A new try starts over: `restart` comes first. */
  onReport?: { write(piece: string): void; restart(): void }
}

export type Asked<T> = CallTiming & { usage: CallUsage; raw: string } & (
    | { outcome: 'answered'; value: T }
    /**
     * The model spoke, but not in the shape: `problem` names what is wrong, so that it can be told. `cut_off` where it had
     * more to write or to think than `maxOutputTokens` left room for.
     */
    | { outcome: 'unreadable'; problem: string; cut_off?: true }
    | { outcome: 'refused'; problem: string }
  )

export interface ModelProbe {
  model: ModelId
  ok: boolean
  latency_ms: number | null
  usage: CallUsage | null
  /** What failed, in a sentence; null when nothing did. */
  problem: string | null
}

export interface Gateway {
  /** Throws `InputError` naming `field` where the model cannot be used: no such provider, no key, no address. */
  checkModel(field: string, model: ModelId): void
  /** Throws `ModelError` when every try failed or trying again is useless, `AbortedError` when told to stop. */
  gather(call: GatherCall): Promise<Gathered>
  /** The same; an answer out of shape is an outcome, no error. */
  ask<T>(call: AskCall<T>): Promise<Asked<T>>
  /**
   * Loads what calls of these models need, the packages of their providers, so that the first call of a run does not
   * wait for it. Asks nobody. Never throws: what cannot be used is said when it is asked.
   */
  warmUp(models: readonly ModelId[]): Promise<void>
  /** One small call, one try, whose latency is that of the model alone. Never throws. */
  probe(model: ModelId, signal: AbortSignal): Promise<ModelProbe>
  /** `global`, providers, models. */
  use(): TierUse[]
  setLimits(limits: GatewayLimits): void
}

export interface GatewayLimits {
  maxConcurrency: number
  /** By tier: `openai` or `openai:gpt-4o`. */
  providerLimits: Readonly<Record<string, number>>
}

/** A call that cannot be answered; the message names the model and what was wrong, never a key. */
export class ModelError extends Error {
  override name = 'ModelError'
}
