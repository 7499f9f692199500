/**
 * An upload on its way to a file, as it comes. It is given up as soon as the desk stops, and when nothing more of it
 * comes; what goes wrong with the upload is told apart from what goes wrong with the disk.
 */
import type { Clock } from '../core/clock.ts'
import { InputError } from '../core/errors.ts'
import { RefusedError } from '../core/http-error.ts'
import { untilAborted } from '../core/until-aborted.ts'
import { CREATE_NEW, openFile, writeFully } from './durable-files.ts'

/** How long an upload may stand still. */
export const UPLOAD_IDLE_MS = 30_000

export interface SpoolOptions {
  maxBytes: number
  clock: Clock
  /** Ends it at once, with the signal's reason. */
  signal: AbortSignal
}

/** Its length in bytes; the file need not outlive the process. Throws `RefusedError` for what is wrong with the upload. */
export async function spoolUpload(
  bytes: ReadableStream<Uint8Array>,
  path: string,
  { maxBytes, clock, signal }: SpoolOptions,
): Promise<number> {
  const reader = bytes.getReader()
  try {
    const handle = await openFile(path, CREATE_NEW, 0o600)
    try {
      let length = 0
      for (;;) {
        const chunk = await readInTime(reader, clock, signal)
        if (chunk === null) return length
        if (length + chunk.length > maxBytes)
          throw new RefusedError(413, `the bundle is larger than ${maxBytes} bytes`)
        await writeFully(handle, chunk, length)
        length += chunk.length
      }
    } finally {
      await handle.close()
    }
  } finally {
    // Not waited for: whoever sends may never answer.
    void reader.cancel().catch(() => undefined)
  }
}

/** Null at the end. */
async function readInTime(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const read = reader.read().catch((error: unknown) => {
    if (error instanceof InputError || error instanceof RefusedError) throw error
    throw new RefusedError(400, 'the upload was broken off before its end')
  })
  const over = new AbortController()
  const idle = clock.sleep(UPLOAD_IDLE_MS, over.signal).then((): never => {
    throw new RefusedError(408, `nothing more of the upload came for ${UPLOAD_IDLE_MS / 1_000} seconds`)
  })
  try {
    const { done, value } = await untilAborted(Promise.race([read, idle]), signal)
    return done ? null : value
  } finally {
    over.abort()
  }
}
