/** The backtest that a job shows, as a durable step: of a backtest its only work, of a search its best trial once more. */
import type { RunContext } from '../runs/workflow.ts'
import type { TradingRules } from '../trading/rules.ts'
import type { Params } from '../trading/strategies/strategy.ts'
import type { BacktestResult } from './backtest-result.ts'
import { MEASURED_EVENT, RESULT_STEP } from './lab-state.ts'
import type { JobBars } from './pack-bars.ts'
import type { StrategyRef } from './strategy-catalog.ts'
import type { Dispatcher } from './task.ts'
import { backtest } from './tasks/names.ts'

export interface SimulateStep {
  dispatcher: Dispatcher
  bars: JobBars
  strategy: StrategyRef
  rules: TradingRules
  params: Params
  node: string
}

/** Under `RESULT_STEP`; tells `MEASURED_EVENT`. */
export async function simulateStep(
  ctx: RunContext<unknown>,
  { dispatcher, bars, strategy, rules, params, node }: SimulateStep,
): Promise<BacktestResult> {
  const result = await ctx.step<BacktestResult>(
    RESULT_STEP,
    async (step) => {
      const { shared, facts, notes } = bars
      const input = { bars: shared, strategy, rules, params, facts, notes }
      const found = await dispatcher.run(backtest, input, { lane: ctx.runId, signal: step.signal })
      const { trades, return_pct: returned } = found.stats
      step.log('INFO', `${strategy.name}: ${trades} trades, return ${returned?.toFixed(2) ?? '–'} %`)
      for (const note of found.notes) step.log('WARN', note)
      return found
    },
    { node, input: { strategy: strategy.hash, params } },
  )
  const { stats, buy_and_hold, notes } = result
  await ctx.emit(MEASURED_EVENT, { stats, buy_and_hold, notes })
  return result
}
