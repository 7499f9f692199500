/**
 * Bars that were brought in from files, `series/<sha256>.bars` in the data directory: a line of JSON with what is told of
 * them, then their columns. Named by the hash of the columns, which is checked whenever they are read. Knows nothing of
 * what the columns mean.
 */
import { open, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { InputError, NotFoundError, quote } from '../core/errors.ts'
import { sha256Stream } from '../core/json.ts'
import {
  codeOf,
  makeDirectory,
  makeOwnFolder,
  READ,
  readOptional,
  toIoError,
  writeDurably,
} from './durable-files.ts'

const FOLDER = 'series'
const HASH = /^[0-9a-f]{64}$/
const FILE = /^([0-9a-f]{64})\.bars$/
const NEWLINE = 10
/** What is told of a series is one line; longer ones are none of ours. */
const MAX_HEADER_BYTES = 256 * 1_024

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
  /** Throws `NotFoundError` for one there is not, or whose bytes are not those that were put. */
  get(hash: string): Promise<StoredSeries<Facts> & { columns: Float64Array }>
  /** Throws `NotFoundError`. */
  facts(hash: string): Promise<Facts>
  /** In no order. What cannot be read is left out. */
  list(): Promise<StoredSeries<Facts>[]>
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

  async function readFacts(hash: string): Promise<Facts> {
    const path = pathOf(hash)
    const handle = await open(path, READ).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') throw unknown(hash)
      throw toIoError('an imported series could not be read', error)
    })
    try {
      const head = Buffer.alloc(MAX_HEADER_BYTES)
      const { bytesRead } = await handle.read(head, 0, head.length, 0)
      return parseFacts<Facts>(head.subarray(0, bytesRead), hash)
    } finally {
      await handle.close()
    }
  }

  return {
    async put(columns, describe) {
      const bytes = new Uint8Array(columns.buffer, columns.byteOffset, columns.byteLength)
      const hash = sha256Stream().update(bytes).digest('hex')
      const facts = describe(await readFacts(hash).catch(() => null))
      try {
        await makeDirectory(data, 0o700)
        await makeOwnFolder(data, FOLDER)
        await writeDurably(pathOf(hash), Buffer.concat([Buffer.from(`${JSON.stringify(facts)}\n`), bytes]), {
          mode: 0o600,
        })
      } catch (error) {
        throw toIoError('the imported series could not be written', error)
      }
      return { hash, facts }
    },
    async get(hash) {
      const bytes = await readOptional(pathOf(hash)).catch((error: unknown) => {
        throw toIoError('an imported series could not be read', error)
      })
      if (bytes === null) throw unknown(hash)
      const facts = parseFacts<Facts>(bytes, hash)
      const body = bytes.subarray(bytes.indexOf(NEWLINE) + 1)
      if (sha256Stream().update(body).digest('hex') !== hash) throw unknown(hash, 'was changed on the disk')
      // Copied: doubles begin at a multiple of eight.
      return { hash, facts, columns: new Float64Array(Uint8Array.from(body).buffer) }
    },
    facts: readFacts,
    async list() {
      const names = await readdir(folder).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return []
        throw toIoError('the imported series could not be listed', error)
      })
      const hashes = names.flatMap((name) => FILE.exec(name)?.[1] ?? [])
      const found = hashes.map((hash) =>
        readFacts(hash).then(
          (facts) => [{ hash, facts }],
          () => [],
        ),
      )
      return (await Promise.all(found)).flat()
    },
    async remove(hash) {
      const path = pathOf(hash)
      await readFacts(hash)
      await rm(path).catch((error: unknown) => {
        throw toIoError('the imported series could not be removed', error)
      })
    },
  }
}

function parseFacts<Facts>(bytes: Buffer, hash: string): Facts {
  const end = bytes.indexOf(NEWLINE)
  try {
    return JSON.parse(bytes.toString('utf8', 0, end < 0 ? 0 : end)) as Facts
  } catch {
    throw unknown(hash, 'is damaged')
  }
}

function unknown(hash: string, why = 'is not among the imported series'): NotFoundError {
  return new NotFoundError(`series ${hash.slice(0, 12)}… ${why}`)
}
