/** Asks whether a model can be used: one small call, one try, bounded from waiting for a place to the last of the answer. */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/errors.ts'
import { ModelError, type CallFrame, type CallTiming, type CallUsage, type ModelProbe } from './model-call.ts'
import { toPrompt } from './prompt.ts'

const PROBE_TOKENS = 64

export interface ProbeDeps {
  clock: Clock
  /** For the wait for a place; what follows has the bound of a try. */
  timeoutMs: number
  redact: (text: string) => string
  hear(
    frame: CallFrame,
    build: () => LanguageModelV4CallOptions,
    options: { maxTries: number; onStart(): void },
  ): Promise<{ timing: CallTiming; usage: CallUsage }>
}

/** Never throws. The latency is the model's own: waiting and loading are not in it. */
export async function probeModel(
  { clock, timeoutMs, redact, hear }: ProbeDeps,
  model: string,
  signal: AbortSignal,
): Promise<ModelProbe> {
  const stop = new AbortController()
  const waiting = new AbortController()
  const onAbort = () => stop.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  clock.sleep(timeoutMs, waiting.signal).then(
    () =>
      stop.abort(new ModelError(`${model} was not asked: no place was free within ${timeoutMs / 1_000} s`)),
    () => undefined,
  )
  const call: CallFrame = {
    ...{ model, run: 'probe', signal: stop.signal, maxOutputTokens: PROBE_TOKENS },
    system: 'You are asked whether you can be reached.',
    turns: [{ role: 'user', text: 'Answer with the one word: ready' }],
  }
  try {
    const prompt = toPrompt(call.system, call.turns, { asText: true })
    const { timing, usage } = await hear(call, () => ({ prompt }), {
      maxTries: 1,
      onStart: () => waiting.abort(),
    })
    return { model, ok: true, latency_ms: timing.took_ms, usage, problem: null }
  } catch (error) {
    const problem = signal.aborted ? 'stopped before it answered' : redact(messageOf(error))
    return { model, ok: false, latency_ms: null, usage: null, problem }
  } finally {
    waiting.abort()
    signal.removeEventListener('abort', onAbort)
  }
}
