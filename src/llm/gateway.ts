/**
 * The one door for every call of a model: limits shared fairly between runs, tries with back-off, timeouts, answers read
 * into their shape. Promises: a permit is held only while a request is under way; an aborted call closes its socket and
 * rejects with the signal's reason; no message holds a key. What a failed try cost is not in the usage, for no provider
 * says it.
 */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { Clock } from '../core/clock.ts'
import { InputError } from '../core/errors.ts'
import { createLayeredLimiter, type TierLimits } from '../core/layered-limiter.ts'
import { attemptCall, type Spoken } from './attempt.ts'
import { createCappedFetch } from './capped-fetch.ts'
import { judgeAnswer } from './judge-answer.ts'
import {
  ModelError,
  type AskCall,
  type Asked,
  type CallFrame,
  type CallTiming,
  type CallUsage,
  type Gateway,
  type GatewayLimits,
  type ModelId,
} from './model-call.ts'
import type { ModelFacts } from './model-facts.ts'
import { parseModelId, type ParsedModelId } from './model-id.ts'
import { probeModel } from './probe-model.ts'
import { countCharacters, describeShape, toPrompt, toTools } from './prompt.ts'
import { checkProvider, createRedactor, type ProviderSettings } from './provider-settings.ts'
import { createModelLoader } from './providers.ts'
import { createReportReader } from './report-reader.ts'
import { toToolRequest } from './tool-request.ts'
import { callWithTries, MAX_TRIES } from './tries.ts'
import { readUsage } from './usage.ts'
import { isStrictSchema, toWireSchema } from './wire-schema.ts'

/** Far above what any role writes; an answer that goes past it has run away. */
export const MAX_ANSWER_BYTES = 2_000_000
/** Of an answer that ran away, what is kept to look at. */
const MAX_RUNAWAY_RAW = 4_000

export interface GatewayOptions {
  providers: ProviderSettings
  limits: GatewayLimits
  /** For one try, from asking to the end of the answer. */
  timeoutMs: number
  facts: ModelFacts
  clock: Clock
  /** 0 ≤ x < 1; spreads the tries of calls that failed together. */
  random: () => number
  maxAnswerBytes?: number
}

interface Heard {
  spoken: Spoken
  timing: CallTiming
  usage: CallUsage
}

