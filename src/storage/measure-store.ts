/**
 * How much room the desk takes on the disk, and how much is left. Looks at one file after the other and never at the
 * same time as somebody else asks, so that it may be asked while runs work, however many are stored.
 */
import type { Dirent } from 'node:fs'
import { opendir, statfs } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { toIso } from '../core/clock.ts'
import { codeOf, sizeOf, toIoError } from './durable-files.ts'

export interface StoreSize {
  /** When it was measured. */
  at: string
  results_bytes: number
  data_bytes: number
  /** Of the disk that the results are on; null where the system does not say. */
  free_bytes: number | null
  disk_bytes: number | null
}

export interface StoreSizeOptions {
  dataDir: string
  resultsDir: string
  clock: Clock
}

export function createStoreMeasure({
  dataDir,
  resultsDir,
  clock,
}: StoreSizeOptions): () => Promise<StoreSize> {
  let measuring: Promise<StoreSize> | null = null

  async function measure(): Promise<StoreSize> {
    const [data, results] = [resolve(dataDir), resolve(resultsDir)]
    try {
      return {
        results_bytes: await sumFolder(results),
        data_bytes: await sumFolder(data, results),
        ...(await measureDisk(results)),
        at: toIso(clock.now()),
      }
    } catch (error) {
      throw toIoError('the disk could not be measured', error)
    }
  }

  return () => (measuring ??= measure().finally(() => (measuring = null)))
}

/** Links are not followed, and `without` is left out where it lies inside. What goes meanwhile counts for nothing. */
async function sumFolder(folder: string, without?: string): Promise<number> {
  let sum = 0
  for (const entry of await listFolder(folder)) {
    const path = join(folder, entry.name)
    if (path === without) continue
    if (entry.isDirectory()) sum += await sumFolder(path, without)
    else if (entry.isFile()) sum += await sizeOf(path)
  }
  return sum
}

async function listFolder(folder: string): Promise<Dirent[]> {
  const entries: Dirent[] = []
  try {
    for await (const entry of await opendir(folder)) entries.push(entry)
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error) ?? '')) throw error
  }
  return entries
}

async function measureDisk(folder: string): Promise<Pick<StoreSize, 'free_bytes' | 'disk_bytes'>> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder)
    return { free_bytes: bavail * bsize, disk_bytes: blocks * bsize }
  } catch {
    return { free_bytes: null, disk_bytes: null }
  }
}
