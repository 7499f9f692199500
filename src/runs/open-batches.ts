/** Which runs of which launch have not ended. A launch record is forgotten with the last of them. */
import type { RunLog } from './limits.ts'
import type { RunIdentity } from './identity.ts'
import type { LaunchRecord, LaunchStore } from './ports.ts'

export interface OpenBatches {
  open(launch: LaunchRecord): void
  has(batchId: string): boolean
  /** To be called once nothing of the run is left to do. */
  settle(identity: RunIdentity): void
}

export function createOpenBatches(launches: LaunchStore, log: RunLog): OpenBatches {
  const open = new Map<string, Set<string>>()
  return {
    open: (launch) => void open.set(launch.batch_id, new Set(launch.runs.map((run) => run.run_id))),
    has: (batchId) => open.has(batchId),
    settle({ batch_id: batchId, run_id: runId }) {
      const left = open.get(batchId)
      if (!left?.delete(runId) || left.size > 0) return
      open.delete(batchId)
      launches
        .settle(batchId)
        .catch((error: unknown) => log.warn({ err: error, batch_id: batchId }, 'launch record not removed'))
    },
  }
}
