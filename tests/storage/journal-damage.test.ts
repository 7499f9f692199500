import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NotFoundError } from '../../src/core/errors.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import { createFailingDisk } from '../support/failing-disk.ts'
import { createFilePlace, type FilePlace } from '../support/file-storage.ts'
import { checkpointOf, collect, eventOf, eventsOf, identityOf, runIdOf } from '../support/run-facts.ts'

const runId = runIdOf()
/** Inside of lines every so many bytes are tried; each where damage is tried in full. */
const STRIDE_BYTES = Number(process.env.JOURNAL_DAMAGE_STRIDE ?? 5)
/** So near to the end of a line every byte is. */
const NEAR_BYTES = 3

const seqs = (events: readonly RunEvent[]) => events.map((event) => event.seq)

interface WrittenRun {
  place: FilePlace
  folder: string
  path: string
  bytes: Buffer
  /** Length of the file after each of its lines. */
  ends: number[]
}

/** Without syncs, which these many small tests would spend their time on. */
function openUnsynced(place: FilePlace) {
  const disk = createFailingDisk()
  disk.skipSync = true
  return place.open({ openFile: disk.openFile })
}

async function writeRun(events: RunEvent[]): Promise<WrittenRun> {
  const place = await createFilePlace()
  const { journals, directories } = place.open()
  const journal = await journals.create(identityOf(runId))
  await journal.append(events, { sync: true })
  await journal.close()
  const folder = await directories.get(runId)
  const path = join(folder, 'journal.ndjson')
  const bytes = await readFile(path)
  const ends = [...bytes.entries()].flatMap(([i, byte]) => (byte === 10 ? [i + 1] : []))
  return { place, folder, path, bytes, ends }
}

/** From `first` up to the end: each byte of the first and the last line and around line ends, between them some. */
function placesOf({ bytes, ends }: WrittenRun, first = 0): number[] {
  const isTried = (at: number) =>
    at < ends[0]! ||
    at >= ends.at(-2)! ||
    ends.some((end) => Math.abs(at - end) <= NEAR_BYTES) ||
    (at - first) % STRIDE_BYTES === 0
  return [...bytes.keys(), bytes.length].filter((at) => at >= first && isTried(at))
}

function richEvents(count: number): RunEvent[] {
  return Array.from({ length: count }, (_, i) =>
    eventOf(i + 1, {
      type: i % 3 === 0 ? 'step_completed' : 'log_appended',
      key: `step-${i}`,
      result: { text: `näheres „${i}“ — a\nb`.repeat(1 + (i % 4)), crc: '"crc":"00000000"}' },
    }),
  )
}

