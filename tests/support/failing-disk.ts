/**
 * A disk that runs full or stops answering when told to: real files, but what is written to those whose name matches
 * goes only so far. Handed to storage in place of its way to open files.
 */
import { basename } from 'node:path'
import type { FileHandle } from 'node:fs/promises'
import { openFile, type OpenFile } from '../../src/storage/durable-files.ts'

export interface FailingDisk {
  openFile: OpenFile
  /** Bytes that may still be written; beyond them a write takes what fits, and the next one fails with ENOSPC. */
  room: number
  /** The most that one call takes, as a disk may. */
  bytesPerWrite: number
  failSync: boolean
  /** Only claims to have synced, for tests that are about something else. */
  skipSync: boolean
  failTruncate: boolean
  /** How often data was forced to the disk. */
  syncs: number
  writes: number
}

export function createFailingDisk(names = /./): FailingDisk {
  const disk: FailingDisk = {
    room: Infinity,
    bytesPerWrite: Infinity,
    failSync: false,
    skipSync: false,
    failTruncate: false,
    syncs: 0,
    writes: 0,
    async openFile(path, flags, mode) {
      const handle = await openFile(path, flags, mode)
      return names.test(basename(path)) ? watch(handle, disk) : handle
    },
  }
  return disk
}

function watch(handle: FileHandle, disk: FailingDisk): FileHandle {
  const overrides: Record<string, unknown> = {
    async write(bytes: Uint8Array, offset: number, length: number, position: number) {
      disk.writes += 1
      const taken = Math.min(length, disk.room, disk.bytesPerWrite)
      if (taken <= 0)
        throw Object.assign(new Error('ENOSPC: no space left, write /some/path'), { code: 'ENOSPC' })
      disk.room -= taken
      return handle.write(bytes, offset, taken, position)
    },
    datasync: () => sync(() => handle.datasync()),
    sync: () => sync(() => handle.sync()),
    async truncate(length: number) {
      if (disk.failTruncate) throw Object.assign(new Error('EIO: truncate /some/path'), { code: 'EIO' })
      return handle.truncate(length)
    },
  }
  async function sync(real: () => Promise<void>): Promise<void> {
    disk.syncs += 1
    if (disk.failSync) throw Object.assign(new Error('EIO: fdatasync /some/path'), { code: 'EIO' })
    if (!disk.skipSync) await real()
  }
  return new Proxy(handle, {
    get(target, key) {
      if (typeof key === 'string' && key in overrides) return overrides[key]
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
    },
  })
}
