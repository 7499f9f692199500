/** Bytes that come a chunk at a time: written one after the other into a file, counted and hashed on the way. */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { writeFully } from './durable-files.ts'

export interface ChunkWriter {
  /** Bytes written so far. */
  readonly length: number
  /** One at a time: the next after this has resolved. */
  write(chunk: Uint8Array): Promise<void>
}

/** Writes from the beginning of the file, each chunk behind the last. Syncing and closing stay the caller's. */
export function createChunkWriter(handle: FileHandle): ChunkWriter {
  let length = 0
  return {
    get length() {
      return length
    },
    async write(chunk) {
      await writeFully(handle, chunk, length)
      length += chunk.length
    },
  }
}

export async function writeChunks(handle: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const writer = createChunkWriter(handle)
  for await (const chunk of chunks) await writer.write(chunk)
}

/** What chunks were when they had ended. */
export interface Measured {
  bytes: number
  /** In hexadecimal. */
  sha256: string
}

/** Passes chunks on as they are; `onEnd` is told of them after the last, and not of some that broke off. */
export async function* measureChunks<Chunk extends Uint8Array>(
  chunks: AsyncIterable<Chunk>,
  onEnd: (measured: Measured) => void,
): AsyncGenerator<Chunk> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    bytes += chunk.length
    yield chunk
  }
  onEnd({ bytes, sha256: hash.digest('hex') })
}

/** Reads them to the end. */
export async function hashChunks(chunks: AsyncIterable<Uint8Array>): Promise<Measured> {
  let measured: Measured | undefined
  const passed = measureChunks(chunks, (found) => (measured = found))
  while (!(await passed.next()).done);
  return measured!
}
