/** The stored decision of a run, whatever is left of its files. */
import { NotFoundError } from '../../core/errors.ts'
import type { RunDesk } from '../../runs/desk.ts'

/** Null also where the files are gone, which the run's row in the index outlives. */
export async function loadDecision(
  desk: Pick<RunDesk, 'decision'>,
  runId: string,
): Promise<Record<string, unknown> | null> {
  try {
    return await desk.decision(runId)
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}
