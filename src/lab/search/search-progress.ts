/**
 * What a run with a search tells of how far it is: the share of its trials that are run, then how far judging them is,
 * which counts for nothing more. Told in a bounded number of updates, however often the run is taken up again: what was
 * done before is passed over in silence.
 */
import type { RunContext } from '../../runs/workflow.ts'

export interface SearchProgress {
  /** A share 0..1 of all trials. */
  searched(fraction: number, message: string, isNew: boolean): void
  judged(done: number, of: number, isNew: boolean): void
}

/** `most` updates of each; `atFirst` is said before anything is done, so that a share of the tree never stands for it. */
export function createSearchProgress(
  ctx: Pick<RunContext<unknown>, 'progress'>,
  atFirst: string,
  most: { searched: number; judged: number },
): SearchProgress {
  ctx.progress(0, atFirst)
  const isSearchDue = countUpdates(most.searched)
  const isJudgingDue = countUpdates(most.judged)
  return {
    searched(fraction, message, isNew) {
      if (isSearchDue(fraction) && isNew) ctx.progress(fraction, message)
    },
    judged(done, of, isNew) {
      if (isJudgingDue(done / of) && isNew) ctx.progress(1, `Judging ${done}/${of}`)
    },
  }
}

/** Whether a share is the first of its own among so many equal ones. */
function countUpdates(most: number): (fraction: number) => boolean {
  let told = 0
  return (fraction) => {
    const update = Math.floor(fraction * most)
    if (update <= told) return false
    told = update
    return true
  }
}
