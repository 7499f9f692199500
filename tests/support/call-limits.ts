/** The limits of calls as the doors see them, over a limiter that nothing is called through. */
import type { CallLimits, Concurrency } from '../../src/core/concurrency.ts'
import { createLayeredLimiter, type LayeredLimiter } from '../../src/core/layered-limiter.ts'
import { createManualClock } from './manual-clock.ts'

export interface TestConcurrency extends Concurrency {
  readonly limiter: LayeredLimiter
}

export function createCallLimits(given: Partial<CallLimits> = {}): TestConcurrency {
  let limits: CallLimits = { llm_max_concurrency: 8, llm_provider_limits: { openai: 6 }, ...given }
  const tierLimits = () => ({
    limits: { global: limits.llm_max_concurrency, ...limits.llm_provider_limits },
    fallback: limits.llm_max_concurrency,
  })
  const limiter = createLayeredLimiter({ limits: tierLimits(), clock: createManualClock() })
  return {
    limiter,
    tiers: () => limiter.use(),
    get limits() {
      return limits
    },
    setLimits(changed) {
      limits = { ...limits, ...changed }
      limiter.setLimits(tierLimits())
    },
  }
}
