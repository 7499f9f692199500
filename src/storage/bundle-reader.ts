/**
 * Unpacks the zip file of a bundle into a folder of its own. Promises that nothing is written outside of it and no more
 * than the limits allow, that every entry is looked at before the first is unpacked, and that in the end exactly the
 * files stand there that `bundle.json` lists, each of its size and hash. What is wrong is an `InputError` that names the
 * entry. What the files mean is left to `bundle-import.ts`.
 */
import { mkdir, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import type { Entry, RandomAccessReader as Reader, ZipFile } from 'yauzl'
import { InputError, messageOf, quote } from '../core/errors.ts'
import { refuseBundle } from '../runs/bundle-upload.ts'
import {
  type Bundle,
  BUNDLE_FILE,
  type BundledFile,
  type BundleLimits,
  bundleSchema,
  isBundledPath,
  MAX_LISTING_BYTES,
} from './bundle-format.ts'
import { measureChunks, writeChunks } from './chunks.ts'
import { codeOf, CREATE_NEW, openFile, READ } from './durable-files.ts'

const CHUNK_BYTES = 64 * 1_024
const STORED = 0
const DEFLATED = 8
/** Bits of an entry's flags that say it is encrypted, in one way or another. */
const ENCRYPTED = 0x1 | 0x40 | 0x2000
const FILE_TYPE = 0o170000
const PLAIN_FILE = 0o100000

/** `folder` must not exist or be empty. */
export async function unpackBundle(zipPath: string, folder: string, limits: BundleLimits): Promise<Bundle> {
  const handle = await openFile(zipPath, READ)
  try {
    const zip = await openZip(handle)
    const entries = await readEntries(zip, limits)
    const bundle = await readListing(zip, entries)
    const listed = matchListing(bundle, entries)
    for (const [file, entry] of listed) await unpackFile(zip, entry, file, folder)
    return bundle
  } finally {
    await handle.close()
  }
}

/** The handle stays its caller's to close. */
async function openZip(handle: FileHandle): Promise<ZipFile> {
  const { fromRandomAccessReaderPromise, RandomAccessReader } = await import('yauzl')
  const { size } = await handle.stat()

  /**
   * A forged zip file may name places that no file can have. Asked for by a promise, that is an error like any other; asked
   * as the package would by itself, it is thrown where nobody can catch it.
   */
  class PatientReader extends RandomAccessReader {
    override read(...[buffer, offset, length, position, done]: Parameters<Reader['read']>): void {
      readWithin(buffer, offset, length, position).then(
        () => done(null),
        (error: Error) => done(error),
      )
    }
    override _readStreamForRange(start: number, end: number): Readable {
      return Readable.from(readRange(start, end), { objectMode: false })
    }
  }

  async function readWithin(buffer: Buffer, offset: number, length: number, position: number): Promise<void> {
    for (let done = 0; done < length;) {
      const { bytesRead } = await handle.read(buffer, offset + done, length - done, position + done)
      if (bytesRead === 0) throw new Error('it ends too early')
      done += bytesRead
    }
  }

  async function* readRange(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end; at += CHUNK_BYTES) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at))
      await readWithin(chunk, 0, chunk.length, at)
      yield chunk
    }
  }

  try {
    const options = { strictFileNames: true, validateEntrySizes: true, autoClose: false }
    return await fromRandomAccessReaderPromise(new PatientReader(), size, options)
  } catch (error) {
    throw asRefusal('it is no zip file that can be read', error)
  }
}

/** Every entry by its name, each fit to be unpacked. */
async function readEntries(zip: ZipFile, limits: BundleLimits): Promise<Map<string, Entry>> {
  if (zip.entryCount > limits.maxEntries)
    throw refuseBundle(`it has ${zip.entryCount} entries; at most ${limits.maxEntries}`)
  const entries = new Map<string, Entry>()
  const folded = new Map<string, string>()
  let unpacked = 0
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName
      checkEntry(entry, limits)
      const twin = folded.get(name.toLowerCase())
      if (twin === name) throw refuseBundle(`entry ${quote(name)} stands in it twice`)
      if (twin !== undefined)
        throw refuseBundle(`entries ${quote(twin)} and ${quote(name)} differ in upper and lower case only`)
      unpacked += entry.uncompressedSize
      if (unpacked > limits.maxUnpackedBytes)
        throw refuseBundle(
          `entry ${quote(name)} makes it larger than ${limits.maxUnpackedBytes} bytes unpacked`,
        )
      folded.set(name.toLowerCase(), name)
      entries.set(name, entry)
    }
    await checkPlaces(zip, entries)
  } catch (error) {
    throw asRefusal('its list of entries cannot be read', error)
  }
  return entries
}

function checkEntry(entry: Entry, limits: BundleLimits): void {
  const { fileName: name, uncompressedSize: size, compressedSize: packed } = entry
  const refuse = (reason: string) => refuseBundle(`entry ${quote(name, 120)} ${reason}`)
  if (name !== BUNDLE_FILE && !isBundledPath(name)) throw refuse('is no file of a run')
  if ((entry.generalPurposeBitFlag & ENCRYPTED) !== 0) throw refuse('is encrypted')
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE
  if (type !== 0 && type !== PLAIN_FILE) throw refuse('is a link or another thing that is no plain file')
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    throw refuse(`is packed by method ${entry.compressionMethod}, which is not read`)
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(packed))
    throw refuse('says it has no possible size')
  if (size >= limits.ratioFromBytes && size > packed * limits.maxRatio)
    throw refuse(`would be unpacked to more than ${limits.maxRatio} times its size`)
}

