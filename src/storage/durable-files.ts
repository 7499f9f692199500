/**
 * Files that survive a power cut: written beside their place, synced, renamed, and the folder synced as well. Leaves
 * to its callers what the bytes mean. Errors carry the system's code but never a path of the machine.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { StorageError } from '../core/errors.ts'

/** How files are opened. The seam at which a test hands in a disk that is full. */
export type OpenFile = (path: string, flags: number, mode?: number) => Promise<FileHandle>

/** Opens without following a link in the last part of the path, so that no file of ours can point elsewhere. */
export const openFile: OpenFile = (path, flags, mode = 0o666) => open(path, flags | NOFOLLOW, mode)

const NOFOLLOW = constants.O_NOFOLLOW ?? 0
export const READ = constants.O_RDONLY
export const READ_WRITE = constants.O_RDWR
export const CREATE_NEW = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL

/** Codes with which some systems answer an fsync of a directory; there a rename is as durable as it gets. */
const NO_DIRECTORY_SYNC = new Set(['EINVAL', 'EPERM', 'EISDIR', 'EACCES', 'ENOTSUP'])
const TEMP_NAME = /^\..+\.[0-9a-f]{12}\.tmp$/

/** The name of a temporary file for `name`, recognised by `isTempName` when a crash left it behind. */
export function createTempName(name: string): string {
  return `.${name}.${randomBytes(6).toString('hex')}.tmp`
}

export function isTempName(name: string): boolean {
  return TEMP_NAME.test(name)
}

export async function syncDirectory(path: string): Promise<void> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, constants.O_RDONLY)
    await handle.sync()
  } catch (error) {
    if (!NO_DIRECTORY_SYNC.has(codeOf(error) ?? '')) throw error
  } finally {
    await handle?.close()
  }
}

/**
 * Makes `path` and what is missing above it, each durable in its parent. Level by level: `mkdir` with `recursive` does
 * not come back from places that will not hold a folder (`/proc`).
 */
export async function makeDirectory(path: string, mode?: number): Promise<void> {
  const missing: string[] = []
  for (let at = resolve(path); !(await isThere(at)); at = dirname(at)) missing.unshift(at)
  for (const folder of missing) {
    await mkdir(folder, mode).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
    await syncDirectory(dirname(folder))
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** The folder `name` in `parent`, made where it is missing. Refuses a link standing in its place. */
export async function makeOwnFolder(parent: string, name: string): Promise<string> {
  const path = join(parent, name)
  try {
    await mkdir(path)
    await syncDirectory(parent)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    await refuseLink(path)
  }
  return path
}

/** Throws `ELOOP` where a link stands at `path`, `ENOENT` where nothing does. */
export async function refuseLink(path: string): Promise<void> {
  if ((await lstat(path)).isSymbolicLink()) throw Object.assign(new Error('a link'), { code: 'ELOOP' })
}

/** Writes all of `bytes` at `position`, however many calls that takes. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    if (bytesWritten === 0) throw Object.assign(new Error('the disk took no bytes'), { code: 'EIO' })
    done += bytesWritten
  }
}

export interface WriteOptions {
  mode?: number
  openFile?: OpenFile
}

/** Puts `bytes` at `path`, whole or not at all, durable when it resolves. Replaces what is there. */
export async function writeDurably(
  path: string,
  bytes: Uint8Array | string | readonly Uint8Array[],
  options: WriteOptions = {},
): Promise<void> {
  const temp = join(dirname(path), createTempName(basename(path)))
  try {
    await writeSynced(temp, bytes, options)
    await rename(temp, path)
  } catch (error) {
    await rm(temp, { force: true })
    throw error
  }
  await syncDirectory(dirname(path))
}

/** Writes a new file, all of `bytes` one after the other, and syncs it; durable once its folder is synced too. */
export async function writeSynced(
  path: string,
  bytes: Uint8Array | string | readonly Uint8Array[],
  options: WriteOptions = {},
): Promise<void> {
  const handle = await (options.openFile ?? openFile)(path, CREATE_NEW, options.mode)
  try {
    let position = 0
    for (const part of typeof bytes === 'string' ? [Buffer.from(bytes)] : [bytes].flat()) {
      await writeFully(handle, part, position)
      position += part.length
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The bytes of a file, or null where there is none. Follows no link. */
export async function readOptional(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path, { flag: constants.O_RDONLY | NOFOLLOW })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Bytes of a file; 0 for one that went meanwhile. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0
    throw error
  }
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return typeof code === 'string' ? code : undefined
}

const MEANINGS: Record<string, string> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  EMFILE: 'too many open files',
  EIO: 'the disk reports an error',
  ELOOP: 'a link stands where a file is expected',
  ENOENT: 'the file is gone',
}

/** An error that says what could not be done and why, without the path the system put into its own message. */
export function toIoError(action: string, error: unknown): Error {
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error ? error : new Error(String(error))
  const meaning = MEANINGS[code] ? `${MEANINGS[code]} (${code})` : code
  return new StorageError(`${action}: ${meaning}`, code, { cause: error })
}
