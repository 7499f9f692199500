/** How much of a search, or of a walk-forward, is luck. */
import { viewHonesty } from '../../view-models/honesty-view.ts'
import type { StateRegion } from './state-region.ts'

export const HONESTY_REGION: StateRegion = {
  id: 'job-honesty',
  template: 'lab/honesty',
  show: ({ honesty, stats }) => honesty && { honesty: viewHonesty(honesty, stats?.sharpe_ratio ?? null) },
}
