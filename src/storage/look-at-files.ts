/**
 * What there is of a run's files, found out by looking into its folder: with a plain journal they are whole, with a
 * packed one packed, and without any they were pruned, for pruning takes the journal last.
 */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { toIso } from '../core/clock.ts'
import type { FilesState } from '../runs/summary.ts'
import { codeOf, sizeOf } from './durable-files.ts'
import { JOURNAL_FILE } from './journal-segments.ts'
import { isPlainName, listStored, PACKED_ENDING } from './run-files.ts'

export type FoundFiles = Pick<FilesState, 'state' | 'since'>

export async function lookAtFiles(folder: string): Promise<FoundFiles> {
  if (await changedAt(join(folder, JOURNAL_FILE))) return { state: 'whole', since: null }
  const packed = await changedAt(join(folder, `${JOURNAL_FILE}${PACKED_ENDING}`))
  if (packed) return { state: 'packed', since: packed }
  const left = await changedAt(folder)
  return left ? { state: 'pruned', since: left } : { state: 'gone', since: null }
}

/** Bytes of the files for which `isCounted` holds, and of those among them that are not packed. */
export async function measureFiles(
  folder: string,
  isCounted: (path: string) => boolean,
): Promise<{ bytes: number; plainBytes: number }> {
  const sum = { bytes: 0, plainBytes: 0 }
  for (const path of await listStored(folder)) {
    if (!isCounted(path)) continue
    const size = await sizeOf(join(folder, path))
    sum.bytes += size
    if (isPlainName(path)) sum.plainBytes += size
  }
  return sum
}

async function changedAt(path: string): Promise<string | null> {
  try {
    return toIso((await lstat(path)).mtimeMs)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
    throw error
  }
}
