/**
 * Making the index right again from the results directory, whatever happened to its files. A finished run's summary
 * stands in its manifest, and what is left of its files is found by looking; a run without a manifest has to be folded
 * from its journal, which is its caller's to do, for storage does not know the workflows. The history outlives the files:
 * the row of an ended run whose folder is gone stays, and says so. In full, what an earlier version did not count of a
 * run yet is counted from its journal, once: its manifest says so from then on.
 */
import { toIso } from '../core/clock.ts'
import { messageOf } from '../core/errors.ts'
import { parseRunId } from '../core/ids.ts'
import { isTerminal } from '../runs/status.ts'
import { completeSummary, WHOLE_FILES, type FilesState, type Summary } from '../runs/summary.ts'
import { lookAtFiles } from './look-at-files.ts'
import { readStoredManifest, replaceManifest, type StoredManifest } from './manifest.ts'
import type { RunDirectories } from './run-directories.ts'
import type { StoredRunIndex } from './run-index.ts'
import type { StorageLog } from './storage-log.ts'

export interface RebuildOptions {
  directories: RunDirectories
  index: StoredRunIndex
  log: StorageLog
  now(): number
  /** Puts a run into the index from its journal: one without a manifest, or with one that an earlier version wrote. */
  fold(runId: string): Promise<void>
  /**
   * Looks at every run, and at rows without a folder. Otherwise only at runs that are missing or that the index does
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
  /** Rows of ended runs that stay without a folder. */
  gone: number
  /** Rows dropped: the folder is gone, and what became of the run is not known. */
  dropped: number
}

export async function rebuildIndex(options: RebuildOptions): Promise<RebuildReport> {
  const { directories, index, log, fold, isFull, signal } = options
  const report: RebuildReport = { read: 0, folded: 0, gone: 0, dropped: 0 }
  const seen = new Set<string>()
  /** Where the journal tells another end, it is damaged, and what was written when the run ended counts. */
  async function countAnew(path: string, manifest: StoredManifest, row: Summary): Promise<void> {
    const before = index.get(row.run_id)
    await fold(row.run_id)
    const after = index.get(row.run_id)
    if (!after || after === before) return
    if (after.status !== row.status) return index.put(row)
    const files = manifest.summary.files ?? WHOLE_FILES
    await replaceManifest(path, { ...manifest, summary: { ...after, files } })
  }

  const folders = isFull ? directories.list() : directories.list(createDoubt(index))
  for await (const { runId, path } of folders) {
    if (signal?.aborted) return report
    seen.add(runId)
    if (!isFull && isSettled(index, runId)) continue
    try {
      const manifest = await readStoredManifest(path, runId)
      if (manifest) {
        const written = completeSummary(manifest.summary)
        const row = { ...written, files: await findFiles(path, written, index.get(runId)) }
        index.put(row)
        if (isFull && isCountedLess(manifest.summary) && hasJournal(row)) await countAnew(path, manifest, row)
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
    for (const row of [...index.values()]) {
      const { run_id: runId, files } = row
      if (seen.has(runId) || (await directories.find(runId)) !== null) continue
      if (isTerminal(row.status)) {
        if (files.state !== 'gone')
          index.put({ ...row, files: { ...files, state: 'gone', since: toIso(options.now()) } })
        report.gone += 1
      } else {
        index.remove(runId)
        report.dropped += 1
      }
    }
  }
  index.declareComplete()
  await index.flush()
  return report
}

/** When a run was brought here stands in the index and in its manifest; what is left of its files, on the disk. */
async function findFiles(path: string, written: Summary, row: Summary | undefined): Promise<FilesState> {
  const found = await lookAtFiles(path)
  const known = row?.files ?? written.files
  const since = known.state === found.state ? (known.since ?? found.since) : found.since
  return { state: found.state, since, imported_at: known.imported_at ?? written.files.imported_at }
}

function isCountedLess({ phases, stats }: StoredManifest['summary']): boolean {
  return phases === undefined || stats === undefined
}

function hasJournal({ status, files }: Summary): boolean {
  return isTerminal(status) && (files.state === 'whole' || files.state === 'packed')
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
