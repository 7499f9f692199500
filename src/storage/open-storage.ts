/**
 * Everything the runs ask of the disk, wired together over one data directory and one results directory. Does not claim
 * them: `claimOwnership` comes first, `close` before the ownership is given up.
 */
import type { Clock } from '../core/clock.ts'
import type { Artifacts, JournalStore, LaunchStore } from '../runs/ports.ts'
import { createArtifacts } from './artifacts.ts'
import { createBundles, type StoredBundles } from './bundles.ts'
import type { OpenFile } from './durable-files.ts'
import { createJournalStore } from './journal-store.ts'
import { createLaunchStore } from './launch-store.ts'
import { rebuildIndex, type RebuildOptions, type RebuildReport } from './rebuild-index.ts'
import { createResults, type StoredResults } from './results.ts'
import { createRunDirectories } from './run-directories.ts'
import { createRunIndex, type DebounceMs, type StoredRunIndex } from './run-index.ts'
import type { StorageLog } from './storage-log.ts'

export interface StorageOptions {
  dataDir: string
  resultsDir: string
  clock: Clock
  log: StorageLog
  /** How long changes of the index gather before they are written. */
  debounceMs?: DebounceMs
  openFile?: OpenFile
}

export interface Storage {
  journals: JournalStore
  artifacts: Artifacts
  bundles: StoredBundles
  launches: LaunchStore
  results: StoredResults
  index: StoredRunIndex
  /**
   * Puts into the index what the results directory knows better: in full, or only what is missing or not shown as ended
   * (after a start with `index.suspect`). `fold` puts a run that has no manifest, from its journal.
   */
  reindex(options: Pick<RebuildOptions, 'fold' | 'isFull' | 'signal'>): Promise<RebuildReport>
  /** Writes what is left behind. To be called after the last run has stopped. */
  close(): Promise<void>
}

export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { dataDir, resultsDir, clock, log, debounceMs, openFile } = options
  const directories = createRunDirectories(resultsDir)
  const journals = createJournalStore({ directories, log, openFile })
  const results = createResults({ directories, journals, log })
  const bundles = createBundles({ resultsDir, directories, journals, clock })
  await bundles.removeLeftovers()
  async function hasStoredRuns(): Promise<boolean> {
    for await (const _folder of directories.list()) return true
    return false
  }
  const index = await createRunIndex({ dataDir, clock, log, debounceMs, hasStoredRuns })
  return {
    journals,
    results,
    index,
    bundles,
    artifacts: createArtifacts({ directories, openFile }),
    launches: createLaunchStore({ dataDir, log, openFile }),
    reindex: (wanted) => rebuildIndex({ directories, index, log, now: () => clock.now(), ...wanted }),
    async close() {
      await results.flush().catch(() => undefined)
      await index.close()
    },
  }
}