/** Each entry has a place of its own in the file, and the same name there as in the list. */
async function checkPlaces(zip: ZipFile, entries: ReadonlyMap<string, Entry>): Promise<void> {
  const places: { name: string; start: number; end: number }[] = []
  for (const [name, entry] of entries) {
    const header = await zip.readLocalFileHeaderPromise(entry)
    if (!header.fileName.equals(entry.fileNameRaw))
      throw refuseBundle(
        `entry ${quote(name)} is called ${quote(header.fileName.toString('latin1'))} in another place of the zip file`,
      )
    places.push({
      name,
      start: entry.relativeOffsetOfLocalHeader,
      end: header.fileDataStart + entry.compressedSize,
    })
  }
  places.sort((a, b) => a.start - b.start)
  for (const [i, place] of places.entries()) {
    const next = places[i + 1]
    if (next && next.start < place.end)
      throw refuseBundle(`entries ${quote(place.name)} and ${quote(next.name)} overlap`)
  }
}

async function readListing(zip: ZipFile, entries: ReadonlyMap<string, Entry>): Promise<Bundle> {
  const entry = entries.get(BUNDLE_FILE)
  if (!entry) throw refuseBundle(`${BUNDLE_FILE} is missing`)
  if (entry.uncompressedSize > MAX_LISTING_BYTES)
    throw refuseBundle(`entry "${BUNDLE_FILE}" is larger than ${MAX_LISTING_BYTES} bytes`)
  const chunks: Uint8Array[] = []
  await readEntry(zip, entry, async (read) => {
    for await (const chunk of read) chunks.push(chunk)
  })
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    throw refuseBundle(`${BUNDLE_FILE} is not JSON`)
  }
  const parsed = bundleSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw refuseBundle(`${BUNDLE_FILE}: ${path.join('.') || 'it'}: ${message}`)
}

/** The files that are listed with their entries: nothing is missing, nothing is there besides. */
function matchListing(bundle: Bundle, entries: ReadonlyMap<string, Entry>): Map<BundledFile, Entry> {
  const rest = new Map(entries)
  rest.delete(BUNDLE_FILE)
  const matched = new Map<BundledFile, Entry>()
  for (const file of bundle.files) {
    const entry = rest.get(file.path)
    if (!entry) throw refuseBundle(`${BUNDLE_FILE} lists ${quote(file.path)}, which is not there`)
    if (!isBundledPath(file.path, bundle.files_state))
      throw refuseBundle(`${quote(file.path)} does not belong to the bundle of a pruned run`)
    if (entry.uncompressedSize !== file.bytes)
      throw refuseBundle(`entry ${quote(file.path)} is not of the size that ${BUNDLE_FILE} lists`)
    rest.delete(file.path)
    matched.set(file, entry)
  }
  const [extra] = rest.keys()
  if (extra !== undefined) throw refuseBundle(`entry ${quote(extra)} is not listed in ${BUNDLE_FILE}`)
  return matched
}

async function unpackFile(zip: ZipFile, entry: Entry, file: BundledFile, folder: string): Promise<void> {
  const path = join(folder, ...file.path.split('/'))
  // Synced all at once when the run is published.
  await mkdir(dirname(path), { recursive: true })
  const handle = await openFile(path, CREATE_NEW)
  let hash = ''
  try {
    await readEntry(zip, entry, (chunks) =>
      writeChunks(
        handle,
        measureChunks(chunks, ({ sha256 }) => (hash = sha256)),
      ),
    )
  } finally {
    await handle.close()
  }
  if (hash !== file.sha256)
    throw refuseBundle(`entry ${quote(file.path)} does not match its hash in ${BUNDLE_FILE}`)
}

/** `take` reads its unpacked bytes, at most as many as it says it has, to their end. */
async function readEntry(
  zip: ZipFile,
  entry: Entry,
  take: (chunks: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  let sum = 0
  let length = 0
  async function* summed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      sum = crc32(chunk, sum)
      length += chunk.length
      yield chunk
    }
  }
  try {
    const stream = await zip.openReadStreamPromise(entry)
    // A broken entry may fail more than once; the first time is what counts.
    stream.on('error', () => undefined)
    await pipeline(stream, summed, take)
  } catch (error) {
    throw asRefusal(`entry ${quote(entry.fileName)} cannot be unpacked`, error)
  }
  if (sum !== entry.crc32 || length !== entry.uncompressedSize)
    throw refuseBundle(`entry ${quote(entry.fileName)} does not match its checksum`)
}

/** What the zip file is to blame for; a fault of the disk stays one: its codes are those of the system. */
function asRefusal(what: string, error: unknown): unknown {
  if (error instanceof InputError) return error
  const isOurs = /^E(?!RR_)[A-Z0-9]+$/.test(codeOf(error) ?? '')
  return isOurs ? error : refuseBundle(`${what}: ${quote(messageOf(error), 160)}`)
}