export function createGateway({
  providers,
  limits,
  timeoutMs,
  facts,
  clock,
  random,
  maxAnswerBytes = MAX_ANSWER_BYTES,
}: GatewayOptions): Gateway {
  const limiter = createLayeredLimiter({ limits: toTierLimits(limits), clock })
  const cappedFetch = createCappedFetch(maxAnswerBytes)
  const loadModel = createModelLoader(providers, cappedFetch.fetch)
  const redact = createRedactor(providers)
  const deps = { limiter, clock, random, redact }
  /** Models and shapes of which the server was found not to take the shape. */
  const withoutShape = new Set<string>()

  function checkModel(field: string, model: ModelId): void {
    checkProvider(providers, field, model, parseModelId(field, model).provider)
  }

  /** A run that was admitted may find the key gone when it is taken up again. */
  function admitModel(model: ModelId): ParsedModelId {
    try {
      checkModel('model', model)
      return parseModelId('model', model)
    } catch (error) {
      throw error instanceof InputError ? new ModelError(error.message) : error
    }
  }

  /** `build` is asked before each try. */
  async function hear(
    frame: CallFrame,
    build: () => LanguageModelV4CallOptions,
    options: {
      onStart?(): void
      onText?(piece: string): void
      dropShape?(): boolean
      maxTries?: number
    } = {},
  ): Promise<Heard> {
    frame.signal.throwIfAborted()
    const id = admitModel(frame.model)
    const model = await loadModel(id)
    const { answer: spoken, timing } = await callWithTries<Spoken>(deps, {
      ...{ frame, id, maxTries: options.maxTries ?? MAX_TRIES },
      ...(options.dropShape ? { dropShape: options.dropShape } : {}),
      attempt() {
        options.onStart?.()
        const asked = { ...build(), maxOutputTokens: frame.maxOutputTokens }
        return attemptCall({
          ...{ model, options: asked, timeoutMs, clock, signal: frame.signal },
          ...(options.onText ? { onText: options.onText } : {}),
        })
      },
    })
    const sent = countCharacters(frame.system, frame.turns, build().tools)
    const received = spoken.text.length + spoken.calls.reduce((sum, call) => sum + call.input.length, 0)
    const { usage, isEstimated } = readUsage(facts, frame.model, spoken.usage, { sent, received })
    if (isEstimated) {
      const { input_tokens: input, output_tokens: output } = usage
      frame.notice?.(
        'WARN',
        `${frame.model} reports no usage; estimated from the text: ${input} tokens read, ${output} written`,
      )
    }
    return { spoken, timing, usage }
  }

  async function ask<T>(call: AskCall<T>): Promise<Asked<T>> {
    const { name, schema } = call.answer
    const wire = toWireSchema(name, schema)
    const pair = `${call.model} ${name}`
    let reader = createReportReader(() => undefined)
    let starts = 0
    let isShapeSent = false
    const build = (): LanguageModelV4CallOptions => {
      isShapeSent = !withoutShape.has(pair)
      return !isShapeSent
        ? { prompt: toPrompt(describeShape(call.system, name, wire), call.turns, { asText: true }) }
        : {
            prompt: toPrompt(call.system, call.turns, { asText: true }),
            responseFormat: { type: 'json', schema: wire, name },
            // A shape with fields that may be absent is refused by strict servers, and held to loosely by others.
            ...(isStrictSchema(wire) ? {} : { providerOptions: LOOSE }),
          }
    }
    const { spoken, timing, usage } = await hear(call, build, {
      onStart() {
        if (++starts > 1) call.onReport?.restart()
        reader = createReportReader((piece) => call.onReport?.write(piece))
      },
      onText: (piece) => reader.feed(piece),
      dropShape() {
        withoutShape.add(pair)
        return isShapeSent
      },
    })
    const raw = spoken.finish === 'too-long' ? spoken.text.slice(0, MAX_RUNAWAY_RAW) : spoken.text
    return { ...timing, usage, raw, ...judgeAnswer(call, spoken, usage, maxAnswerBytes) }
  }

  return {
    checkModel,
    ask,
    async gather(call) {
      const tools = toTools(call.tools)
      const prompt = toPrompt(call.system, call.turns, { asText: tools.length === 0 })
      const { spoken, timing, usage } = await hear(call, () => ({
        prompt,
        ...(tools.length > 0 ? { tools } : {}),
      }))
      if (spoken.finish === 'too-long')
        throw new ModelError(
          `${call.model} wrote an answer longer than ${maxAnswerBytes} bytes; it was cut off`,
        )
      const calls = spoken.calls.map((made) => toToolRequest(made, call))
      return { ...timing, usage, text: spoken.text, calls }
    },
    probe: (model, signal) => probeModel({ clock, timeoutMs, redact, hear }, model, signal),
    async warmUp(models) {
      await Promise.allSettled([
        cappedFetch.load(),
        ...models.map(async (model) => loadModel(parseModelId('model', model))),
      ])
    },
    use: () => limiter.use(),
    setLimits: (next) => limiter.setLimits(toTierLimits(next)),
  }
}

const LOOSE = {
  openai: { strictJsonSchema: false },
  compatible: { strictJsonSchema: false },
  ollama: { strictJsonSchema: false },
}

/** A provider or model without a limit of its own has the global one. */
function toTierLimits({ maxConcurrency, providerLimits }: GatewayLimits): TierLimits {
  return { limits: { global: maxConcurrency, ...providerLimits }, fallback: maxConcurrency }
}
