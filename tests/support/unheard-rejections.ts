/** Rejections that nobody heard while a test ran: each of them would have ended a server. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** The answer resolves with them once those that are due have been told. */
export function watchRejections(): () => Promise<unknown[]> {
  const unheard: unknown[] = []
  const note = (reason: unknown) => void unheard.push(reason)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  return async () => {
    // They are told of after the turn in which nobody has come to hear them.
    await nextTurn()
    await nextTurn()
    return unheard
  }
}
