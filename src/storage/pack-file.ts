/** One file packed into another, and back: gzip on the zlib threads, a chunk at a time, synced when it resolves. */
import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { CREATE_NEW, openFile, READ, writeFully, type OpenFile } from './durable-files.ts'
import { readChunks, unpackChunks } from './journal-segments.ts'

/** Packs `from` into the new file `to`. Returns the hash of what was read. */
export async function packFile(from: string, to: string, open: OpenFile = openFile): Promise<string> {
  const hash = createHash('sha256')
  await convert(from, to, open, async (source, target) => {
    await pipeline(hashed(readChunks(source), hash), createGzip(), (packed: AsyncIterable<Buffer>) =>
      writeChunks(target, packed),
    )
  })
  return hash.digest('hex')
}

/** Unpacks `from` into the new file `to`. Throws where `from` is no whole gzip file. */
export function unpackFile(from: string, to: string, open: OpenFile = openFile): Promise<void> {
  return convert(from, to, open, (source, target) => writeChunks(target, unpackChunks(source)))
}

/** The hash of what a packed file holds. */
export async function hashUnpacked(path: string, open: OpenFile = openFile): Promise<string> {
  const hash = createHash('sha256')
  const handle = await open(path, READ)
  try {
    for await (const chunk of unpackChunks(handle)) hash.update(chunk)
  } finally {
    await handle.close()
  }
  return hash.digest('hex')
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

async function writeChunks(target: FileHandle, chunks: AsyncIterable<Buffer>): Promise<void> {
  let position = 0
  for await (const chunk of chunks) {
    await writeFully(target, chunk, position)
    position += chunk.length
  }
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}
