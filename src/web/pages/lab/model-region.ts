/** A trained model: how often it was right, how far its probabilities hold, what it rests on, and its folds. */
import type { LabState } from '../../../lab/lab-state.ts'
import type { Region } from '../../page.ts'
import { explainAbsence } from '../../view-models/lab/absence-view.ts'
import { viewTrained } from '../../view-models/lab/train-view.ts'
import type { RunReader, Watching } from '../kind-panels.ts'
import type { PageKit } from '../page-deps.ts'

export function createModelRegion(
  { charts }: Pick<PageKit, 'charts'>,
  runId: string,
  reader: RunReader,
  watching: Watching,
): Region {
  return {
    id: 'job-model',
    key: `job-model:${runId}`,
    template: 'lab/model',
    ...watching('data', 'status'),
    data: async () => {
      const state = reader.isPruned ? null : ((await reader.state()).data as LabState)
      if (state === null || (state.trained === null && state.trainFolds.length === 0)) {
        const standing = { status: reader.summary().status, isPruned: reader.isPruned }
        return { empty: explainAbsence({ name: 'The model', verb: 'comes' }, standing) }
      }
      const view = viewTrained(state.trained, state.trainFolds)
      const svg = view.model ? await charts.draw('drawCalibration', view.model.calibration) : ''
      return { empty: '', ...view, svg }
    },
  }
}
