/**
 * `JournalStore` over files: one folder a run, `RUN_ID` as its marker, `journal.ndjson` with the present segment, packed
 * once the run has long ended. A folder whose marker stands has (or had, before it was pruned) a journal, for the
 * journal is made first.
 */
import { join } from 'node:path'
import { ConflictError, NotFoundError } from '../core/errors.ts'
import type { RunEvent } from '../runs/event.ts'
import type { Journal, JournalStore, OpenedJournal } from '../runs/ports.ts'
import { CREATE_NEW, codeOf, openFile as openPlainFile, toIoError, type OpenFile } from './durable-files.ts'
import { createJournalFile } from './journal-file.ts'
import { readJournal } from './journal-reader.ts'
import { readPresent, recoverJournal } from './journal-recovery.ts'
import { JOURNAL_FILE } from './journal-segments.ts'
import type { RunDirectories } from './run-directories.ts'
import { openEither } from './run-files.ts'
import type { StorageLog } from './storage-log.ts'

export interface JournalStoreOptions {
  directories: RunDirectories
  log: StorageLog
  openFile?: OpenFile
}

export function createJournalStore({
  directories,
  log,
  openFile = openPlainFile,
}: JournalStoreOptions): JournalStore {
  const written = new Set<string>()

  async function create({ run_id: runId }: { run_id: string }): Promise<Journal> {
    const folder = await directories.create(runId, async (path) => {
      const empty = await openFile(join(path, JOURNAL_FILE), CREATE_NEW)
      try {
        await empty.sync()
      } finally {
        await empty.close()
      }
    })
    return (await openForWriting(runId, folder)).journal
  }

  async function open(runId: string): Promise<OpenedJournal> {
    return openForWriting(runId, await directories.get(runId))
  }

  async function openForWriting(runId: string, folder: string): Promise<OpenedJournal> {
    if (written.has(runId)) throw new ConflictError(`the journal of run ${runId} is open already`)
    written.add(runId)
    try {
      const { events, damage, ...file } = await recoverJournal(folder, openFile)
      if (damage)
        log.warn(
          `run ${runId}: ${damage.file}, line ${damage.line}: ${damage.reason}; the file was set apart`,
        )
      const onClose = () => void written.delete(runId)
      return { journal: createJournalFile({ runId, folder, openFile, onClose, ...file }), events, damage }
    } catch (error) {
      written.delete(runId)
      throw explain(runId, error)
    }
  }

  async function exists(runId: string): Promise<boolean> {
    return (await directories.find(runId)) !== null
  }

  async function* read(runId: string, after = 0): AsyncGenerator<RunEvent> {
    const folder = await directories.get(runId)
    try {
      yield* readJournal(folder, after, openFile)
    } catch (error) {
      throw explain(runId, error)
    }
  }

  async function readCurrent(runId: string) {
    const folder = await directories.get(runId)
    try {
      const present = await openEither(join(folder, JOURNAL_FILE), openFile)
      try {
        const { events, damage } = await readPresent(folder, present)
        return { events, damage }
      } finally {
        await present.handle.close()
      }
    } catch (error) {
      throw explain(runId, error)
    }
  }

  return { create, exists, open, read, readCurrent }
}

function explain(runId: string, error: unknown): Error {
  if (codeOf(error) === 'ENOENT') {
    return new NotFoundError(`the files of run ${runId} were pruned; its decision may still be kept`)
  }
  return toIoError(`the journal of run ${runId} could not be read`, error)
}
