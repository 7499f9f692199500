/**
 * By what rules a fold is tested: the job's, with the capital that the folds before have left. What is open on the last
 * bar is closed there, costs paid, so that the next fold begins in cash and its result is its own.
 */
import type { TradingRules } from '../../trading/rules.ts'

export function rulesOfTest(rules: TradingRules, cash: number): TradingRules {
  return { ...rules, cash, finalize: true }
}
