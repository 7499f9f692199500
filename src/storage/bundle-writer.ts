/**
 * Writes a bundle as a stream: a file at a time is read, hashed and packed while it is sent, and `bundle.json` with all
 * hashes comes last. The same files give the same bytes but for `exported_at` and `exported_by`.
 */
import { Readable } from 'node:stream'
import { streamReadable } from '../core/stream-bytes.ts'
import { type Bundle, BUNDLE_FILE, type BundledFile } from './bundle-format.ts'
import { measureChunks } from './chunks.ts'

export interface BundleSource {
  /** Its path in the bundle. */
  path: string
  /** Asked when its turn comes. */
  open(): AsyncIterable<Uint8Array>
}

export interface BundleContents {
  /** `bundle.json` without what is known last. */
  head: Omit<Bundle, 'files'>
  sources: readonly BundleSource[]
  /** The time that the files are marked with. */
  at: Date
  /** Called once when the stream has ended, whichever way. */
  onClose(): void
}

/** A reader that stops early stops the reading of files too; a file that cannot be read breaks the stream off. */
export async function streamBundle(contents: BundleContents): Promise<ReadableStream<Uint8Array>> {
  const { ZipFile } = await import('yazl')
  const { head, sources, at, onClose } = contents
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  const files: BundledFile[] = []
  let current: Readable | null = null
  const options = { mtime: asLocal(at), mode: 0o100644, forceDosTimestamp: true }

  function add(path: string, open: () => AsyncIterable<Uint8Array>): void {
    zip.addReadStreamLazy(path, options, (pass) => {
      if (output.destroyed) return
      current = Readable.from(open(), { objectMode: false })
      current.once('error', (error) => output.destroy(error))
      pass(null, current)
    })
  }

  zip.on('error', (error: Error) => output.destroy(error))
  output.once('close', () => {
    current?.destroy()
    onClose()
  })
  for (const source of sources) add(source.path, () => measure(source, files))
  add(BUNDLE_FILE, async function* () {
    const bundle: Bundle = { ...head, files }
    yield Buffer.from(`${JSON.stringify(bundle, null, 2)}\n`)
  })
  zip.end()
  return streamReadable(output)
}

/** Passes a file on and lists it when it has ended. */
function measure({ path, open }: BundleSource, files: BundledFile[]): AsyncGenerator<Uint8Array> {
  return measureChunks(open(), (measured) => void files.push({ path, ...measured }))
}

/** A zip file has local times: one that reads there as the UTC time, whatever the zone of this machine. */
function asLocal(at: Date): Date {
  return new Date(
    ...([at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()] as const),
    ...([at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()] as const),
  )
}
