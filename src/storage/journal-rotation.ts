/**
 * Closing a journal segment, as a list of steps of which any may be the last before a crash:
 *
 *     write the next segment beside the present one ▸ pack the present one beside its place ▸
 *     give the archive its name ▸ give the next segment the journal's name
 *
 * Until the last step the present segment is untouched and holds every event, so whatever the others left behind is
 * removed (`removeLeftovers`) or, being a copy, ignored by readers.
 */
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createTempName,
  isTempName,
  openFile,
  READ,
  syncDirectory,
  writeSynced,
  type OpenFile,
} from './durable-files.ts'
import {
  createArchiveName,
  JOURNAL_FILE,
  listArchives,
  readChunks,
  readFirstSeq,
  readArchive,
} from './journal-segments.ts'
import { packFile } from './pack-file.ts'

export interface RotationStep {
  name: string
  run(): Promise<void>
}

export interface Rotation {
  steps: RotationStep[]
  /** Takes back what the steps made, as long as the last of them did not succeed. */
  undo(): Promise<void>
}

/** `firstLine` opens the next segment: a checkpoint, newline included. */
export async function planRotation(folder: string, firstLine: string, open: OpenFile): Promise<Rotation> {
  const number = ((await listArchives(folder)).at(-1)?.number ?? 0) + 1
  const journal = join(folder, JOURNAL_FILE)
  const archive = join(folder, createArchiveName(number))
  const nextTemp = join(folder, createTempName(JOURNAL_FILE))
  const archiveTemp = join(folder, createTempName(createArchiveName(number)))

  const steps: RotationStep[] = [
    {
      name: 'write the next segment',
      run: () => writeSynced(nextTemp, firstLine, { openFile: open }),
    },
    {
      name: 'pack the present segment',
      run: async () => void (await packFile(journal, archiveTemp, open)),
    },
    {
      name: 'keep the archive',
      run: async () => {
        await rename(archiveTemp, archive)
        await syncDirectory(folder)
      },
    },
    {
      name: 'switch to the next segment',
      run: async () => {
        await rename(nextTemp, journal)
        await syncDirectory(folder)
      },
    },
  ]
  const undo = async () => {
    for (const path of [nextTemp, archiveTemp, archive]) await rm(path, { force: true })
  }
  return { steps, undo }
}

/** Removes what an interrupted rotation, or any other unfinished write, left in a run's folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (isTempName(entry.name)) await rm(path, { force: true })
    if (!entry.isDirectory()) continue
    for (const name of await readdir(path)) if (isTempName(name)) await rm(join(path, name), { force: true })
  }
  const archive = (await listArchives(folder)).at(-1)
  if (!archive) return
  const archived = await readFirstSeq(readArchive(archive.path))
  const handle = await openFile(join(folder, JOURNAL_FILE), READ)
  try {
    const present = await readFirstSeq(readChunks(handle))
    if (archived === null || present === null || archived < present) return
  } finally {
    await handle.close()
  }
  await rm(archive.path)
  await syncDirectory(folder)
}
