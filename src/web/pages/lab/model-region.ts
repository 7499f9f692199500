/** A trained model: how often it was right, how far its probabilities hold, what it rests on, and its folds. */
import { viewTrained } from '../../view-models/lab/train-view.ts'
import type { PageKit } from '../page-deps.ts'
import type { StateRegion } from './state-region.ts'

export function createModelRegion(
  { charts }: Pick<PageKit, 'charts'>,
  absence: (names: readonly string[]) => string,
): StateRegion {
  return {
    id: 'job-model',
    template: 'lab/model',
    show: async ({ trained, trainFolds }) => {
      if (trained === null && trainFolds.length === 0) return null
      const view = viewTrained(trained, trainFolds)
      return { ...view, svg: view.model ? await charts.draw('drawCalibration', view.model.calibration) : '' }
    },
    absence: () => absence(['the model']),
  }
}
