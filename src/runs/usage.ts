/** What model calls have used, added up. A sum with an unknown price in it is unknown. */
import { formatNumber } from '../core/format.ts'
import type { UsageDelta } from './event.ts'
import type { CostCeiling } from './identity.ts'

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

/** A call that took all it was expected to take at most. */
export function toUsage({ usd, tokens, output_tokens: written = 0 }: CostCeiling): UsageDelta {
  return { calls: 1, input_tokens: tokens - written, output_tokens: written, cost_usd: usd }
}

export function addCost(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}

/** For the log: calls of which nothing was told count with the most they were expected to use. */
export function describeMost(calls: readonly UsageDelta[]): string {
  const { input_tokens: read, output_tokens: written, cost_usd: usd } = calls.reduce(addUsage, NO_USAGE)
  const cost = usd === null ? 'cost unknown' : `$${formatNumber(usd, 4)}`
  return `counted with the most expected of it, ${formatNumber(read, 0)} tokens in, ${formatNumber(written, 0)} out, ${cost}`
}
