/** Long work in short turns, so that whoever else waits for the thread gets it in between. */
import { setImmediate } from 'node:timers/promises'

/** How long one turn may take. */
const TURN_MS = 8

/** Bytes that are hashed or copied well within one. */
export const SLICE_BYTES = 1_048_576

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

/** Copies a large piece of memory. Nobody may write to either side meanwhile. */
export async function copyInTurns(from: Uint8Array, to: Uint8Array, at = 0): Promise<void> {
  const turn = createTurns()
  for (let done = 0; done < from.length; done += SLICE_BYTES) {
    to.set(from.subarray(done, done + SLICE_BYTES), at + done)
    await turn()
  }
}
