/** What the tests of a training come to: figures of each fold, and of all of them together. Pure. */
import type { TrainFold, TrainedModel } from '../lab-state.ts'
import type { TrainFoldOutput } from '../tasks/train-fold.ts'
import { unpackDoubles } from '../trials.ts'
import { accuracyOf, aucOf, brierOf, calibrationOf, logLossOf } from './scores.ts'

/** What a fold's step keeps of it: the classifier of a fold has done its work once it has been tested. */
export type FoldPredictions = Omit<TrainFoldOutput, 'classifier'>

type Scores = Pick<TrainFold, 'accuracy' | 'baseline' | 'log_loss' | 'brier' | 'auc'>

export function measureFold(fold: FoldPredictions): Scores & { samples: number } {
  const { predicted, observed } = readFold(fold)
  return { samples: predicted.length, ...score(predicted, observed), baseline: baselineOf(fold, observed) }
}

/** All tests as one; the baseline of each fold is its own. */
export function measureTests(folds: readonly FoldPredictions[]): Scores & Pick<TrainedModel, 'calibration'> {
  const read = folds.map(readFold)
  const rows = read.reduce((sum, { predicted }) => sum + predicted.length, 0)
  const predicted = new Float64Array(rows)
  const observed = new Uint8Array(rows)
  let at = 0
  let right = 0
  for (const [index, fold] of read.entries()) {
    predicted.set(fold.predicted, at)
    observed.set(fold.observed, at)
    at += fold.predicted.length
    right += baselineOf(folds[index]!, fold.observed) * fold.observed.length
  }
  return {
    ...score(predicted, observed),
    baseline: right / rows,
    calibration: calibrationOf(predicted, observed),
  }
}

function score(predicted: Float64Array, observed: Uint8Array): Omit<Scores, 'baseline'> {
  return {
    accuracy: accuracyOf(predicted, observed),
    log_loss: logLossOf(predicted, observed),
    brier: brierOf(predicted, observed),
    auc: aucOf(predicted, observed),
  }
}

/** How often always saying what was more frequent in training was right; a tie says "rises". */
function baselineOf({ trainedRose }: FoldPredictions, observed: Uint8Array): number {
  const says = trainedRose >= 0.5 ? 1 : 0
  return observed.reduce((sum, value) => sum + (value === says ? 1 : 0), 0) / observed.length
}

function readFold({ predicted, observed }: FoldPredictions): {
  predicted: Float64Array
  observed: Uint8Array
} {
  return { predicted: unpackDoubles(predicted), observed: Uint8Array.from(observed, Number) }
}
