/**
 * The files of a run by the names they had when it ended, whether they are packed by now or not: `reports/bull.md` is
 * read from `reports/bull.md`, or unpacked from `reports/bull.md.gz`. Where a crash left both, the plain one counts: it
 * is removed last. Closed segments of the journal are archives from the start and go by their own names. Changes
 * nothing.
 */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError, quote } from '../core/errors.ts'
import { createTurns } from '../core/turns.ts'
import { codeOf, isTempName, openFile, READ, refuseLink, type OpenFile } from './durable-files.ts'
import { isArchiveName, readChunks, unpackChunks } from './journal-segments.ts'
import { RUN_ID_FILE } from './run-directories.ts'

export const MANIFEST_FILE = 'manifest.json'
export const PACKED_ENDING = '.gz'

export interface RunFile {
  /** As a manifest lists it: relative to the run's folder, with forward slashes, without the ending of a packed file. */
  path: string
  isPacked: boolean
}

/** Every file of a run but its marker and its manifest, in the order of their paths. */
export async function listRunFiles(folder: string): Promise<RunFile[]> {
  const files = new Map<string, RunFile>()
  for (const stored of await listStored(folder)) {
    const isPacked = isPackedName(stored)
    const path = isPacked ? stored.slice(0, -PACKED_ENDING.length) : stored
    if (path === MANIFEST_FILE || path === RUN_ID_FILE) continue
    if (!isPacked || !files.has(path)) files.set(path, { path, isPacked })
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * The unpacked bytes of a file, a chunk at a time. Follows no link. Throws `InputError` for a path that could lead out of
 * the folder, ENOENT where there is no such file, and what zlib says of one that cannot be unpacked.
 */
export async function* openRunFile(
  folder: string,
  path: string,
  open: OpenFile = openFile,
): AsyncGenerator<Buffer> {
  const { handle, isPacked } = await openEither(join(folder, await parseFilePath(folder, path)), open)
  try {
    yield* isPacked ? unpackChunks(handle) : readChunks(handle)
  } finally {
    await handle.close()
  }
}

/** All of it; `see` is shown every chunk as it is read. A large one is joined with turns for others in between. */
export async function readRunFile(
  folder: string,
  path: string,
  see?: (chunk: Uint8Array) => void,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of openRunFile(folder, path)) {
    see?.(chunk)
    chunks.push(chunk)
    length += chunk.length
  }
  const joined = Buffer.alloc(length)
  const turn = createTurns()
  let at = 0
  for (const chunk of chunks) {
    joined.set(chunk, at)
    at += chunk.length
    await turn()
  }
  return joined
}

/** The file at `path`, or the packed one beside it. Throws ENOENT where there is neither. */
export async function openEither(path: string, open: OpenFile = openFile) {
  const openAs = async (isPacked: boolean) => {
    try {
      return { handle: await open(isPacked ? `${path}${PACKED_ENDING}` : path, READ), isPacked }
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    }
  }
  // The packed file takes its name before the plain one loses its own, and the plain one before the packed one loses
  // its own: looked for in this order, one is found in either case.
  const found = (await openAs(false)) ?? (await openAs(true))
  return found ?? { handle: await open(path, READ), isPacked: false }
}

/** Whether a stored file holds another one packed. An archive of the journal does not: it is a file of its own. */
function isPackedName(name: string): boolean {
  return name.endsWith(PACKED_ENDING) && !isArchiveName(basename(name))
}

/** Whether a stored file is neither packed nor, as an archive of the journal, packed from the start. */
export function isPlainName(name: string): boolean {
  return !name.endsWith(PACKED_ENDING)
}

/** Paths of the files as they are stored, of this folder and those right below it. Unfinished writes are left out. */
export async function listStored(folder: string): Promise<string[]> {
  const found: string[] = []
  const list = async (under: string): Promise<void> => {
    for (const entry of await readdir(join(folder, under), { withFileTypes: true })) {
      const path = under === '' ? entry.name : `${under}/${entry.name}`
      if (entry.isDirectory()) await list(path)
      else if (entry.isFile() && !isTempName(entry.name)) found.push(path)
    }
  }
  await list('')
  return found.sort()
}

/** The path as it was given. No part of it may lead elsewhere, be it by its name or by a link. */
async function parseFilePath(folder: string, path: string): Promise<string> {
  const parts = path.split('/')
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part))
  if (!isPlain) throw new InputError('path', `path ${quote(path)} is not the path of a file of a run`)
  for (let above = dirname(path); above !== '.'; above = dirname(above)) await refuseLink(join(folder, above))
  return path
}
