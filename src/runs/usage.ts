/** What model calls have used, added up. A sum with an unknown price in it is unknown. */
import type { UsageDelta } from './event.ts'

export const NO_USAGE: UsageDelta = Object.freeze({
  calls: 0,
  input_tokens: 0,
  output_tokens: 0,
  cost_usd: 0,
})

export function addUsage(total: UsageDelta, delta: UsageDelta): UsageDelta {
  return {
    calls: total.calls + delta.calls,
    input_tokens: total.input_tokens + delta.input_tokens,
    output_tokens: total.output_tokens + delta.output_tokens,
    cost_usd: addCost(total.cost_usd, delta.cost_usd),
  }
}

export function addCost(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}
