/** The out-of-sample account of a walk-forward, with all that can be told of it. */
import type { Params } from '../../trading/strategies/strategy.ts'
import type { BacktestResult, Remark, SeriesFacts } from '../backtest-result.ts'
import { buildResult } from '../build-result.ts'
import { noteLookAhead } from '../own-strategies/note-look-ahead.ts'
import type { Task } from '../task.ts'
import { noteInSample } from '../train/in-sample.ts'
import { stitchTests, type TestedFold } from '../walk-forward/stitch-tests.ts'
import { rulesOfTest } from '../walk-forward/test-rules.ts'
import { openEvaluator, type Ground } from './open-evaluator.ts'

export interface StitchInput extends Ground {
  folds: TestedFold[]
  /** Parameters that are the same in all folds. */
  fixed: Params
  facts: SeriesFacts[]
  notes: readonly string[]
}

export interface StitchOutput {
  result: BacktestResult
  /** At the close of each bar of all tests. */
  equity: Float64Array
}

export const stitchFolds: Task<StitchInput, StitchOutput> = {
  name: 'stitchFolds',
  async run({ folds, fixed, facts, notes, ...ground }) {
    const { bars, strategy, rules } = ground
    const { range, ...traded } = await stitchTests(bars.series, folds, rules.cash, (cash) =>
      openEvaluator({ ...ground, rules: rulesOfTest(rules, cash) }),
    )
    const held = (await openEvaluator(ground)).buyAndHold(range)
    const { start: first, end: last } = traded.stats
    const inSample = noteInSample(strategy, facts, { first, last })
    const lookAhead = await noteEachLookAhead(ground, folds)
    const result = buildResult({
      ...{ traded, held, range, facts, series: bars.series },
      ...{ strategy: strategy.name, params: fixed, cash: rules.cash },
      ...{ notes, remarks: [...inSample, ...lookAhead] },
    })
    return { result, equity: traded.simulation.equity }
  },
}

/** A rule may look ahead with some parameters and not with others: each set that was traded is tried, and is told of once. */
async function noteEachLookAhead(ground: Ground, folds: readonly TestedFold[]): Promise<Remark[]> {
  const sets = new Map(folds.map(({ params }) => [JSON.stringify(Object.entries(params).sort()), params]))
  const remarks = new Map<string, Remark>()
  for (const params of sets.values())
    for (const remark of await noteLookAhead({ ...ground, params })) remarks.set(remark.note, remark)
  return [...remarks.values()]
}
