/** The file-backed ports over a temporary results directory, to be opened again as a new process would. */
import { join } from 'node:path'
import type { Artifacts, JournalStore } from '../../src/runs/ports.ts'
import { createArtifacts } from '../../src/storage/artifacts.ts'
import type { OpenFile } from '../../src/storage/durable-files.ts'
import { createJournalStore } from '../../src/storage/journal-store.ts'
import { createResults, type StoredResults } from '../../src/storage/results.ts'
import { createRunDirectories, type RunDirectories } from '../../src/storage/run-directories.ts'
import { createTempDir } from './temp-dir.ts'

export interface FileStorage {
  directories: RunDirectories
  journals: JournalStore
  artifacts: Artifacts
  results: StoredResults
  warnings: string[]
}

export interface FilePlace {
  dir: string
  resultsDir: string
  dataDir: string
  open(options?: { openFile?: OpenFile }): FileStorage
}

export async function createFilePlace(): Promise<FilePlace> {
  const dir = await createTempDir('storage')
  const resultsDir = join(dir, 'results')
  const dataDir = join(dir, 'data')
  return { dir, resultsDir, dataDir, open: (options) => openFileStorage(resultsDir, options) }
}

function openFileStorage(resultsDir: string, { openFile }: { openFile?: OpenFile } = {}): FileStorage {
  const warnings: string[] = []
  const log = { warn: (message: string) => void warnings.push(message) }
  const directories = createRunDirectories(resultsDir)
  const journals = createJournalStore({ directories, log, openFile })
  const artifacts = createArtifacts({ directories, openFile })
  return {
    directories,
    journals,
    artifacts,
    results: createResults({ directories, journals, log }),
    warnings,
  }
}
