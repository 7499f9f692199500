/** What the bounds of a run's budget may be, wherever one is given: in the settings, at a launch, to a run. */

export type BudgetUnit = 'usd' | 'tokens'

export const MOST_BUDGET: Readonly<Record<BudgetUnit, number>> = { usd: 1_000_000, tokens: 1_000_000_000 }

/** For messages. */
export const BUDGET_RANGE: Readonly<Record<BudgetUnit, string>> = {
  usd: `a number above 0, at most ${MOST_BUDGET.usd}`,
  tokens: `a whole number from 1 to ${MOST_BUDGET.tokens}`,
}

export function isBudgetBound(unit: BudgetUnit, value: unknown): value is number {
  if (typeof value !== 'number' || !(value > 0) || value > MOST_BUDGET[unit]) return false
  return unit === 'usd' || Number.isInteger(value)
}

/** A bound as people write it: digits become their number, `none` becomes null; the rest stays as it is, to be refused. */
export function readBudgetBound(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const text = value.trim()
  if (text.toLowerCase() === 'none') return null
  return /^(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})$/.test(text) ? Number(text) : value
}
