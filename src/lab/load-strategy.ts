/** Finds a strategy for a task: a built-in one by its name, a person's own by its file as it was when the job began. */
import { InputError } from '../core/errors.ts'
import { suggestName } from '../core/nearest.ts'
import { BUILT_IN } from '../trading/strategies/index.ts'
import type { Strategy } from '../trading/strategies/strategy.ts'
import { importStrategy } from './own-strategies/import-strategy.ts'
import type { StrategyRef } from './strategy-catalog.ts'
import { createModelStrategy } from './train/model-strategy.ts'

/**
 * Throws `InputError` for a name there is not, and for a file that has changed, is gone, or holds no strategy. One's own
 * are loaded in worker threads only.
 */
export async function loadStrategy({ name, file, hash, model }: StrategyRef): Promise<Strategy> {
  if (model) return createModelStrategy(model)
  if (file !== null && hash !== null) return await importStrategy(file, hash)
  const strategy = BUILT_IN.get(name)
  if (!strategy)
    throw new InputError(
      'strategy',
      `strategy is ${JSON.stringify(name)}; ${suggestName(name, [...BUILT_IN.keys()])}`,
    )
  return strategy
}
