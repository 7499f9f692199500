/**
 * Which folder belongs to which run: `<TICKER>/<YYYY-MM-DD_HH.MM.SS>[_n]/`, told apart by the `RUN_ID` file inside.
 * Promises that no text reaches a path before it was checked as a run id, and that no folder outside the results
 * directory is ever named, links included.
 */
import { mkdir, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { ConflictError, NotFoundError } from '../core/errors.ts'
import { isRunId, isTicker, parseRunId } from '../core/ids.ts'
import {
  codeOf,
  makeDirectory,
  openFile,
  READ,
  syncDirectory,
  toIoError,
  writeDurably,
} from './durable-files.ts'

export const RUN_ID_FILE = 'RUN_ID'
/** What is found out about a position is nobody else's business on a shared machine. */
const PRIVATE = 0o700
const FOLDER = /^\d{4}-\d{2}-\d{2}_\d{2}\.\d{2}\.\d{2}(?:_(\d+))?$/
/** Of `YYYY-MM-DD_HH.MM.SS`. */
const STAMP_LENGTH = 19
/** More than a run id and its newline; what is longer is not ours. */
const RUN_ID_MAX_BYTES = 128

export interface RunFolder {
  runId: string
  path: string
}

export interface RunDirectories {
  /**
   * Makes and claims a new folder for a run, calls `fill` to put into it what must stand there first, and only then
   * marks it with `RUN_ID`: a folder with the marker is complete. Durable when it resolves. `ConflictError` where the
   * run exists.
   */
  create(runId: string, fill: (path: string) => Promise<void>): Promise<string>
  /**
   * Gives a complete folder, its marker included, the place of the run that it is of: one rename, so the run is there
   * whole or not at all. The folder must lie on the same disk. Durable when it resolves. `ConflictError` where the run
   * exists.
   */
  adopt(runId: string, folder: string): Promise<string>
  /** Removes what an `adopt` that was cut off had claimed and not yet filled. */
  dropUnfilled(runId: string): Promise<void>
  /** The folder of a run, or null. `InputError` for what is not a run id. */
  find(runId: string): Promise<string | null>
  /** As `find`, but `NotFoundError` where there is none. */
  get(runId: string): Promise<string>
  /**
   * Every folder with a marker, ticker by ticker, oldest first within one. `isWanted` is asked before the folders of
   * one ticker and one second are opened, and told how many they are.
   */
  list(isWanted?: (ticker: string, stamp: string, count: number) => boolean): AsyncGenerator<RunFolder>
  /** Removes a run's folder with all that is in it, the marker last: half of it is still known for what it is. */
  remove(runId: string): Promise<void>
}

export function createRunDirectories(resultsDir: string): RunDirectories {
  const root = resolve(resultsDir)
  const known = new Map<string, string>()
  const creating = new Set<string>()

  function create(runId: string, fill: (path: string) => Promise<void>): Promise<string> {
    return place(runId, async (path) => {
      await fill(path)
      await writeDurably(join(path, RUN_ID_FILE), `${runId}\n`)
    })
  }

  function adopt(runId: string, folder: string): Promise<string> {
    return place(runId, (path) => takePlace(folder, path))
  }

  async function dropUnfilled(runId: string): Promise<void> {
    const { ticker, stamp } = parseRunId(runId)
    const tickerDir = join(root, ticker)
    if ((await locate(root, tickerDir)) !== 'inside') return
    for (const name of await listFolders(tickerDir)) {
      const isOfStamp = name === stamp || name.startsWith(`${stamp}_`)
      // Fails for a folder that holds anything.
      if (isOfStamp) await rmdir(join(tickerDir, name)).catch(() => undefined)
    }
    await rmdir(tickerDir).catch(() => undefined)
  }

  /** Claims a folder, has it filled and marked, and knows it from then on; what fails leaves nothing. */
  async function place(runId: string, make: (path: string) => Promise<void>): Promise<string> {
    const { ticker, stamp } = parseRunId(runId)
    if (creating.has(runId)) throw exists(runId)
    creating.add(runId)
    try {
      if ((await find(runId)) !== null) throw exists(runId)
      const tickerDir = join(root, ticker)
      await makeDirectory(tickerDir, PRIVATE)
      if ((await locate(root, tickerDir)) !== 'inside') throw leadsOut(runId)
      const path = await claimName(tickerDir, stamp)
      try {
        await make(path)
        await syncDirectory(tickerDir)
      } catch (error) {
        await rm(path, { recursive: true, force: true })
        throw error
      }
      known.set(runId, path)
      return path
    } catch (error) {
      throw toIoError(`the folder of run ${runId} could not be made`, error)
    } finally {
      creating.delete(runId)
    }
  }

  async function find(runId: string): Promise<string | null> {
    const { ticker, stamp } = parseRunId(runId)
    const tickerDir = join(root, ticker)
    const place = await locate(root, tickerDir)
    if (place === 'missing') return null
    if (place === 'outside') throw leadsOut(runId)
    const first = known.get(runId) ?? join(tickerDir, stamp)
    if (await isMarked(first, runId)) return first
    known.delete(runId)
    for (const name of await listFolders(tickerDir)) {
      const path = join(tickerDir, name)
      if (name.startsWith(`${stamp}_`) && (await isMarked(path, runId))) return path
    }
    return null
  }

  async function isMarked(path: string, runId: string): Promise<boolean> {
    const place = await locate(root, path)
    if (place === 'outside') throw leadsOut(runId)
    if (place === 'missing' || (await readMarker(path)) !== runId) return false
    known.set(runId, path)
    return true
  }

  async function* list(
    isWanted: (ticker: string, stamp: string, count: number) => boolean = () => true,
  ): AsyncGenerator<RunFolder> {
    for (const ticker of (await listNames(root)).filter(isTicker).sort()) {
      const tickerDir = join(root, ticker)
      if ((await locate(root, tickerDir)) !== 'inside') continue
      const groups = new Map<string, string[]>()
      for (const name of await listFolders(tickerDir)) {
        const stamp = name.slice(0, STAMP_LENGTH)
        const group = groups.get(stamp)
        if (group) group.push(name)
        else groups.set(stamp, [name])
      }
      for (const [stamp, names] of groups) {
        if (!isWanted(ticker, stamp, names.length)) continue
        for (const name of names) {
          const path = join(tickerDir, name)
          if ((await locate(root, path)) !== 'inside') continue
          const runId = await readMarker(path)
          if (runId === null || parseRunId(runId).ticker !== ticker) continue
          known.set(runId, path)
          yield { runId, path }
        }
      }
    }
  }

  async function get(runId: string): Promise<string> {
    const path = await find(runId)
    if (path === null) throw new NotFoundError(`there is no run ${runId}`)
    return path
  }

  async function remove(runId: string): Promise<void> {
    const path = await find(runId)
    if (path === null) return
    known.delete(runId)
    for (const name of await readdir(path)) {
      if (name !== RUN_ID_FILE) await rm(join(path, name), { recursive: true, force: true })
    }
    await rm(path, { recursive: true, force: true })
    await syncDirectory(dirname(path))
  }

  return { create, adopt, dropUnfilled, find, get, list, remove }
}

/** `stamp`, or `stamp_2`, `stamp_3`, … : whichever `mkdir` is first to make. */
async function claimName(tickerDir: string, stamp: string): Promise<string> {
  for (let n = 1; ; n += 1) {
    const path = join(tickerDir, n === 1 ? stamp : `${stamp}_${n}`)
    try {
      await mkdir(path)
      return path
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}

/** Puts `folder` where the empty folder `path` is. */
async function takePlace(folder: string, path: string): Promise<void> {
  try {
    await rename(folder, path)
  } catch (error) {
    // Where a folder cannot take the name of another, however empty.
    if (!['EPERM', 'EACCES', 'EEXIST', 'ENOTEMPTY'].includes(codeOf(error) ?? '')) throw error
    await rmdir(path)
    await rename(folder, path)
  }
}

/** The run id a folder is marked with, or null where there is no readable marker. */
async function readMarker(folder: string): Promise<string | null> {
  let handle
  try {
    handle = await openFile(join(folder, RUN_ID_FILE), READ)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(RUN_ID_MAX_BYTES), 0, RUN_ID_MAX_BYTES, 0)
    const text = buffer.toString('utf8', 0, bytesRead).trim()
    return isRunId(text) ? text : null
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR'].includes(codeOf(error) ?? '')) return null
    throw toIoError('a run folder could not be read', error)
  } finally {
    await handle?.close()
  }
}

/** Folder names of a ticker in the order in which they were made: by stamp, then by number. */
async function listFolders(tickerDir: string): Promise<string[]> {
  const parsed = (await listNames(tickerDir)).flatMap((name) => {
    const match = FOLDER.exec(name)
    return match ? [{ name, stamp: name.slice(0, STAMP_LENGTH), n: Number(match[1] ?? 1) }] : []
  })
  parsed.sort((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : a.n - b.n))
  return parsed.map(({ name }) => name)
}

async function listNames(path: string): Promise<string[]> {
  try {
    return await readdir(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return []
    throw toIoError('the results directory could not be listed', error)
  }
}

/** Whether `path`, with every link followed, lies within `root`, with every link followed. */
async function locate(root: string, path: string): Promise<'inside' | 'outside' | 'missing'> {
  try {
    const [realRoot, realPath] = await Promise.all([realpath(root), realpath(path)])
    return realPath.startsWith(realRoot.endsWith(sep) ? realRoot : `${realRoot}${sep}`) ? 'inside' : 'outside'
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return 'missing'
    throw toIoError('the results directory could not be read', error)
  }
}

function exists(runId: string): ConflictError {
  return new ConflictError(`run ${runId} exists already`)
}

function leadsOut(runId: string): NotFoundError {
  return new NotFoundError(`the folder of run ${runId} lies outside the results directory and is refused`)
}
