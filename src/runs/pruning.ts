/** Removes the files of runs that have had their time, now and then. What is due is settled by `retention.ts`. */
import type { Clock } from '../core/clock.ts'
import type { RunLimits, RunLog } from './limits.ts'
import type { Results, RunIndex } from './ports.ts'
import { computePrunable } from './retention.ts'

export interface PruningDeps {
  index: RunIndex
  results: Results
  clock: Clock
  limits: RunLimits
  log: RunLog
  /** Runs in use. */
  active: () => ReadonlySet<string>
  /** Called for each run whose files are gone. */
  onPruned: (runId: string) => void
}

export interface Pruning {
  /** Returns the ids of the runs pruned. */
  prune(): Promise<string[]>
  /** Prunes at every interval until the signal aborts; `alongside` is done each time before. */
  repeat(signal: AbortSignal, alongside: () => void): Promise<void>
}

export function createPruning(deps: PruningDeps): Pruning {
  const { index, results, clock, limits, log } = deps
  /** Pruned runs stay in the index, where they would be due for ever. */
  const done = new Set<string>()

  async function prune(): Promise<string[]> {
    const ended = index.query({ status: ['completed', 'error', 'canceled'], limit: Number.MAX_SAFE_INTEGER })
    const due = computePrunable({
      runs: ended.runs,
      now: clock.now(),
      maxPerTicker: limits.resultsMaxPerTicker,
      maxAgeDays: limits.resultsMaxAgeDays,
      active: deps.active(),
    })
    const pruned: string[] = []
    for (const { run_id: runId } of due) {
      if (done.has(runId)) continue
      try {
        await results.prune(runId)
        done.add(runId)
        deps.onPruned(runId)
        pruned.push(runId)
      } catch (error) {
        log.warn({ err: error, run_id: runId }, 'files not pruned')
      }
    }
    return pruned
  }

  return {
    prune,
    async repeat(signal, alongside) {
      while (!signal.aborted) {
        try {
          await clock.sleep(limits.pruneIntervalMs, signal)
          alongside()
          await prune()
        } catch (error) {
          if (!signal.aborted) log.error({ err: error }, 'pruning failed')
        }
      }
    },
  }
}
