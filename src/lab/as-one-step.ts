/**
 * Many steps as one: a step that begins before the first of them and ends after the last, so that one row of the tree
 * stands for work of which nobody knows beforehand how many steps it takes.
 */
import { createDeferred } from '../core/deferred.ts'
import type { RunContext } from '../runs/workflow.ts'

/** Resolves with what `work` has come to, as JSON gives it back; the steps of `work` are those of the run, not inside this one. */
export async function asOneStep<T>(
  ctx: RunContext<unknown>,
  key: string,
  node: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const ended = createDeferred<T>()
  // A body that is not needed, for the step had ended before, leaves it without anyone to hear a failure.
  ended.promise.catch(() => undefined)
  const whole = ctx.step(key, () => ended.promise, node === undefined ? {} : { node })
  // Awaited below: until then its failure has nobody else to hear it.
  whole.catch(() => undefined)
  try {
    ended.resolve(await work())
  } catch (error) {
    ended.reject(error)
    throw error
  }
  return whole
}
