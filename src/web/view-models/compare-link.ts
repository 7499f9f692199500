/** Where several runs stand side by side, and how many may. */
import { NotFoundError } from '../../core/errors.ts'
import type { RunDesk } from '../../runs/desk.ts'
import type { RunIdsBounds } from '../../runs/run-ids.ts'

export const COMPARE_BOUNDS: RunIdsBounds = { verb: 'compared', min: 2, max: 6 }

/** The value of `show` that leaves out the rows in which all are the same. */
export const DIFFERENT = 'different'

export function compareHref(runIds: readonly string[], onlyDifferent = false): string {
  const ids = runIds.map(encodeURIComponent).join(',')
  return `/runs/compare?ids=${ids}${onlyDifferent ? `&show=${DIFFERENT}` : ''}`
}

/** A verdict and the one before it, which it is held against; empty where that one is not listed any more. */
export function compareWithPrior(desk: Pick<RunDesk, 'summary'>, runId: string, priorId: string): string {
  try {
    return compareHref([desk.summary(priorId).run_id, runId])
  } catch (error) {
    if (error instanceof NotFoundError) return ''
    throw error
  }
}
