/** Some of the trees of a forest: short enough that other jobs get their turn. */
import { AbortedError } from '../../core/errors.ts'
import type { BarRange } from '../../trading/simulation.ts'
import type { Task } from '../task.ts'
import { growTrees, type Tree } from '../train/forest.ts'
import { sliceSamples } from '../train/samples.ts'
import { measureScaling, scaleRows } from '../train/scaling.ts'
import { openSamples, type SampleGround } from './open-samples.ts'

export interface GrowInput extends SampleGround {
  /** Of the whole forest. */
  seed: number
  /** Rows of samples. */
  train: BarRange
  /** Numbers of the trees. */
  from: number
  to: number
}

export const growForest: Task<GrowInput, Tree[]> = {
  name: 'growForest',
  run({ seed, train, from, to, ...ground }, control) {
    const samples = sliceSamples(openSamples(ground), train.from, train.to)
    return growTrees(scaleRows(samples, measureScaling(samples)), samples.rose, {
      ...{ seed, from, to },
      onTree(done) {
        if (control.isCancelled()) throw new AbortedError('canceled')
        control.report(done / (to - from))
      },
    })
  },
}
