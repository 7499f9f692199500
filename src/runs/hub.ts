/**
 * Tells the process what has been committed: one revision number for everything, raised by each event, and for each
 * run the revision at which an aspect of it last changed, so that a reader who names the last revision it saw gets
 * just the rest. Keeps no state of the runs themselves.
 */
import { randomBytes } from 'node:crypto'
import type { Aspect, Change, ChangeFeed } from './change.ts'
import { aspectsOf } from './change.ts'
import type { RunEvent } from './event.ts'
import type { RunState } from './state.ts'

/** Log positions remembered for each run; a reader further behind is shown the log whole. */
const LOG_MARKS_KEPT = 2_000

interface RunRevisions {
  aspects: Map<Aspect, number>
  /** The last log seq before this process committed anything of the run, and the revision at that time. */
  logMarks: { revision: number; logSeq: number }[]
}

export interface Hub extends ChangeFeed {
  /** To be called after the event is stored and folded. `logSeqBefore` is the log's end before it. */
  publish(event: RunEvent, state: RunState, logSeqBefore: number): Change
  /** Forgets a run that left the memory. */
  forget(runId: string): void
}

export function createHub(onListenerError: (error: unknown) => void): Hub {
  const boot = randomBytes(4).toString('hex')
  const listeners = new Set<(change: Change) => void>()
  const runs = new Map<string, RunRevisions>()
  let revision = 0
  let listRevision = 0
  /** When a run was last forgotten: what became of it is unknown, so that it counts as changed then. */
  let forgottenAt = 0

  function revisionsOf(runId: string, logSeq: number): RunRevisions {
    let entry = runs.get(runId)
    if (!entry) {
      entry = { aspects: new Map(), logMarks: [{ revision, logSeq }] }
      runs.set(runId, entry)
    }
    return entry
  }

  return {
    boot,
    get revision() {
      return revision
    },
    get listRevision() {
      return listRevision
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    revisionOf(runId, aspect) {
      const entry = runs.get(runId)
      return entry ? (entry.aspects.get(aspect) ?? 0) : forgottenAt
    },
    logSeqAt(runId, at) {
      const marks = runs.get(runId)?.logMarks
      if (!marks || marks[0]!.revision > at) return null
      return marks.findLast((mark) => mark.revision <= at)!.logSeq
    },
    publish(event, state, logSeqBefore) {
      const entry = revisionsOf(state.run_id, logSeqBefore)
      const aspects = aspectsOf(event)
      revision++
      for (const aspect of aspects) entry.aspects.set(aspect, revision)
      if (aspects.includes('status')) listRevision = revision
      if (aspects.includes('log')) {
        entry.logMarks.push({ revision, logSeq: state.log.last_seq })
        if (entry.logMarks.length > LOG_MARKS_KEPT) entry.logMarks.splice(0, LOG_MARKS_KEPT / 2)
      }
      const change: Change = { revision, event, state, aspects }
      for (const listener of listeners) {
        try {
          listener(change)
        } catch (error) {
          onListenerError(error)
        }
      }
      return change
    },
    forget(runId) {
      if (runs.delete(runId)) forgottenAt = revision
    },
  }
}
