import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openFile } from '../../src/storage/durable-files.ts'
import { planRotation } from '../../src/storage/journal-rotation.ts'
import { encodeEvent } from '../../src/storage/journal-scan.ts'
import { createFilePlace } from '../support/file-storage.ts'
import { checkpointOf, collect, eventsOf, identityOf, runIdOf } from '../support/run-facts.ts'

const runId = runIdOf()
const STEPS = [
  'write the next segment',
  'pack the present segment',
  'keep the archive',
  'switch to the next segment',
]

async function createRun() {
  const place = await createFilePlace()
  const { journals, directories } = place.open()
  const journal = await journals.create(identityOf(runId))
  await journal.append(eventsOf(1, 3), { sync: true })
  await journal.rotate(checkpointOf(4))
  await journal.append(eventsOf(5, 7), { sync: true })
  await journal.close()
  return { place, folder: await directories.get(runId) }
}

describe('closing a segment', () => {
  it('has the steps that the crashes below stop after', async () => {
    const { folder } = await createRun()
    const { steps } = await planRotation(folder, encodeEvent(checkpointOf(8)), openFile)
    expect(steps.map((step) => step.name)).toEqual(STEPS)
  })

  for (const [done, name] of ['nothing', ...STEPS].entries()) {
    it(`loses and repeats nothing in a crash after: ${name}`, async () => {
      const { place, folder } = await createRun()
      const { steps } = await planRotation(folder, encodeEvent(checkpointOf(8)), openFile)
      for (const step of steps.slice(0, done)) await step.run()
      const isSwitched = done === STEPS.length
      const all = [
        ...eventsOf(1, 3),
        checkpointOf(4),
        ...eventsOf(5, 7),
        ...(isSwitched ? [checkpointOf(8)] : []),
      ]
      const current = isSwitched ? [checkpointOf(8)] : [checkpointOf(4), ...eventsOf(5, 7)]

      const before = (await readdir(folder)).sort()
      const { journals } = place.open()
      expect(await collect(journals.read(runId))).toEqual(all)
      expect(await collect(journals.read(runId, 4))).toEqual(all.slice(4))
      expect((await journals.readCurrent(runId)).events).toEqual(current)
      expect((await readdir(folder)).sort()).toEqual(before)

      const opened = await journals.open(runId)
      expect(opened).toMatchObject({ events: current, damage: null })
      const next = all.length + 1
      await opened.journal.append(eventsOf(next, next + 1), { sync: true })
      await opened.journal.rotate(checkpointOf(next + 2))
      await opened.journal.close()
      const whole = [...all, ...eventsOf(next, next + 1), checkpointOf(next + 2)]
      expect(await collect(place.open().journals.read(runId))).toEqual(whole)
      const archives = isSwitched ? 3 : 2
      const names = Array.from({ length: archives }, (_, i) => `journal.000${i + 1}.ndjson.gz`)
      expect((await readdir(folder)).sort()).toEqual(['RUN_ID', ...names, 'journal.ndjson'])
    })
  }

  it('packs the segment byte for byte', async () => {
    const place = await createFilePlace()
    const { journals, directories } = place.open()
    const journal = await journals.create(identityOf(runId))
    await journal.append(eventsOf(1, 5_000), { sync: true })
    const folder = await directories.get(runId)
    const plain = await readFile(join(folder, 'journal.ndjson'))
    await journal.rotate(checkpointOf(5_001))
    await journal.close()
    const packed = await readFile(join(folder, 'journal.0001.ndjson.gz'))
    expect(gunzipSync(packed).equals(plain)).toBe(true)
    expect(packed.length).toBeLessThan(plain.length / 2)
  })

  it('a reader that was at it when the segment was closed reads on into the next', async () => {
    const place = await createFilePlace()
    const { journals } = place.open()
    const journal = await journals.create(identityOf(runId))
    await journal.append(eventsOf(1, 3), { sync: true })
    const reader = journals.read(runId)[Symbol.asyncIterator]()
    const read = [(await reader.next()).value!.seq]
    await journal.rotate(checkpointOf(4))
    await journal.append(eventsOf(5, 6), { sync: true })
    await journal.rotate(checkpointOf(7))
    await journal.append(eventsOf(8, 8), { sync: true })
    for (;;) {
      const { value, done } = await reader.next()
      if (done) break
      read.push(value.seq)
    }
    expect(read).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    await journal.close()
  })

  it('reads a long journal a piece at a time', async () => {
    const place = await createFilePlace()
    const { journals } = place.open()
    const journal = await journals.create(identityOf(runId))
    const filler = 'x'.repeat(1_000)
    const big = eventsOf(1, 20_000).map((event) => ({ ...event, filler }))
    await journal.append(big, { sync: false })
    const reader = journals.read(runId, 10)[Symbol.asyncIterator]()
    const heapBefore = process.memoryUsage().arrayBuffers
    expect((await reader.next()).value!.seq).toBe(11)
    // 20 MB of journal; what is held for the first event is a chunk or two.
    expect(process.memoryUsage().arrayBuffers - heapBefore).toBeLessThan(4_000_000)
    await reader.return!()
    await journal.close()
  })
})
