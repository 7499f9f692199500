/** What a fold has chosen, on the bars it was chosen on and on the bars after them. */
import type { BarRange } from '../../trading/simulation.ts'
import type { BacktestStats } from '../../trading/statistics.ts'
import type { Params } from '../../trading/strategies/strategy.ts'
import type { Task } from '../task.ts'
import { rulesOfTest } from '../walk-forward/test-rules.ts'
import { openEvaluator, type Ground } from './open-evaluator.ts'

export interface TestFoldInput extends Ground {
  params: Params
  train: BarRange
  test: BarRange
  /** Capital at the beginning of the test. */
  cash: number
}

export interface FoldTest {
  in_sample: BacktestStats
  out_of_sample: BacktestStats
  /** Capital at the end of the test. */
  cash: number
}

export const testFold: Task<TestFoldInput, FoldTest> = {
  name: 'testFold',
  async run({ params, train, test, cash, ...ground }) {
    const trained = await openEvaluator(ground)
    const in_sample = trained.simulate(params, train).stats
    const tested = await openEvaluator({ ...ground, rules: rulesOfTest(ground.rules, cash) })
    const { simulation, stats } = tested.simulate(params, test)
    return { in_sample, out_of_sample: stats, cash: simulation.equity[simulation.equity.length - 1]! }
  },
}
