/**
 * Opening a journal that a crash, a full disk or a bad sector may have left in any state. Promises that a torn end is
 * cut off, that damage is set apart under its own name with everything in front of it kept, and that stopping at any
 * point and starting again gives the same.
 */
import { copyFile, link, rename, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunEvent } from '../runs/event.ts'
import type { JournalDamage } from '../runs/ports.ts'
import {
  codeOf,
  createTempName,
  READ_WRITE,
  syncDirectory,
  writeFully,
  writeSynced,
  type OpenFile,
} from './durable-files.ts'
import { removeLeftovers } from './journal-rotation.ts'
import { createReport, encodeEvent, scanSegment, type SegmentReport } from './journal-scan.ts'
import {
  createDamagedName,
  isUnreadable,
  JOURNAL_FILE,
  listArchives,
  listDamaged,
  readArchive,
  readChunks,
  unpackChunks,
} from './journal-segments.ts'
import { unpackJournal } from './packing.ts'
import { PACKED_ENDING } from './run-files.ts'

export interface Recovered {
  handle: FileHandle
  length: number
  lastSeq: number
  events: RunEvent[]
  damage: JournalDamage | null
}

/** Mends the journal in `folder`, unpacked if need be, and opens it for writing. Throws ENOENT where there is none. */
export async function recoverJournal(folder: string, openFile: OpenFile): Promise<Recovered> {
  const path = join(folder, JOURNAL_FILE)
  let handle = await openFile(path, READ_WRITE).catch(async (error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
    await unpackJournal(folder, openFile)
    return openFile(path, READ_WRITE)
  })
  try {
    await removeLeftovers(folder)
    const { events, report, damage } = await readPresent(folder, { handle, isPacked: false })
    let { goodBytes: length } = report
    if (damage) {
      await setApart(folder, events, openFile)
      await removeLeftovers(folder)
      await handle.close()
      handle = await openFile(path, READ_WRITE)
      length = (await handle.stat()).size
    } else if (report.torn || report.needsNewline) {
      await handle.truncate(length)
      if (report.needsNewline) {
        await writeFully(handle, Buffer.from('\n'), length)
        length += 1
      }
      await handle.sync()
    }
    return { handle, length, lastSeq: events.at(-1)?.seq ?? 0, events, damage }
  } catch (error) {
    await handle.close()
    throw error
  }
}

export interface PresentSegment {
  events: RunEvent[]
  report: SegmentReport
  damage: JournalDamage | null
}

/**
 * The events a state is folded from, read without changing anything from the present segment as `openEither` found it.
 * Where not even its first line is readable they are those of the segment before it.
 */
export async function readPresent(
  folder: string,
  { handle, isPacked }: { handle: FileHandle; isPacked: boolean },
): Promise<PresentSegment> {
  const report = createReport()
  const events: RunEvent[] = []
  const file = isPacked ? `${JOURNAL_FILE}${PACKED_ENDING}` : JOURNAL_FILE
  let damage: JournalDamage | null
  try {
    await collect(scanSegment(isPacked ? unpackChunks(handle) : readChunks(handle), report), events)
    damage = report.damage && { file, ...report.damage }
  } catch (error) {
    if (!isUnreadable(error)) throw error
    damage = { file, line: events.length + 1, reason: 'what is packed cannot be unpacked' }
  }
  const archive = events.length === 0 ? (await listArchives(folder)).at(-1) : undefined
  if (!archive) return { events, report, damage }
  const lost = damage ?? { file, line: 1, reason: 'the checkpoint it begins with is missing' }
  try {
    return {
      events: await collect(scanSegment(readArchive(archive.path), createReport()), []),
      report,
      damage: lost,
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return { events, report, damage: lost }
  }
}

async function collect(batches: AsyncIterable<RunEvent[]>, events: RunEvent[]): Promise<RunEvent[]> {
  for await (const batch of batches) for (const event of batch) events.push(event)
  return events
}

/** Keeps the damaged file under another name and puts the good events in its place. */
async function setApart(folder: string, events: readonly RunEvent[], openFile: OpenFile): Promise<void> {
  const path = join(folder, JOURNAL_FILE)
  if (!(await isKept(folder, path))) {
    const kept = join(folder, createDamagedName(await listDamaged(folder)))
    // Not every file system has links; a copy serves as well, only slower.
    await link(path, kept).catch(() => copyFile(path, kept))
  }
  const temp = join(folder, createTempName(JOURNAL_FILE))
  await writeSynced(temp, events.map(encodeEvent).join(''), { openFile })
  await rename(temp, path)
  await syncDirectory(folder)
}

/** Whether a crash came after the damaged file had got its second name. */
async function isKept(folder: string, path: string): Promise<boolean> {
  const present = await stat(path, { bigint: true })
  for (const name of await listDamaged(folder)) {
    const kept = await stat(join(folder, name), { bigint: true })
    if (kept.ino === present.ino && kept.dev === present.dev) return true
  }
  return false
}
