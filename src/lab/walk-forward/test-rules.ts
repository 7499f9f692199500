/**
 * By what rules a fold is tested: the job's, with the capital that the folds before have left. What is open at the end is
 * closed at the close of the last bar, costs paid, so that the next fold begins in cash and its result is its own. That it
 * ends there is known before it begins, so nothing is foreseen by it.
 */
import type { TradingRules } from '../../trading/rules.ts'

export function rulesOfTest(rules: TradingRules, cash: number): TradingRules {
  return { ...rules, cash, finalize: 'fold' }
}
