/** Finds a strategy for a task: a built-in one by its name, a person's own by its file as it was when the job began. */
import { workerData } from 'node:worker_threads'
import { InputError } from '../core/errors.ts'
import { suggestName } from '../core/nearest.ts'
import { BUILT_IN } from '../trading/strategies/index.ts'
import type { Strategy } from '../trading/strategies/strategy.ts'
import { importStrategy } from './own-strategies/import-strategy.ts'
import type { StrategyRef } from './strategy-catalog.ts'
import type { OwnThreadData } from './threads/own-thread.ts'
import { createModelStrategy } from './train/model-strategy.ts'

/**
 * Throws `InputError` for a name there is not, and for a file that has changed, is gone, or holds no strategy. One's own
 * are loaded only in threads that were begun for them, so that they never share globals with anybody's work.
 */
export async function loadStrategy({ name, file, hash, model }: StrategyRef): Promise<Strategy> {
  if (model) return createModelStrategy(model)
  if (file !== null && hash !== null) {
    const { ownHash } = (workerData ?? {}) as Partial<OwnThreadData>
    if (ownHash !== hash)
      throw new Error('a strategy of one’s own is loaded in a worker thread only, one of its own')
    return await importStrategy(file, hash)
  }
  const strategy = BUILT_IN.get(name)
  if (!strategy)
    throw new InputError(
      'strategy',
      `strategy is ${JSON.stringify(name)}; ${suggestName(name, [...BUILT_IN.keys()])}`,
    )
  return strategy
}
