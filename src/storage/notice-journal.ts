/**
 * A small journal of checksummed lines in the data directory, `notices.ndjson`. A line that a crash tore, at the end,
 * is cut off; one that is damaged further up is left out and said. Knows nothing of what its records mean.
 */
import { constants } from 'node:fs'
import { join, resolve } from 'node:path'
import { decodeLine, encodeLine } from '../core/ndjson.ts'
import {
  makeDirectory,
  openFile as openPlainFile,
  readOptional,
  syncDirectory,
  toIoError,
  writeDurably,
  writeFully,
  type OpenFile,
} from './durable-files.ts'
import type { StorageLog } from './storage-log.ts'

const FILE = 'notices.ndjson'
const NEWLINE = 10
const OPEN = constants.O_RDWR | constants.O_CREAT

export interface NoticeJournalOptions {
  dataDir: string
  log: StorageLog
  openFile?: OpenFile
}

export function createNoticeJournal<Record extends object>({
  dataDir,
  log,
  openFile = openPlainFile,
}: NoticeJournalOptions) {
  const folder = resolve(dataDir)
  const path = join(folder, FILE)
  /** Where the next line goes: behind the last whole one. Unknown until it was read. */
  let end: number | null = null

  async function load(): Promise<Record[]> {
    const bytes = await readOptional(path).catch((error: unknown) => {
      throw toIoError('the journal of notices could not be read', error)
    })
    end = bytes === null ? 0 : bytes.lastIndexOf(NEWLINE) + 1
    return (bytes?.toString('utf8', 0, end) ?? '')
      .split('\n')
      .slice(0, -1)
      .flatMap((line, i) => {
        const decoded = decodeLine(line)
        if (decoded.ok) return [decoded.value as Record]
        log.warn(`line ${i + 1} of ${FILE} is left out: ${decoded.reason}`)
        return []
      })
  }

  async function append(record: Record): Promise<void> {
    if (end === null) await load()
    const line = Buffer.from(encodeLine(record))
    try {
      await makeDirectory(folder, 0o700)
      const handle = await openFile(path, OPEN, 0o600)
      try {
        await writeFully(handle, line, end!)
        await handle.truncate(end! + line.length)
        await handle.datasync()
      } finally {
        await handle.close()
      }
      if (end === 0) await syncDirectory(folder)
      end! += line.length
    } catch (error) {
      throw toIoError('the journal of notices could not be written', error)
    }
  }

  async function replace(records: readonly Record[]): Promise<void> {
    const text = records.map((record) => encodeLine(record)).join('')
    await writeDurably(path, text, { openFile }).catch((error: unknown) => {
      throw toIoError('the journal of notices could not be shortened', error)
    })
    end = Buffer.byteLength(text)
  }

  return { load, append, replace }
}
