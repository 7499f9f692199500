/**
 * Which samples a training is validated on: as many walk-forward folds as asked for, each trained on all samples before
 * its test but for the last `horizon`, whose answers lie in the test.
 */
import { InputError } from '../../core/errors.ts'
import { planFolds, type PlannedFold } from '../walk-forward/plan-folds.ts'

const LEAST_TRAINED = 100
const LEAST_TESTED = 20

/** Folds over rows of samples. Throws `InputError` with the figures where there are too few. */
export function planTraining(rows: number, folds: number, horizonBars: number): PlannedFold[] {
  const testBars = Math.floor(rows / (folds + 1))
  const trainBars = rows - folds * testBars - horizonBars
  if (testBars < LEAST_TESTED || trainBars < LEAST_TRAINED) {
    throw new InputError(
      'folds',
      `folds is ${folds}: ${Math.max(0, rows)} bars with all features and an answer ${horizonBars} bars later make ${Math.max(0, trainBars)} to train on and ${Math.max(0, testBars)} to test on; at least ${LEAST_TRAINED} and ${LEAST_TESTED} are needed`,
    )
  }
  return planFolds(rows, { trainBars, testBars, anchored: true, purgeBars: horizonBars, embargoBars: 0 })
}
