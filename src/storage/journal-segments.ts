/**
 * The files of a journal: the present segment `journal.ndjson` (`journal.ndjson.gz` once the run is packed) and the
 * closed ones `journal.0001.ndjson.gz`, …, in the order of their numbers. Reads them as chunks and never changes any.
 * Knows the one leftover that a crash during a rotation can leave under a real name: an archive whose events still stand
 * in the present segment.
 */
import { readdir, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { codeOf, openFile, READ } from './durable-files.ts'

export const JOURNAL_FILE = 'journal.ndjson'
const ARCHIVE = /^journal\.(\d{4,})\.ndjson\.gz$/
const DAMAGED = /^journal\.damaged-(\d+)\.ndjson$/
const CHUNK_BYTES = 64 * 1_024
const FIRST_SEQ = /^\{"seq":(\d{1,16}),/

export interface Archive {
  name: string
  number: number
  path: string
}

export function createArchiveName(number: number): string {
  return `journal.${String(number).padStart(4, '0')}.ndjson.gz`
}

/** Whether a file is a closed segment of a journal. */
export function isArchiveName(name: string): boolean {
  return ARCHIVE.test(name)
}

/** The closed segments, oldest first. */
export async function listArchives(folder: string): Promise<Archive[]> {
  const archives = (await readdir(folder)).flatMap((name) => {
    const match = ARCHIVE.exec(name)
    return match ? [{ name, number: Number(match[1]), path: join(folder, name) }] : []
  })
  return archives.sort((a, b) => a.number - b.number)
}

/** Damaged segments that were set apart. */
export async function listDamaged(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => DAMAGED.test(name))
}

/** The first free `journal.damaged-<n>.ndjson`. */
export function createDamagedName(taken: readonly string[]): string {
  const numbers = taken.map((name) => Number(DAMAGED.exec(name)?.[1] ?? 0))
  return `journal.damaged-${Math.max(0, ...numbers) + 1}.ndjson`
}

/** The bytes of an open file from its beginning to where it ends when that point is reached. */
export async function* readChunks(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** The unpacked bytes of an archive. Throws where it is no whole gzip file. */
export async function* readArchive(path: string): AsyncGenerator<Buffer> {
  const handle = await openFile(path, READ)
  try {
    yield* unpackChunks(handle)
  } finally {
    await handle.close()
  }
}

/** What an open gzip file holds, from its beginning. Throws where it is no whole gzip file. */
export async function* unpackChunks(handle: FileHandle): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  // What goes wrong on the way is thrown where the unpacked bytes are read; a reader that leaves early is no fault.
  const feeding = pipeline(readChunks(handle), gunzip).catch(() => undefined)
  try {
    for await (const chunk of gunzip) yield chunk as Buffer
  } finally {
    gunzip.destroy()
    await feeding
  }
}

/** The number of the first event of a segment, from its first bytes; null where they do not tell. */
export async function readFirstSeq(chunks: AsyncIterable<Buffer>): Promise<number | null> {
  try {
    for await (const chunk of chunks) {
      const match = FIRST_SEQ.exec(chunk.toString('latin1', 0, 32))
      return match ? Number(match[1]) : null
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error
  }
  return null
}

/** Whether the bytes are at fault (a cut or changed gzip file), not the disk. */
export function isUnreadable(error: unknown): boolean {
  return (codeOf(error) ?? '').startsWith('Z_') || codeOf(error) === 'ERR_STREAM_PREMATURE_CLOSE'
}
