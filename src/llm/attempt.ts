/**
 * One try of a call: asks the model, reads the stream to its end, gives up at the timeout or when told to stop. The
 * connection is closed whenever this returns or throws before the answer has ended.
 */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import type { Clock } from '../core/clock.ts'
import { CallTimeoutError, DroppedAnswerError } from './call-failure.ts'
import { AnswerTooLongError } from './capped-fetch.ts'

export interface Spoken {
  text: string
  calls: LanguageModelV4ToolCall[]
  /** `too-long`: cut off here, for it went past the bound. */
  finish: LanguageModelV4FinishReason['unified'] | 'too-long'
  /** Null where none was reported. */
  usage: LanguageModelV4Usage | null
  /** From asking to the last of the answer. */
  tookMs: number
}

export interface Attempt {
  model: LanguageModelV4
  options: LanguageModelV4CallOptions
  timeoutMs: number
  clock: Clock
  signal: AbortSignal
  /** The text of the answer, as it comes. */
  onText?(piece: string): void
}

/** Rejects with the signal's reason, with `CallTimeoutError`, or with what the provider's package throws. */
export async function attemptCall({
  model,
  options,
  timeoutMs,
  clock,
  signal,
  onText,
}: Attempt): Promise<Spoken> {
  signal.throwIfAborted()
  const stop = new AbortController()
  const timer = new AbortController()
  const onAbort = () => stop.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  clock.sleep(timeoutMs, timer.signal).then(
    () => stop.abort(new CallTimeoutError(timeoutMs)),
    () => undefined,
  )
  // Whoever waits does not depend on how soon the packages notice.
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason as Error), { once: true })
  })
  stopped.catch(() => undefined)
  const startedMs = clock.now()
  const spoken: Spoken = { text: '', calls: [], finish: 'interrupted', usage: null, tookMs: 0 }
  const listening = listen(model, { ...options, abortSignal: stop.signal }, (part) => {
    if (stop.signal.aborted) return
    take(spoken, part)
    if (part.type === 'text-delta') onText?.(part.delta)
  })
  try {
    await Promise.race([listening, stopped])
  } catch (error) {
    if (!isTooLong(error)) throw error
    spoken.finish = 'too-long'
  } finally {
    listening.catch(() => undefined)
    timer.abort()
    signal.removeEventListener('abort', onAbort)
    stop.abort()
  }
  if (spoken.finish === 'interrupted' || spoken.finish === 'error')
    throw new DroppedAnswerError('broke off before the answer was complete')
  return { ...spoken, tookMs: clock.now() - startedMs }
}

async function listen(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions,
  take: (part: LanguageModelV4StreamPart) => void,
): Promise<void> {
  const { stream } = await model.doStream(options)
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    // Whatever comes after an error is not the answer.
    if (next.value.type === 'error') throw next.value.error
    take(next.value)
  }
}

function take(spoken: Spoken, part: LanguageModelV4StreamPart): void {
  switch (part.type) {
    case 'text-delta':
      spoken.text += part.delta
      break
    case 'tool-call':
      spoken.calls.push(part)
      break
    case 'finish':
      spoken.usage = part.usage
      // A stream that ends in order says why; one that says nothing has broken off.
      spoken.finish =
        part.finishReason.unified === 'other' && part.finishReason.raw === undefined
          ? 'interrupted'
          : part.finishReason.unified
      break
    default:
  }
}

function isTooLong(error: unknown): boolean {
  // What is long there is the description of an error.
  if (Number((error as { statusCode?: unknown }).statusCode) >= 300) return false
  for (let at = error, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth++) {
    if (at instanceof AnswerTooLongError) return true
  }
  return false
}
