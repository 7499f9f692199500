/** Which runs of which launch have not ended. A launch record is forgotten with the last of them. */
import type { RunLog } from './limits.ts'
import type { RunIdentity } from './identity.ts'
import type { LaunchRecord, LaunchStore } from './ports.ts'

export interface OpenBatches {
  open(launch: LaunchRecord): void
  /** The runs that something is left to do for, whether they are at work here or not. */
  unsettled(): Iterable<RunIdentity>
  /** To be called once nothing of the run is left to do. */
  settle(identity: RunIdentity): void
}

export function createOpenBatches(launches: LaunchStore, log: RunLog): OpenBatches {
  const open = new Map<string, Map<string, RunIdentity>>()
  return {
    open: (launch) => void open.set(launch.batch_id, new Map(launch.runs.map((run) => [run.run_id, run]))),
    *unsettled() {
      for (const runs of open.values()) yield* runs.values()
    },
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
