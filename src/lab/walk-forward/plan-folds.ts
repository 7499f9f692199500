/**
 * Which bars a walk-forward trains on and which it tests on. Pure. What the figures mean, and what holds of every plan:
 *
 * - Tests stand side by side and have `testBars` each. The first begins as early as a whole training set and the purge
 *   before it allow, the last ends no later than the bars do; fewer bars than a test has are left over at the end.
 * - A fold trains on bars before its test only. Rolling, it has `trainBars` of them; anchored, all from the first on.
 * - Purge: that many bars right before a test are not trained on for it, so that what was measured across the border
 *   cannot help.
 * - Embargo: a bar that was tested on is not trained on until that many bars have passed since. The first fold has none
 *   such; later ones end their training `max(purge, embargo)` bars before their test, but never before the first test.
 */
import { InputError } from '../../core/errors.ts'
import type { BarRange } from '../../trading/simulation.ts'

/** Beyond it a plan is a mistake: nobody reads as many, and each costs a search. */
export const MAX_FOLDS = 500

export interface FoldRules {
  trainBars: number
  testBars: number
  anchored: boolean
  purgeBars: number
  embargoBars: number
}

export interface PlannedFold {
  /** From 0. */
  fold: number
  train: BarRange
  test: BarRange
}

/** At least one fold; throws `InputError` with the figures where the bars do not suffice for it, or make too many. */
export function planFolds(bars: number, rules: FoldRules): PlannedFold[] {
  const { trainBars, testBars, anchored, purgeBars, embargoBars } = rules
  const firstTest = trainBars + purgeBars
  const folds = Math.floor((bars - firstTest) / testBars)
  if (folds < 1) {
    throw new InputError(
      'train_bars',
      `train_bars ${trainBars} + purge_bars ${purgeBars} + test_bars ${testBars} need ${firstTest + testBars} bars; there are ${bars}`,
    )
  }
  if (folds > MAX_FOLDS) {
    throw new InputError(
      'test_bars',
      `test_bars is ${testBars}: ${bars} bars make ${folds} folds of it; allowed: up to ${MAX_FOLDS}, so at least ${Math.floor((bars - firstTest) / (MAX_FOLDS + 1)) + 1}`,
    )
  }
  return Array.from({ length: folds }, (_, fold) => {
    const from = firstTest + fold * testBars
    const to = Math.min(from - purgeBars, Math.max(from - embargoBars, firstTest))
    return {
      fold,
      train: { from: anchored ? 0 : to - trainBars, to },
      test: { from, to: from + testBars },
    }
  })
}
