/**
 * How far the numbers of runs have come that nobody watches at the moment, so that a watcher who returns within the life
 * of this process can tell whether it missed anything: numbers of a run never go back, and they go on where the run has
 * changed meanwhile. Bounded; what is forgotten begins again above everything that was ever given.
 */
import type { ChangeFeed } from '../../runs/change.ts'
import type { RunState } from '../../runs/state.ts'
import type { PatchSeqs } from './told-run.ts'

const MAX_RUNS = 10_000

export interface SeqMemory {
  /** Where the numbers of a run begin that is watched again, or for the first time. */
  recall(state: Pick<RunState, 'run_id' | 'content'>): PatchSeqs
  /** `isSettled`: the numbers stand for all that has been published of the run. */
  keep(runId: string, seqs: PatchSeqs, isSettled: boolean): void
}

interface Kept {
  seqs: PatchSeqs
  /** What changed after it was not told under these numbers. */
  revision: number
}

export function createSeqMemory(
  feed: Pick<ChangeFeed, 'revision' | 'revisionOf'>,
  maxRuns = MAX_RUNS,
): SeqMemory {
  const runs = new Map<string, Kept>()
  let floor = 0

  return {
    recall({ run_id: runId, content }) {
      const kept = runs.get(runId)
      if (!kept) return { status: floor, content: floor === 0 && Object.keys(content).length > 0 ? 1 : floor }
      const { seqs, revision } = kept
      const isNew = (aspect: 'tree' | 'content') => feed.revisionOf(runId, aspect) > revision
      return {
        status: seqs.status + (isNew('tree') ? 1 : 0),
        content: seqs.content + (isNew('content') ? 1 : 0),
      }
    },
    keep(runId, seqs, isSettled) {
      runs.delete(runId)
      runs.set(runId, { seqs, revision: isSettled ? feed.revision : -1 })
      if (runs.size <= maxRuns) return
      const [oldest, { seqs: forgotten }] = runs.entries().next().value!
      runs.delete(oldest)
      floor = Math.max(floor, forgotten.status + 1, forgotten.content + 1)
    },
  }
}
