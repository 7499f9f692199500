/**
 * Fits a classifier on rows of samples and says what it makes of later ones: one fold of a training, or, without any to
 * test on, the model itself. The trees of a forest have been grown before.
 */
import { AbortedError } from '../../core/errors.ts'
import type { BarRange } from '../../trading/simulation.ts'
import type { Task } from '../task.ts'
import type { Tree } from '../train/forest.ts'
import { fitClassifier, predictRows, type Classifier } from '../train/model.ts'
import { sliceSamples } from '../train/samples.ts'
import { packDoubles } from '../trials.ts'
import { openSamples, type SampleGround } from './open-samples.ts'

export interface TrainFoldInput extends SampleGround {
  seed: number
  /** Of a forest; null for a regression. */
  trees: Tree[] | null
  /** Rows of samples. */
  train: BarRange
  test: BarRange
}

export interface TrainFoldOutput {
  classifier: Classifier
  /** Of the rows that were tested: probabilities, packed doubles, and what came about, a digit each. */
  predicted: string
  observed: string
  /** Share of training rows that rose. */
  trainedRose: number
}

export const trainFold: Task<TrainFoldInput, TrainFoldOutput> = {
  name: 'trainFold',
  async run({ seed, trees, train, test, ...ground }, control) {
    const samples = openSamples(ground)
    const training = sliceSamples(samples, train.from, train.to)
    const classifier = await fitClassifier(training, {
      ...{ features: ground.features, horizonBars: ground.horizonBars, seed },
      ...(trees ? { kind: 'forest', trees } : { kind: 'logistic' }),
      onProgress(unit, done, of) {
        if (control.isCancelled()) throw new AbortedError('canceled')
        control.report(done / of, `${unit} ${done}/${of}`)
      },
    })
    const tested = sliceSamples(samples, test.from, test.to)
    return {
      classifier,
      predicted: packDoubles(predictRows(classifier, tested.values)),
      observed: tested.rose.join(''),
      trainedRose: training.rose.reduce((sum, value) => sum + value, 0) / training.rows,
    }
  },
}
