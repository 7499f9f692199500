/** A failing source says which one it is. */
import { InputError, messageOf, NotFoundError } from '../../core/errors.ts'
import { cleanText } from './plain-text.ts'

/** A library may put the whole answer into its message. */
const MAX_MESSAGE = 300

/**
 * Runs `ask`; a failure comes out as an error whose message begins with `source`. What is about the question
 * (`NotFoundError`, `InputError`) and what the signal says stay as they are.
 */
export async function nameSource<T>(source: string, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof NotFoundError || error instanceof InputError) throw error
    throw new Error(`${source}: ${cleanText(messageOf(error), MAX_MESSAGE)}`, { cause: error })
  }
}
