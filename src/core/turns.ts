/** Long work in short turns, so that whoever else waits for the thread gets it in between. */
import { setImmediate } from 'node:timers/promises'

/** How long one turn may take. */
const TURN_MS = 8

/** To be awaited now and then inside a long loop: lets others go first once the present turn has lasted long enough. */
export function createTurns(turnMs = TURN_MS): () => Promise<void> | undefined {
  let beganMs = performance.now()
  return () => {
    if (performance.now() - beganMs < turnMs) return undefined
    return setImmediate().then(() => {
      beganMs = performance.now()
    })
  }
}
