/** One backtest with all that can be told of it. */
import type { BarRange } from '../../trading/simulation.ts'
import type { Params } from '../../trading/strategies/strategy.ts'
import type { BacktestResult, SeriesFacts } from '../backtest-result.ts'
import { buildResult } from '../build-result.ts'
import { noteLookAhead } from '../own-strategies/note-look-ahead.ts'
import type { Task } from '../task.ts'
import { noteInSample } from '../train/in-sample.ts'
import { openEvaluator, type Ground } from './open-evaluator.ts'

export interface BacktestTaskInput extends Ground {
  params: Params
  /** All bars where left out. */
  range?: BarRange
  facts: SeriesFacts[]
  /** What a reader must know of the bars. */
  notes: readonly string[]
}

export const backtest: Task<BacktestTaskInput, BacktestResult> = {
  name: 'backtest',
  async run({ params, facts, notes, ...input }) {
    const evaluator = await openEvaluator(input)
    const range = input.range ?? { from: 0, to: evaluator.bars }
    const traded = evaluator.simulate(params, range)
    const { start: first, end: last } = traded.stats
    const inSample = noteInSample(input.strategy, facts, { first, last })
    const lookAhead = await noteLookAhead({ ...input, params })
    return buildResult({
      ...{
        traded,
        held: evaluator.buyAndHold(range),
        range,
        facts,
        notes,
        remarks: [...inSample, ...lookAhead],
      },
      ...{ strategy: input.strategy.name, params, cash: input.rules.cash },
      series: input.bars.series,
    })
  },
}
