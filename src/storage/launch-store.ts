/**
 * `LaunchStore` over files: `launches/<batch_id>.json` in the data directory, one checksummed line each. A launch is
 * there whole or not at all, also across a power cut. A record that cannot be trusted is set apart and touches no other.
 */
import { readdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { InputError, quote } from '../core/errors.ts'
import { isBatchId, isRunId } from '../core/ids.ts'
import { decodeLine, encodeLine } from '../core/ndjson.ts'
import type { LaunchRecord, LaunchStore } from '../runs/ports.ts'
import {
  codeOf,
  isTempName,
  makeDirectory,
  readOptional,
  syncDirectory,
  toIoError,
  writeDurably,
  type OpenFile,
} from './durable-files.ts'
import type { StorageLog } from './storage-log.ts'

const SUFFIX = '.json'

export interface LaunchStoreOptions {
  dataDir: string
  log: StorageLog
  openFile?: OpenFile
}

export function createLaunchStore({ dataDir, log, openFile }: LaunchStoreOptions): LaunchStore {
  const folder = join(resolve(dataDir), 'launches')
  let queue: Promise<unknown> = Promise.resolve()

  /** One thing at a time, so that `list` never takes the file of a record being written for a leftover. */
  function inTurn<T>(action: string, job: () => Promise<T>): Promise<T> {
    const done = queue.then(job).catch((error: unknown) => {
      throw toIoError(action, error)
    })
    queue = done.catch(() => undefined)
    return done
  }

  async function record(launch: LaunchRecord): Promise<void> {
    const path = pathOf(launch.batch_id)
    const line = encodeLine(launch)
    await inTurn(`launch ${launch.batch_id} could not be recorded`, async () => {
      await makeDirectory(folder, 0o700)
      await writeDurably(path, line, { openFile })
    })
  }

  function list(): Promise<LaunchRecord[]> {
    return inTurn('the launches could not be listed', async () => {
      const records: LaunchRecord[] = []
      for (const name of (await listNames(folder)).sort()) {
        if (isTempName(name)) await rm(join(folder, name), { force: true })
        if (!name.endsWith(SUFFIX) || !isBatchId(name.slice(0, -SUFFIX.length))) continue
        const read = await readRecord(folder, name)
        if ('record' in read) records.push(read.record)
        else await setApart(name, read.reason)
      }
      return records
    })
  }

  async function setApart(name: string, reason: string): Promise<void> {
    await rename(join(folder, name), join(folder, `${name}.damaged`))
    await syncDirectory(folder)
    log.warn(`launch record ${name}: ${reason}; it was set apart as ${name}.damaged`)
  }

  async function settle(batchId: string): Promise<void> {
    const path = pathOf(batchId)
    await inTurn(`launch ${batchId} could not be settled`, async () => {
      try {
        await rm(path)
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return
        throw error
      }
      await syncDirectory(folder)
    })
  }

  function pathOf(batchId: string): string {
    if (!isBatchId(batchId)) throw new InputError('batch_id', `batch_id ${quote(batchId)} is not a batch id`)
    return join(folder, `${batchId}${SUFFIX}`)
  }

  return { record, list, settle }
}

async function readRecord(
  folder: string,
  name: string,
): Promise<{ record: LaunchRecord } | { reason: string }> {
  let bytes: Buffer | null
  try {
    bytes = await readOptional(join(folder, name))
  } catch (error) {
    if (!['ELOOP', 'EISDIR'].includes(codeOf(error) ?? '')) throw error
    return { reason: 'not a file' }
  }
  const decoded = decodeLine((bytes?.toString('utf8') ?? '').replace(/\n$/, ''))
  if (!decoded.ok) return { reason: decoded.reason }
  const value = decoded.value as unknown as LaunchRecord
  const isRecord =
    value.batch_id === name.slice(0, -SUFFIX.length) &&
    Array.isArray(value.runs) &&
    value.runs.every((run) => typeof run === 'object' && run !== null && isRunId(String(run.run_id)))
  return isRecord ? { record: value } : { reason: 'not the record of this launch' }
}

async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
