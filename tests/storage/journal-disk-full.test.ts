import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFailingDisk } from '../support/failing-disk.ts'
import { createFilePlace } from '../support/file-storage.ts'
import { checkpointOf, collect, eventOf, eventsOf, identityOf, runIdOf } from '../support/run-facts.ts'

const runId = runIdOf()

async function createRun() {
  const place = await createFilePlace()
  const disk = createFailingDisk(/journal/)
  const { journals, directories } = place.open({ openFile: disk.openFile })
  const journal = await journals.create(identityOf(runId))
  await journal.append(eventsOf(1, 3), { sync: true })
  const folder = await directories.get(runId)
  return { place, disk, journal, folder, path: join(folder, 'journal.ndjson') }
}

describe('a journal on a disk that refuses', () => {
  it('says what failed without a path, leaves nothing half-written, and goes on when there is room again', async () => {
    const { place, disk, journal, path } = await createRun()
    const before = await readFile(path)
    for (const room of [0, 1, 40, 200]) {
      disk.room = room
      const attempt = journal.append(eventsOf(4, 8), { sync: true })
      await expect(attempt).rejects.toThrow(
        `the journal of run ${runId} could not be written: no space left on the disk (ENOSPC)`,
      )
      expect(await readFile(path)).toEqual(before)
    }
    disk.room = Infinity
    await journal.append(eventsOf(4, 5), { sync: true })
    await journal.close()
    const opened = await place.open().journals.open(runId)
    expect(opened).toMatchObject({ events: eventsOf(1, 5), damage: null })
    await opened.journal.close()
  })

  it('writes on where a call took only a part', async () => {
    const { place, disk, journal } = await createRun()
    disk.bytesPerWrite = 7
    await journal.append(eventsOf(4, 6), { sync: true })
    await journal.close()
    expect(await collect(place.open().journals.read(runId))).toEqual(eventsOf(1, 6))
  })

  it('refuses the events behind those that failed, so that no number is left out', async () => {
    const { place, disk, journal } = await createRun()
    disk.room = 10
    const first = journal.append(eventsOf(4, 4), { sync: true })
    const failed = first.catch((error: unknown) => {
      disk.room = Infinity
      return error
    })
    expect(await failed).toBeInstanceOf(Error)
    await expect(journal.append(eventsOf(5, 5), { sync: true })).rejects.toThrow(
      `the journal of run ${runId} expects event 4 and was given event 5`,
    )
    await journal.append(eventsOf(4, 5), { sync: true })
    await journal.close()
    expect(await collect(place.open().journals.read(runId))).toEqual(eventsOf(1, 5))
  })

  it('opens rightly even where nothing could be taken back', async () => {
    const { place, disk, journal } = await createRun()
    disk.room = 30
    disk.failTruncate = true
    await expect(journal.append(eventsOf(4, 4), { sync: true })).rejects.toThrow(/ENOSPC/)
    disk.room = Infinity
    await expect(journal.append(eventsOf(4, 4), { sync: true })).rejects.toThrow(/until it is opened again/)
    await journal.close()
    const opened = await place.open().journals.open(runId)
    expect(opened).toMatchObject({ events: eventsOf(1, 3), damage: null })
    await opened.journal.append(eventsOf(4, 4), { sync: true })
    await opened.journal.close()
    expect(await collect(place.open().journals.read(runId))).toEqual(eventsOf(1, 4))
  })

  it('takes nothing more after a failed sync, for nobody knows what reached the disk', async () => {
    const { place, disk, journal } = await createRun()
    disk.failSync = true
    await expect(journal.append(eventsOf(4, 4), { sync: true })).rejects.toThrow(/EIO/)
    disk.failSync = false
    await expect(journal.append(eventsOf(4, 4), { sync: true })).rejects.toThrow(/until it is opened again/)
    await journal.close()
    const opened = await place.open().journals.open(runId)
    expect(opened.events).toEqual(eventsOf(1, 3))
    await opened.journal.close()
  })

  it('stays in its segment when there is no room to begin another', async () => {
    const { place, disk, journal, folder } = await createRun()
    for (const room of [0, 20, 130]) {
      disk.room = room
      await expect(journal.rotate(checkpointOf(4))).rejects.toThrow(/ENOSPC/)
      expect((await readdir(folder)).sort()).toEqual(['RUN_ID', 'journal.ndjson'])
    }
    disk.room = Infinity
    await journal.append(eventsOf(4, 4), { sync: true })
    await journal.rotate(checkpointOf(5))
    await journal.close()
    expect(await collect(place.open().journals.read(runId))).toEqual([...eventsOf(1, 4), checkpointOf(5)])
  })

  it('shares one write and one sync among those that come at the same time, and syncs only for those that ask', async () => {
    const { disk, journal } = await createRun()
    disk.syncs = disk.writes = 0
    await Promise.all(eventsOf(4, 103).map((event) => journal.append([event], { sync: true })))
    expect(disk.syncs).toBeLessThanOrEqual(2)
    expect(disk.writes).toBeLessThanOrEqual(2)
    disk.syncs = 0
    await journal.append([eventOf(104)], { sync: false })
    expect(disk.syncs).toBe(0)
    await journal.close()
  })

  it('is written by one at a time', async () => {
    const { place, journal } = await createRun()
    const { journals } = place.open()
    const first = await journals.open(runId)
    await expect(journals.open(runId)).rejects.toThrow(/is open already/)
    await first.journal.close()
    await (await journals.open(runId)).journal.close()
    await journal.close()
    await expect(journal.append(eventsOf(4, 4), { sync: false })).rejects.toThrow(/is closed/)
  })
})
