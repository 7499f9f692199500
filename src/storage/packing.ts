/**
 * Packing the files of a run that has ended, as a list of steps of which any may be the last before a crash:
 *
 *     clear what an earlier try left ▸ pack each file beside its place and read it back ▸ make the names durable ▸
 *     remove the plain files, the journal last
 *
 * As long as a plain file stands it is the one that counts, so what an interrupted try leaves is a run that reads as
 * before and can be packed again. A run without a plain journal is packed: by then everything else is.
 */
import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createTempName, isTempName, syncDirectory, type OpenFile } from './durable-files.ts'
import { JOURNAL_FILE } from './journal-segments.ts'
import { hashUnpacked, packFile, unpackFile } from './pack-file.ts'
import { isPlainName, listStored, PACKED_ENDING } from './run-files.ts'

export interface PackingStep {
  name: string
  run(): Promise<void>
}

/** `isKept` says which files stay as they are. Nobody may write into the folder meanwhile; reading is fine. */
export async function planPacking(
  folder: string,
  isKept: (path: string) => boolean,
  open?: OpenFile,
): Promise<PackingStep[]> {
  const stored = await listStored(folder)
  const plain = stored.filter((path) => !isKept(path) && isPlainName(path))
  // While the journal stands the run is known as one that is not packed yet.
  plain.sort((a, b) => Number(a === JOURNAL_FILE) - Number(b === JOURNAL_FILE))
  const folders = [...new Set(plain.map((path) => join(folder, dirname(path))))]
  const syncAll = async () => {
    for (const path of folders) await syncDirectory(path)
  }
  return [
    { name: 'clear what an earlier try left', run: () => clearLeftovers(folders, plain, folder) },
    ...plain.map((path) => ({
      name: `pack ${path}`,
      run: () => packBeside(join(folder, path), open),
    })),
    { name: 'make the names of the packed files durable', run: syncAll },
    ...plain.map((path) => ({ name: `remove the plain ${path}`, run: () => rm(join(folder, path)) })),
    { name: 'make the removal durable', run: syncAll },
  ]
}

/** Goes through all steps. Returns the bytes of what was packed, before and after. */
export async function packRun(
  folder: string,
  isKept: (path: string) => boolean,
  open?: OpenFile,
): Promise<{ bytes: number; packed_bytes: number }> {
  const plain = (await listStored(folder)).filter((path) => !isKept(path) && isPlainName(path))
  const bytes = await sumSizes(plain.map((path) => join(folder, path)))
  for (const step of await planPacking(folder, isKept, open)) await step.run()
  return { bytes, packed_bytes: await sumSizes(plain.map((path) => join(folder, `${path}${PACKED_ENDING}`))) }
}

/**
 * Puts the plain journal of a packed run back in its place, for writing to it. The other files stay packed. Throws
 * ENOENT where there is no packed journal.
 */
export async function unpackJournal(folder: string, open?: OpenFile): Promise<void> {
  const path = join(folder, JOURNAL_FILE)
  const temp = join(folder, createTempName(JOURNAL_FILE))
  try {
    await unpackFile(`${path}${PACKED_ENDING}`, temp, open)
    await rename(temp, path)
  } catch (error) {
    await rm(temp, { force: true })
    throw error
  }
  await syncDirectory(folder)
  await rm(`${path}${PACKED_ENDING}`)
}

async function packBeside(path: string, open?: OpenFile): Promise<void> {
  const temp = join(dirname(path), createTempName(`${basename(path)}${PACKED_ENDING}`))
  try {
    const hash = await packFile(path, temp, open)
    // The plain file is the only other copy: it goes when this one is known to give the same.
    if ((await hashUnpacked(temp, open)) !== hash)
      throw Object.assign(new Error('a packed file does not unpack to what was packed'), { code: 'EIO' })
    await rename(temp, `${path}${PACKED_ENDING}`)
  } catch (error) {
    await rm(temp, { force: true })
    throw error
  }
}

async function clearLeftovers(
  folders: readonly string[],
  plain: readonly string[],
  folder: string,
): Promise<void> {
  for (const path of folders)
    for (const name of await readdir(path)) if (isTempName(name)) await rm(join(path, name), { force: true })
  for (const path of plain) await rm(join(folder, `${path}${PACKED_ENDING}`), { force: true })
}

async function sumSizes(paths: readonly string[]): Promise<number> {
  let sum = 0
  for (const path of paths) sum += (await lstat(path)).size
  return sum
}
