/**
 * Making the index right again from the results directory, whatever happened to its files. A finished run's summary
 * stands in its manifest; a run without one has to be folded from its journal, which is its caller's to do, for storage
 * does not know the workflows.
 */
import { messageOf } from '../core/errors.ts'
import { parseRunId } from '../core/ids.ts'
import { isTerminal } from '../runs/status.ts'
import { readManifest } from './manifest.ts'
import type { RunDirectories } from './run-directories.ts'
import type { StoredRunIndex } from './run-index.ts'
import type { StorageLog } from './storage-log.ts'

export interface RebuildOptions {
  directories: RunDirectories
  index: StoredRunIndex
  log: StorageLog
  /** Puts a run without a manifest into the index, from its journal. */
  fold(runId: string): Promise<void>
  /**
   * Looks at every run and drops rows without a folder. Otherwise only at runs that are missing or that the index does
   * not show as ended: enough after a crash, and quick however many runs are stored.
   */
  isFull: boolean
  /** Ends it early: the index stays one that is to be rebuilt. */
  signal?: AbortSignal
}

export interface RebuildReport {
  /** Put from their manifest. */
  read: number
  /** Handed to `fold`. */
  folded: number
  /** Rows dropped because their folder is gone. */
  dropped: number
}

export async function rebuildIndex(options: RebuildOptions): Promise<RebuildReport> {
  const { directories, index, log, fold, isFull, signal } = options
  const report: RebuildReport = { read: 0, folded: 0, dropped: 0 }
  const seen = new Set<string>()
  const folders = isFull ? directories.list() : directories.list(createDoubt(index))
  for await (const { runId, path } of folders) {
    if (signal?.aborted) return report
    seen.add(runId)
    if (!isFull && isSettled(index, runId)) continue
    try {
      const manifest = await readManifest(path, runId)
      if (manifest) {
        index.put(manifest.summary)
        report.read += 1
      } else {
        await fold(runId)
        report.folded += 1
      }
    } catch (error) {
      log.warn(`run ${runId} was left out of the index: ${messageOf(error)}`)
    }
  }
  if (isFull) {
    for (const { run_id: runId } of index.values()) {
      if (seen.has(runId) || (await directories.find(runId)) !== null) continue
      index.remove(runId)
      report.dropped += 1
    }
  }
  index.declareComplete()
  await index.flush()
  return report
}

function isSettled(index: StoredRunIndex, runId: string): boolean {
  const row = index.get(runId)
  return row !== undefined && isTerminal(row.status)
}

/** Whether the runs of one ticker and second must be looked at: unless the index knows as many that ended. */
function createDoubt(index: StoredRunIndex): (ticker: string, stamp: string, count: number) => boolean {
  const ended = new Map<string, number>()
  for (const { run_id: runId, status } of index.values()) {
    if (!isTerminal(status)) continue
    const { ticker, stamp } = parseRunId(runId)
    const group = `${ticker}/${stamp}`
    ended.set(group, (ended.get(group) ?? 0) + 1)
  }
  return (ticker, stamp, count) => (ended.get(`${ticker}/${stamp}`) ?? 0) < count
}