describe('a journal after a crash or on a bad disk', () => {
  it('cut off at any byte of its last 2 KB, opens with every event that was whole before the cut', async () => {
    const events = richEvents(24)
    const written = await writeRun(events)
    const { place, path, bytes, ends } = written
    expect(bytes.length).toBeGreaterThan(2_048)
    for (const cut of placesOf(written, bytes.length - 2_048)) {
      await writeFile(path, bytes.subarray(0, cut))
      const { journals, warnings } = openUnsynced(place)
      // A line that lacks nothing but its newline is whole.
      const whole = ends.filter((end) => end - 1 <= cut).length
      const reading = await journals.readCurrent(runId)
      expect(seqs(reading.events)).toEqual(seqs(events.slice(0, whole)))
      expect(reading.damage).toBeNull()
      const opened = await journals.open(runId)
      expect(opened.damage).toBeNull()
      expect(opened.events).toEqual(events.slice(0, whole))
      await opened.journal.append([eventOf(whole + 1)], { sync: false })
      await opened.journal.close()
      const again = await openUnsynced(place).journals.readCurrent(runId)
      expect(again).toEqual({ events: [...events.slice(0, whole), eventOf(whole + 1)], damage: null })
      expect(warnings).toEqual([])
    }
  }, 60_000)

  it('with any byte changed, names the line, keeps all events before it, and goes on after them', async () => {
    const events = richEvents(5)
    const written = await writeRun(events)
    const { place, folder, path, bytes, ends } = written
    const lastLine = ends.at(-2)!
    for (const at of placesOf(written).slice(0, -1)) {
      const changed = Buffer.from(bytes)
      changed[at] = changed[at]! ^ (1 << (at % 8))
      await writeFile(path, changed)
      const { journals } = openUnsynced(place)
      const line = ends.filter((end) => end <= at).length + 1
      const isNewline = ends.includes(at + 1)
      const good = events.slice(0, isNewline ? line : line - 1)
      const before = await journals.readCurrent(runId)
      expect(before.events).toEqual(good)
      expect(await collect(journals.read(runId))).toEqual(good)
      const opened = await journals.open(runId)
      expect(opened.events).toEqual(good)
      expect(opened.damage).toEqual(before.damage)
      await opened.journal.append([eventOf(good.length + 1)], { sync: false })
      await opened.journal.close()
      if (at >= lastLine) {
        // The end of the file looks as if a write had been cut short, and holds no other event.
        expect(opened.damage).toBeNull()
      } else {
        expect(opened.damage).toMatchObject({ file: 'journal.ndjson', line })
        expect(opened.damage!.reason).not.toBe('')
      }
      const again = await openUnsynced(place).journals.open(runId)
      expect(again.damage).toBeNull()
      expect(again.events).toEqual([...good, eventOf(good.length + 1)])
      await again.journal.close()
      const kept = (await readdir(folder)).filter((name) => name.startsWith('journal.damaged-'))
      expect(kept).toHaveLength(at < lastLine ? 1 : 0)
      for (const name of kept) await rm(join(folder, name))
    }
  }, 60_000)

  it('keeps the damaged file as it was, under another name, and says so', async () => {
    const { place, folder, path, bytes, ends } = await writeRun(eventsOf(1, 6))
    const changed = Buffer.from(bytes)
    changed[ends[2]! + 5] = 0
    await writeFile(path, changed)
    const { journals, warnings } = place.open()
    const opened = await journals.open(runId)
    await opened.journal.close()
    expect(opened.damage).toEqual({ file: 'journal.ndjson', line: 4, reason: 'checksum does not match' })
    expect(warnings).toEqual([
      `run ${runId}: journal.ndjson, line 4: checksum does not match; the file was set apart`,
    ])
    expect(await readFile(join(folder, 'journal.damaged-1.ndjson'))).toEqual(changed)
    expect(await readFile(path)).toEqual(bytes.subarray(0, ends[2]!))
  })

  it('sets a damaged file apart once, also when a crash came in the middle of it', async () => {
    const { place, folder, path, bytes, ends } = await writeRun(eventsOf(1, 6))
    const changed = Buffer.from(bytes)
    changed[ends[2]! + 5] = 0
    await writeFile(path, changed)
    await link(path, join(folder, 'journal.damaged-1.ndjson'))
    await writeFile(join(folder, '.journal.ndjson.0123456789ab.tmp'), bytes.subarray(0, 50))
    const opened = await place.open().journals.open(runId)
    expect(opened.events).toEqual(eventsOf(1, 3))
    expect(opened.damage).toMatchObject({ line: 4 })
    await opened.journal.close()
    expect((await readdir(folder)).sort()).toEqual(['RUN_ID', 'journal.damaged-1.ndjson', 'journal.ndjson'])
    expect(await readFile(join(folder, 'journal.damaged-1.ndjson'))).toEqual(changed)
  })

  it('names a gap and a repetition in the numbers', async () => {
    const { place, path, bytes, ends } = await writeRun(eventsOf(1, 4))
    const line = (n: number) => bytes.subarray(ends[n - 2] ?? 0, ends[n - 1])
    await writeFile(path, Buffer.concat([line(1), line(2), line(4)]))
    expect((await place.open().journals.readCurrent(runId)).damage).toEqual({
      file: 'journal.ndjson',
      line: 3,
      reason: 'event 4 follows event 2',
    })
    await writeFile(path, Buffer.concat([line(1), line(2), line(2), line(3)]))
    expect((await place.open().journals.readCurrent(runId)).damage).toMatchObject({
      reason: 'event 2 follows event 2',
    })
    await writeFile(path, Buffer.concat([line(2), line(3)]))
    expect((await place.open().journals.readCurrent(runId)).damage).toMatchObject({
      line: 1,
      reason: 'begins with event 2, which is no checkpoint',
    })
  })

  it('with its checkpoint lost, goes on from the segment before', async () => {
    const { place, folder, path } = await writeRun(eventsOf(1, 3))
    const first = await place.open().journals.open(runId)
    await first.journal.rotate(checkpointOf(4))
    await first.journal.append(eventsOf(5, 6), { sync: true })
    await first.journal.close()
    const bytes = await readFile(path)
    bytes[3] = 1
    await writeFile(path, bytes)
    const { journals } = place.open()
    expect((await journals.readCurrent(runId)).events).toEqual(eventsOf(1, 3))
    expect(await collect(journals.read(runId))).toEqual(eventsOf(1, 3))
    const opened = await journals.open(runId)
    expect(opened.damage).toMatchObject({ file: 'journal.ndjson', line: 1 })
    expect(opened.events).toEqual(eventsOf(1, 3))
    await opened.journal.append([eventOf(4)], { sync: true })
    await opened.journal.rotate(checkpointOf(5))
    await opened.journal.close()
    expect(await collect(place.open().journals.read(runId))).toEqual([
      ...eventsOf(1, 3),
      eventOf(4),
      checkpointOf(5),
    ])
    expect((await readdir(folder)).sort()).toEqual([
      'RUN_ID',
      'journal.0001.ndjson.gz',
      'journal.damaged-1.ndjson',
      'journal.ndjson',
    ])
  })

  it('reads up to a damaged archive and not beyond', async () => {
    const { place, folder } = await writeRun(eventsOf(1, 400))
    const { journal } = await place.open().journals.open(runId)
    await journal.rotate(checkpointOf(401))
    await journal.close()
    const archive = join(folder, 'journal.0001.ndjson.gz')
    const packed = await readFile(archive)
    await writeFile(archive, packed.subarray(0, packed.length - 200))
    const { journals } = place.open()
    const read = seqs(await collect(journals.read(runId)))
    expect(read.length).toBeLessThan(400)
    expect(read).toEqual(read.map((_, i) => i + 1))
    expect(seqs(await collect(journals.read(runId, 400)))).toEqual([401])
    expect((await journals.readCurrent(runId)).events).toEqual([checkpointOf(401)])
  })

  it('says of a run whose journal is gone that its files were pruned', async () => {
    const { place, path } = await writeRun(eventsOf(1, 1))
    await rm(path)
    const { journals } = place.open()
    await expect(journals.readCurrent(runId)).rejects.toThrow(NotFoundError)
    await expect(journals.open(runId)).rejects.toThrow(/were pruned/)
    await expect(collect(journals.read(runId))).rejects.toThrow(/were pruned/)
    expect(await journals.exists(runId)).toBe(true)
  })
})
