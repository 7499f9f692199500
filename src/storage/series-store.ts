/**
 * Bars that were brought in from files, `series/<sha256>.bars` in the data directory: a line of JSON with what is told of
 * them, then their columns. Named by the hash of the columns, which is checked whenever they are read. Knows nothing of
 * what the columns mean.
 */
import { readdir, rm, type FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { InputError, NotFoundError, quote } from '../core/errors.ts'
import { sha256InTurns, sha256Stream } from '../core/json.ts'
import { SLICE_BYTES } from '../core/turns.ts'
import {
  codeOf,
  makeDirectory,
  makeOwnFolder,
  openFile,
  READ,
  toIoError,
  writeDurably,
} from './durable-files.ts'

const FOLDER = 'series'
const HASH = /^[0-9a-f]{64}$/
const FILE = /^([0-9a-f]{64})\.bars$/
const NEWLINE = 10
/** What is told of a series is one line, as a rule within so many bytes; one longer than the most is none of ours. */
const USUAL_HEADER_BYTES = 8 * 1_024
const MAX_HEADER_BYTES = 256 * 1_024
/** Files open at once while all are listed. */
const LISTED_AT_ONCE = 8

export interface StoredSeries<Facts> {
  hash: string
  facts: Facts
}

export interface SeriesStore<Facts> {
  /**
   * Durable when it resolves. `describe` says what is told of the columns, given what has been told of the same ones
   * before; null for nothing.
   */
  put(columns: Float64Array, describe: (known: Facts | null) => Facts): Promise<StoredSeries<Facts>>
  /**
   * In memory that threads share. Throws `NotFoundError` for one there is not, or whose bytes are not those that were
   * put.
   */
  get(hash: string): Promise<StoredSeries<Facts> & { columns: Float64Array }>
  /** Throws `NotFoundError`. */
  facts(hash: string): Promise<Facts>
  /** In no order. What cannot be read is left out. */
  list(): Promise<StoredSeries<Facts>[]>
  /** How many files there are. */
  count(): Promise<number>
  /** Throws `NotFoundError` for one there is not. */
  remove(hash: string): Promise<void>
}

export function createSeriesStore<Facts extends object>({
  dataDir,
}: {
  dataDir: string
}): SeriesStore<Facts> {
  const data = resolve(dataDir)
  const folder = join(data, FOLDER)

  function pathOf(hash: string): string {
    if (!HASH.test(hash))
      throw new InputError('imported', `imported ${quote(hash)} is not the hash of a series`)
    return join(folder, `${hash}.bars`)
  }

  async function openSeries(hash: string): Promise<FileHandle> {
    return openFile(pathOf(hash), READ).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') throw unknown(hash)
      throw toIoError('an imported series could not be read', error)
    })
  }

  async function readFacts(hash: string): Promise<Facts> {
    const handle = await openSeries(hash)
    try {
      return (await readHead<Facts>(handle, hash)).facts
    } finally {
      await handle.close()
    }
  }

  async function listHashes(): Promise<string[]> {
    const names = await readdir(folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return []
      throw toIoError('the imported series could not be listed', error)
    })
    return names.flatMap((name) => FILE.exec(name)?.[1] ?? [])
  }

  return {
    async put(columns, describe) {
      const bytes = new Uint8Array(columns.buffer, columns.byteOffset, columns.byteLength)
      const hash = await sha256InTurns(bytes)
      const facts = describe(await readFacts(hash).catch(() => null))
      try {
        await makeDirectory(data, 0o700)
        await makeOwnFolder(data, FOLDER)
        const head = Buffer.from(`${JSON.stringify(facts)}\n`)
        await writeDurably(pathOf(hash), [head, bytes], { mode: 0o600 })
      } catch (error) {
        throw toIoError('the imported series could not be written', error)
      }
      return { hash, facts }
    },
    async get(hash) {
      const handle = await openSeries(hash)
      try {
        const { facts, end } = await readHead<Facts>(handle, hash)
        return { hash, facts, columns: await readBody(handle, end, hash) }
      } catch (error) {
        throw toIoError('an imported series could not be read', error)
      } finally {
        await handle.close()
      }
    },
    facts: readFacts,
    async list() {
      const left = await listHashes()
      const found: StoredSeries<Facts>[] = []
      const readOn = async () => {
        for (let hash = left.pop(); hash !== undefined; hash = left.pop()) {
          const facts = await readFacts(hash).catch(() => null)
          if (facts !== null) found.push({ hash, facts })
        }
      }
      await Promise.all(Array.from({ length: LISTED_AT_ONCE }, readOn))
      return found
    },
    count: async () => (await listHashes()).length,
    async remove(hash) {
      const path = pathOf(hash)
      await readFacts(hash)
      await rm(path).catch((error: unknown) => {
        throw toIoError('the imported series could not be removed', error)
      })
    },
  }
}

/** What is told, and where the columns begin. */
async function readHead<Facts>(handle: FileHandle, hash: string): Promise<{ facts: Facts; end: number }> {
  for (const length of [USUAL_HEADER_BYTES, MAX_HEADER_BYTES]) {
    const head = Buffer.alloc(length)
    const { bytesRead } = await handle.read(head, 0, length, 0)
    const end = head.subarray(0, bytesRead).indexOf(NEWLINE)
    if (end < 0) continue
    try {
      return { facts: JSON.parse(head.toString('utf8', 0, end)) as Facts, end: end + 1 }
    } catch {
      break
    }
  }
  throw unknown(hash, 'is damaged')
}

/** Hashed as it is read, a slice at a time: others get their turn in between. */
async function readBody(handle: FileHandle, from: number, hash: string): Promise<Float64Array> {
  const length = (await handle.stat()).size - from
  const bytes = new Uint8Array(new SharedArrayBuffer(length))
  const read = sha256Stream()
  for (let at = 0; at < length;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(SLICE_BYTES, length - at), from + at)
    if (bytesRead === 0) break
    read.update(bytes.subarray(at, at + bytesRead))
    at += bytesRead
  }
  if (read.digest('hex') !== hash) throw unknown(hash, 'was changed on the disk')
  return new Float64Array(bytes.buffer)
}

function unknown(hash: string, why = 'is not among the imported series'): NotFoundError {
  return new NotFoundError(`series ${hash.slice(0, 12)}… ${why}`)
}
