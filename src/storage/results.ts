/**
 * `Results` over files: what a run leaves in its folder besides the journal. The manifest is written last, so where it
 * stands the rest is complete; where a crash came before it, `finish` is called again and gives the same.
 */
import { join, sep } from 'node:path'
import { ConflictError } from '../core/errors.ts'
import type { RunEvent } from '../runs/event.ts'
import type { FilesFound, JournalStore, Results } from '../runs/ports.ts'
import type { RunState } from '../runs/state.ts'
import { isTerminal } from '../runs/status.ts'
import type { Summary } from '../runs/summary.ts'
import { readOptional, toIoError } from './durable-files.ts'
import { JOURNAL_FILE } from './journal-segments.ts'
import { lookAtFiles, measureFiles } from './look-at-files.ts'
import { MANIFEST_FILE, readManifest, writeManifest, type Manifest } from './manifest.ts'
import { packRun } from './packing.ts'
import { DECISION_JSON, DECISION_MARKDOWN, removeAllBut, writeResultFiles } from './result-files.ts'
import { RUN_ID_FILE, type RunDirectories } from './run-directories.ts'
import { PACKED_ENDING } from './run-files.ts'
import { createRunLogs, type RunLogs } from './run-logs.ts'
import type { StorageLog } from './storage-log.ts'

const KEPT_FOR_GOOD = new Set([RUN_ID_FILE, MANIFEST_FILE, DECISION_JSON, DECISION_MARKDOWN])

export interface StoredResults extends Results {
  /** What a finished run leaves for good; null while there is none. `NotFoundError` for an unknown run. */
  manifest(runId: string): Promise<Manifest | null>
  /** Waits until every log file holds what was followed so far. */
  flush(): Promise<void>
}

export interface ResultsOptions {
  directories: RunDirectories
  journals: JournalStore
  log: StorageLog
}

export function createResults({ directories, journals, log }: ResultsOptions): StoredResults {
  const logsOfRuns = new Map<string, RunLogs>()

  function logsOf(runId: string): RunLogs {
    let logs = logsOfRuns.get(runId)
    if (!logs) {
      logs = createRunLogs({
        findFolder: () => directories.get(runId),
        readEvents: () => journals.read(runId),
        onTrouble: (error) => log.warn(toIoError(`the log files of run ${runId} lag behind`, error).message),
      })
      logsOfRuns.set(runId, logs)
    }
    return logs
  }

  function follow(state: RunState, event: RunEvent): void {
    // `finish` has completed the files before the event that ends the run is followed.
    if (isTerminal(state.status)) logsOfRuns.delete(state.run_id)
    else logsOf(state.run_id).follow(event)
  }

  async function finish(state: RunState, summary: Summary): Promise<void> {
    const runId = state.run_id
    const folder = await directories.get(runId)
    try {
      await logsOf(runId).flush()
      await writeResultFiles(folder, state)
      await writeManifest(folder, summary, state.decision ?? null)
    } catch (error) {
      throw toIoError(`the results of run ${runId} could not be written`, error)
    } finally {
      logsOfRuns.delete(runId)
    }
  }

  async function manifest(runId: string): Promise<Manifest | null> {
    const folder = await directories.get(runId)
    try {
      return await readManifest(folder, runId)
    } catch (error) {
      throw toIoError(`the manifest of run ${runId} could not be read`, error)
    }
  }

  async function decision(runId: string): Promise<Record<string, unknown> | null> {
    const folder = await directories.get(runId)
    const bytes = await readOptional(join(folder, DECISION_JSON)).catch((error: unknown) => {
      throw toIoError(`the decision of run ${runId} could not be read`, error)
    })
    return parseObject(bytes) ?? ((await manifest(runId))?.decision as Record<string, unknown> | null) ?? null
  }

  async function folder(runId: string): Promise<string | null> {
    const path = await directories.find(runId)
    return path === null ? null : path.split(sep).slice(-2).join('/')
  }

  async function look(runId: string): Promise<FilesFound> {
    try {
      const folder = await directories.find(runId)
      if (folder === null) return { state: 'gone', since: null, bytes: 0, plain_bytes: 0, is_written: false }
      const found = await lookAtFiles(folder)
      const { bytes, plainBytes } = await measureFiles(folder, (path) => !KEPT_FOR_GOOD.has(path))
      return { ...found, bytes, plain_bytes: plainBytes, is_written: await isWritten(folder, runId) }
    } catch (error) {
      throw toIoError(`the files of run ${runId} could not be looked at`, error)
    }
  }

  async function isWritten(folder: string, runId: string): Promise<boolean> {
    const kept = await readManifest(folder, runId)
    return kept !== null && isTerminal(kept.summary.status)
  }

  async function prune(runId: string, isNeeded = () => false): Promise<{ bytes: number } | null> {
    const folder = await requireWritten(runId)
    try {
      const { bytes } = await measureFiles(folder, (path) => !KEPT_FOR_GOOD.has(path))
      if (isNeeded()) return null
      await removeAllBut(folder, KEPT_FOR_GOOD, [JOURNAL_FILE, `${JOURNAL_FILE}${PACKED_ENDING}`])
      return { bytes }
    } catch (error) {
      throw toIoError(`the files of run ${runId} could not be pruned`, error)
    }
  }

  async function pack(runId: string): Promise<{ bytes: number; packed_bytes: number }> {
    const folder = await requireWritten(runId)
    try {
      return await packRun(folder, (path) => KEPT_FOR_GOOD.has(path))
    } catch (error) {
      throw toIoError(`the files of run ${runId} could not be packed`, error)
    }
  }

  async function requireWritten(runId: string): Promise<string> {
    const folder = await directories.get(runId)
    if (await isWritten(folder, runId)) return folder
    throw new ConflictError(`run ${runId} has no manifest yet: its files are all there is of it and are kept`)
  }

  async function discard(runId: string): Promise<void> {
    logsOfRuns.delete(runId)
    try {
      await directories.remove(runId)
    } catch (error) {
      throw toIoError(`the folder of run ${runId} could not be removed`, error)
    }
  }

  async function flush(): Promise<void> {
    await Promise.all([...logsOfRuns.values()].map((logs) => logs.flush()))
  }

  return { follow, finish, folder, decision, look, prune, pack, discard, manifest, flush }
}

function parseObject(bytes: Buffer | null): Record<string, unknown> | null {
  if (bytes === null) return null
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
