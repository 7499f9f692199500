/** The folds of a walk-forward, one more with each that ends. */
import { viewWalk } from '../../view-models/lab/walk-view.ts'
import type { PageKit } from '../page-deps.ts'
import type { StateRegion } from './state-region.ts'

export function createFoldsRegion({ charts }: Pick<PageKit, 'charts'>): StateRegion {
  return {
    id: 'job-folds',
    template: 'lab/folds',
    show: async ({ folds, walk }) => {
      if (folds.length === 0) return null
      const { chart, ...view } = viewWalk(folds, walk)
      return { ...view, svg: await charts.draw('drawFoldsChart', chart) }
    },
  }
}
