/**
 * The evaluator of a ground, as a thread remembers it: the indicator columns that one chunk has computed are there for
 * the next. Nothing depends on what is remembered but time.
 */
import { createEvaluator, type Evaluator } from '../../trading/evaluate.ts'
import type { TradingRules } from '../../trading/rules.ts'
import { loadStrategy } from '../load-strategy.ts'
import type { StrategyRef } from '../strategy-catalog.ts'
import type { SharedBars } from '../task.ts'

/** Jobs that a thread works for in turns; each holds columns of its bars. */
const KEPT = 3

export interface Ground {
  bars: SharedBars
  strategy: StrategyRef
  rules: TradingRules
}

const kept = new Map<string, Evaluator>()

export async function openEvaluator({ bars, strategy, rules }: Ground): Promise<Evaluator> {
  const { name, file, hash } = strategy
  const key = JSON.stringify([bars.hash, name, file, hash, rules])
  const evaluator = kept.get(key) ?? createEvaluator(bars.series, await loadStrategy(strategy), rules)
  kept.delete(key)
  kept.set(key, evaluator)
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!)
  return evaluator
}
