/**
 * What comes piece by piece, as a stream that whoever reads it may give up at any point. `Readable.toWeb` is not used for
 * that: a piece that was under way when its stream is canceled ends the process there.
 */
import type { Readable } from 'node:stream'

/**
 * Asks for a piece when one is wanted, one at a time. Given up, it calls `stop`, which is to end a piece that is waited
 * for, and ends `chunks`; what arrives after that is dropped.
 */
export function streamBytes(
  chunks: AsyncIterator<Uint8Array>,
  stop: () => unknown = () => undefined,
): ReadableStream<Uint8Array> {
  let isOver = false
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await chunks.next()
        if (isOver) return
        if (next.done) controller.close()
        else controller.enqueue(next.value)
      },
      async cancel() {
        isOver = true
        await stop()
        // Not waited for: it takes its turn after the piece that is under way, which may never come.
        void Promise.resolve(chunks.return?.()).catch(() => undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

/** The same of a stream of Node's, which is destroyed when it is given up. */
export function streamReadable(source: Readable): ReadableStream<Uint8Array> {
  // Whoever reads is told what went wrong; without a reader there is nobody to tell.
  source.on('error', () => undefined)
  return streamBytes(source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>, () => source.destroy())
}
