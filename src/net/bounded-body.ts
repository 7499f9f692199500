/**
 * Reads a body whole, up to a bound that counts what comes out of decompression: a small answer that unpacks into a
 * large one is stopped where it passes the bound, without ever holding more. What arrives on the wire is bounded too.
 */
import { Buffer } from 'node:buffer'
import type { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip } from 'node:zlib'

/** What is offered to servers; nothing else is unpacked. */
export const ACCEPTED_ENCODINGS = 'gzip, br'

/** The answer is larger than allowed. */
export class OversizeError extends Error {
  override name = 'OversizeError'
}

/** The answer is packed in a way that was not offered. */
export class EncodingError extends Error {
  override name = 'EncodingError'
}

/** Whatever it throws, the stream is destroyed. */
export async function readBoundedBody(
  body: Readable,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let wireBytes = 0
  let bytes = 0

  async function* countWire(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of source) {
      wireBytes += chunk.byteLength
      if (wireBytes > maxBytes) throw new OversizeError()
      yield chunk
    }
  }

  async function collect(source: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of source) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) throw new OversizeError()
      chunks.push(chunk)
    }
  }

  try {
    const unpack = createUnpacker(encoding)
    await (unpack ? pipeline(body, countWire, unpack, collect) : pipeline(body, collect))
  } catch (error) {
    body.on('error', () => {}).destroy()
    // An answer without a body may still say how it would have been packed.
    if (wireBytes === 0 && isUnexpectedEnd(error)) return Buffer.alloc(0)
    throw error
  }
  return Buffer.concat(chunks)
}

function createUnpacker(encoding: string | undefined): Transform | null {
  switch ((encoding ?? '').trim().toLowerCase()) {
    case '':
    case 'identity':
      return null
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'br':
      return createBrotliDecompress()
    default:
      throw new EncodingError()
  }
}

function isUnexpectedEnd(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'Z_BUF_ERROR'
}
