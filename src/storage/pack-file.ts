/** One file packed into another, and back: gzip on the zlib threads, a chunk at a time, synced when it resolves. */
import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { hashChunks, measureChunks, writeChunks } from './chunks.ts'
import { CREATE_NEW, openFile, READ, type OpenFile } from './durable-files.ts'
import { readChunks, unpackChunks } from './journal-segments.ts'

/** Packs `from` into the new file `to`. Returns the hash of what was read. */
export async function packFile(from: string, to: string, open: OpenFile = openFile): Promise<string> {
  let hash = ''
  await convert(from, to, open, async (source, target) => {
    const read = measureChunks(readChunks(source), ({ sha256 }) => (hash = sha256))
    await pipeline(read, createGzip(), (packed: AsyncIterable<Buffer>) => writeChunks(target, packed))
  })
  return hash
}

/** Unpacks `from` into the new file `to`. Throws where `from` is no whole gzip file. */
export function unpackFile(from: string, to: string, open: OpenFile = openFile): Promise<void> {
  return convert(from, to, open, (source, target) => writeChunks(target, unpackChunks(source)))
}

/** The hash of what a packed file holds. */
export async function hashUnpacked(path: string, open: OpenFile = openFile): Promise<string> {
  const handle = await open(path, READ)
  try {
    return (await hashChunks(unpackChunks(handle))).sha256
  } finally {
    await handle.close()
  }
}

async function convert(
  from: string,
  to: string,
  open: OpenFile,
  copy: (source: FileHandle, target: FileHandle) => Promise<void>,
): Promise<void> {
  const source = await open(from, READ)
  try {
    const target = await open(to, CREATE_NEW)
    try {
      await copy(source, target)
      await target.sync()
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}
