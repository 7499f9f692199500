/** Canceling several runs at once: each by itself, so that one that has ended holds up none of the others. */
import { describeFailure } from '../core/http-error.ts'
import type { RunDesk } from './desk.ts'
import type { RunIdsBounds } from './run-ids.ts'
import type { RunStatus } from './status.ts'

export const CANCEL_BOUNDS: RunIdsBounds = { verb: 'canceled', min: 1, max: 500 }

export interface CancelOutcome {
  run_id: string
  /** It is canceled now, or was before. */
  canceled: boolean
  /** As it stands now; null for a run there is not. */
  status: RunStatus | null
  /** Why it is not canceled; null where it is. */
  error: string | null
}

/** In the order given. `onFault` is told of what went wrong on this side. Never rejects. */
export function cancelRuns(
  desk: Pick<RunDesk, 'cancel' | 'summary'>,
  runIds: readonly string[],
  onFault: (error: unknown, runId: string) => void,
): Promise<CancelOutcome[]> {
  return Promise.all(
    runIds.map(async (runId): Promise<CancelOutcome> => {
      try {
        const { status } = await desk.cancel(runId)
        return { run_id: runId, canceled: status === 'canceled', status, error: null }
      } catch (error) {
        const failure = describeFailure(error)
        if (failure.isFault) onFault(error, runId)
        return { run_id: runId, canceled: false, status: statusOf(desk, runId), error: failure.message }
      }
    }),
  )
}

function statusOf(desk: Pick<RunDesk, 'summary'>, runId: string): RunStatus | null {
  try {
    return desk.summary(runId).status
  } catch {
    return null
  }
}
