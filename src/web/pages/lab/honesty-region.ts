/** How much of a search, or of a walk-forward, is luck. */
import type { LabState } from '../../../lab/lab-state.ts'
import type { Region } from '../../page.ts'
import { viewHonesty } from '../../view-models/honesty-view.ts'
import { explainAbsence } from '../../view-models/lab/absence-view.ts'
import type { RunReader, Watching } from '../kind-panels.ts'

export function createHonestyRegion(runId: string, reader: RunReader, watching: Watching): Region {
  return {
    id: 'job-honesty',
    key: `job-honesty:${runId}`,
    template: 'lab/honesty',
    ...watching('data', 'status'),
    data: async () => {
      const report = reader.isPruned ? null : ((await reader.state()).data as LabState).honesty
      if (report !== null) return { empty: '', honesty: viewHonesty(report) }
      const standing = { status: reader.summary().status, isPruned: reader.isPruned }
      return { empty: explainAbsence({ name: 'What is luck in it', verb: 'comes' }, standing) }
    },
  }
}
