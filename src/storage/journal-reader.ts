/**
 * Reading a journal over all its segments while its writer may be appending to it or closing a segment, or while an
 * ended run is packed. Promises
 * events in order without a gap, a chunk in memory at a time, and that nothing on the disk is changed. Ends in front
 * of damage.
 */
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunEvent } from '../runs/event.ts'
import { codeOf, type OpenFile } from './durable-files.ts'
import { createReport, scanSegment } from './journal-scan.ts'
import {
  isUnreadable,
  JOURNAL_FILE,
  listArchives,
  readArchive,
  readChunks,
  readFirstSeq,
  unpackChunks,
} from './journal-segments.ts'
import { openEither } from './run-files.ts'

type Present = Awaited<ReturnType<typeof openEither>>

/** Events with `seq > after`. Throws ENOENT where there is no journal. */
export async function* readJournal(
  folder: string,
  after: number,
  openFile: OpenFile,
): AsyncGenerator<RunEvent> {
  let last = after
  for (;;) {
    // Opened first: whatever happens to its name later, this file stays readable to its end.
    const present = await openEither(join(folder, JOURNAL_FILE), openFile)
    const { handle } = present
    let isWhole = true
    try {
      for (const chunks of await planSegments(folder, present, last)) {
        const report = createReport()
        try {
          for await (const batch of scanSegment(chunks, report)) {
            for (const event of batch) {
              if (event.seq <= last) continue
              if (event.seq !== last + 1) return
              yield event
              last = event.seq
            }
          }
        } catch (error) {
          if (!isUnreadable(error)) throw error
          isWhole = false
        }
        if (report.damage || !isWhole) return
      }
      if (!(await wasReplaced(folder, handle, openFile))) return
    } finally {
      await handle.close()
    }
  }
}

/** The segments that hold what comes after event `after`, oldest first, the present one last. */
async function planSegments(
  folder: string,
  { handle, isPacked }: Present,
  after: number,
): Promise<AsyncIterable<Buffer>[]> {
  const readPresent = () => (isPacked ? unpackChunks(handle) : readChunks(handle))
  const plan: AsyncIterable<Buffer>[] = [readPresent()]
  let firstSeq = (await readFirstSeq(readPresent())) ?? Infinity
  for (const archive of (await listArchives(folder)).reverse()) {
    if (firstSeq <= after + 1) break
    const archivedSeq = await readFirstSeq(readArchive(archive.path))
    // An archive that begins no earlier than the segment after it is a copy left by an interrupted rotation.
    if (archivedSeq !== null && archivedSeq >= firstSeq) continue
    plan.unshift(readArchive(archive.path))
    firstSeq = archivedSeq ?? firstSeq
  }
  return plan
}

async function wasReplaced(folder: string, handle: FileHandle, openFile: OpenFile): Promise<boolean> {
  let present: FileHandle
  try {
    present = (await openEither(join(folder, JOURNAL_FILE), openFile)).handle
  } catch (error) {
    // Pruned meanwhile: what was opened in time was read to its end.
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
  try {
    const [a, b] = await Promise.all([handle.stat({ bigint: true }), present.stat({ bigint: true })])
    return a.ino !== b.ino || a.dev !== b.dev
  } finally {
    await present.close()
  }
}
