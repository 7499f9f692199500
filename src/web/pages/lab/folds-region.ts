/** The folds of a walk-forward, one more with each that ends. */
import type { LabState } from '../../../lab/lab-state.ts'
import type { Region } from '../../page.ts'
import { explainAbsence } from '../../view-models/lab/absence-view.ts'
import { viewWalk } from '../../view-models/lab/walk-view.ts'
import type { RunReader, Watching } from '../kind-panels.ts'
import type { PageKit } from '../page-deps.ts'

export function createFoldsRegion(
  { charts }: Pick<PageKit, 'charts'>,
  runId: string,
  reader: RunReader,
  watching: Watching,
): Region {
  return {
    id: 'job-folds',
    key: `job-folds:${runId}`,
    template: 'lab/folds',
    ...watching('data', 'status'),
    data: async () => {
      const state = reader.isPruned ? null : ((await reader.state()).data as LabState)
      if (state === null || state.folds.length === 0) {
        const standing = { status: reader.summary().status, isPruned: reader.isPruned }
        return { empty: explainAbsence({ name: 'The folds', verb: 'come' }, standing) }
      }
      const { chart, ...view } = viewWalk(state.folds, state.walk)
      return { empty: '', ...view, svg: await charts.draw('drawFoldsChart', chart) }
    },
  }
}
