/** The bound of a run's budget: as a person sets it, and what can be said of it without knowing the next call. */
import { BUDGET_RANGE, isBudgetBound, type BudgetUnit } from '../core/budget-range.ts'
import { InputError, quote } from '../core/errors.ts'
import type { UsageDelta } from './event.ts'
import type { RunBudget } from './identity.ts'

export const NO_BOUND: RunBudget = Object.freeze({ usd: null, tokens: null })

/** How the reason of a pause begins that only another bound ends. */
const BUDGET_REASON = 'budget: '

export function createBudgetReason(text: string): string {
  return `${BUDGET_REASON}${text}`
}

export function isBudgetReason(reason: string | null): boolean {
  return reason?.startsWith(BUDGET_REASON) ?? false
}

/** What stands with what is set now; null lifts a bound. Throws `InputError` for anything else than a bound there can be. */
export function mergeBudget(standing: RunBudget, change: Partial<RunBudget>): RunBudget {
  const { usd, tokens } = change
  if (usd === undefined && tokens === undefined)
    throw new InputError('usd', 'neither usd nor tokens is given: set at least one of them')
  return {
    usd: usd === undefined ? standing.usd : checkBound('usd', usd),
    tokens: tokens === undefined ? standing.tokens : checkBound('tokens', tokens),
  }
}

function checkBound(field: BudgetUnit, value: unknown): number | null {
  if (value === null || isBudgetBound(field, value)) return value
  // JSON has no word for NaN and infinity.
  const received = typeof value === 'number' ? String(value) : value
  throw new InputError(
    field,
    `${field} is ${quote(received)}; it must be ${BUDGET_RANGE[field]}, or null for no bound`,
  )
}

/** False where not even the smallest call would fit. */
export function hasRoom(used: UsageDelta, bound: RunBudget): boolean {
  if (bound.tokens !== null && used.input_tokens + used.output_tokens >= bound.tokens) return false
  return bound.usd === null || (used.cost_usd !== null && used.cost_usd < bound.usd)
}
