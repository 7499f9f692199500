/** What every journal store owes the runs, whatever it is made of. */
import { describe, expect, it } from 'vitest'
import { InputError, NotFoundError } from '../../src/core/errors.ts'
import type { JournalStore } from '../../src/runs/ports.ts'
import { checkpointOf, collect, eventOf, eventsOf, identityOf, runIdOf } from '../support/run-facts.ts'

/** `open` is called anew for each store over the same place: a process that starts again. */
export function describeJournalStore(
  name: string,
  createPlace: () => Promise<{ open(): JournalStore }>,
): void {
  describe(`${name} keeps the journal contract`, () => {
    const runId = runIdOf()
    const identity = identityOf(runId)
    const seqs = (events: readonly { seq: number }[]) => events.map((event) => event.seq)

    it('gives back what was appended, in order, to a reader and to the process that opens it next', async () => {
      const place = await createPlace()
      const store = place.open()
      const journal = await store.create(identity)
      await journal.append(eventsOf(1, 3), { sync: true })
      await journal.append([eventOf(4, { type: 'log_appended', key: 'á"\n', entries: [] })], { sync: false })
      const expected = [...eventsOf(1, 3), eventOf(4, { type: 'log_appended', key: 'á"\n', entries: [] })]
      expect(await collect(store.read(runId))).toEqual(expected)
      expect(await store.readCurrent(runId)).toEqual({ events: expected, damage: null })
      await journal.close()

      const opened = await place.open().open(runId)
      expect(opened.events).toEqual(expected)
      expect(opened.damage).toBeNull()
      await opened.journal.append(eventsOf(5, 5), { sync: true })
      expect(seqs(await collect(place.open().read(runId, 3)))).toEqual([4, 5])
      await opened.journal.close()
    })

    it('knows which runs exist and makes none twice', async () => {
      const place = await createPlace()
      const store = place.open()
      expect(await store.exists(runId)).toBe(false)
      await (await store.create(identity)).close()
      expect(await store.exists(runId)).toBe(true)
      expect(await place.open().exists(runId)).toBe(true)
      expect(await store.exists(runIdOf(2))).toBe(false)
      await expect(store.create(identity)).rejects.toThrow(/exists/)
      await expect(place.open().create(identity)).rejects.toThrow(/exists/)
    })

    it('keeps runs of the same ticker and second apart', async () => {
      const place = await createPlace()
      const store = place.open()
      const ids = [1, 2, 3, 4, 5, 6].map((number) => runIdOf(number))
      const journals = await Promise.all(ids.map((id) => store.create(identityOf(id))))
      await Promise.all(
        journals.map((journal, i) => journal.append([eventOf(1, { type: 'x', n: i })], { sync: true })),
      )
      await Promise.all(journals.map((journal) => journal.close()))
      for (const [i, id] of ids.entries()) {
        expect(await collect(place.open().read(id))).toEqual([eventOf(1, { type: 'x', n: i })])
      }
    })

    it('an empty journal has no events', async () => {
      const place = await createPlace()
      await (await place.open().create(identity)).close()
      const opened = await place.open().open(runId)
      expect(opened.events).toEqual([])
      expect(opened.damage).toBeNull()
      expect(await collect(place.open().read(runId))).toEqual([])
      await opened.journal.close()
    })

    it('keeps the order of appends made at the same time, durable or not', async () => {
      const place = await createPlace()
      const journal = await place.open().create(identity)
      const done: number[] = []
      const appends = eventsOf(1, 200).map((event) =>
        journal.append([event], { sync: event.seq % 7 === 0 }).then(() => void done.push(event.seq)),
      )
      await Promise.all(appends)
      await journal.close()
      const numbers = Array.from({ length: 200 }, (_, i) => i + 1)
      expect(seqs(await collect(place.open().read(runId)))).toEqual(numbers)
      expect(done).toEqual(numbers)
    })

    it('begins a new segment with a checkpoint, and still reads over all segments', async () => {
      const place = await createPlace()
      const store = place.open()
      const journal = await store.create(identity)
      await journal.append(eventsOf(1, 3), { sync: false })
      await journal.rotate(checkpointOf(4))
      await journal.append(eventsOf(5, 6), { sync: false })
      await journal.rotate(checkpointOf(7))
      await journal.append(eventsOf(8, 9), { sync: true })
      expect(seqs(await collect(store.read(runId)))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
      for (let after = 0; after <= 10; after += 1) {
        const rest = [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((seq) => seq > after)
        expect(seqs(await collect(store.read(runId, after)))).toEqual(rest)
      }
      expect((await store.readCurrent(runId)).events).toEqual([checkpointOf(7), ...eventsOf(8, 9)])
      await journal.close()
      const opened = await place.open().open(runId)
      expect(opened.events).toEqual([checkpointOf(7), ...eventsOf(8, 9)])
      await opened.journal.append(eventsOf(10, 10), { sync: true })
      expect(seqs(await collect(place.open().read(runId)))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      await opened.journal.close()
    })

    it('a rotation takes its place among appends made at the same time', async () => {
      const place = await createPlace()
      const journal = await place.open().create(identity)
      await Promise.all([
        journal.append(eventsOf(1, 2), { sync: true }),
        journal.rotate(checkpointOf(3)),
        journal.append(eventsOf(4, 4), { sync: false }),
        journal.rotate(checkpointOf(5)),
        journal.append(eventsOf(6, 6), { sync: true }),
      ])
      await journal.close()
      expect(seqs(await collect(place.open().read(runId)))).toEqual([1, 2, 3, 4, 5, 6])
    })

    it('answers an unknown run as not found, and refuses what is no run id', async () => {
      const store = (await createPlace()).open()
      await expect(store.readCurrent(runId)).rejects.toThrow(NotFoundError)
      await expect(store.open(runId)).rejects.toThrow(NotFoundError)
      await expect(collect(store.read(runId))).rejects.toThrow(NotFoundError)
      for (const bad of [
        '',
        '..',
        '../../etc/passwd',
        'AAPL',
        `AAPL/../${runId}`,
        `${runId}\n`,
        `../${runId}`,
      ]) {
        await expect(store.exists(bad)).rejects.toThrow(InputError)
        await expect(store.open(bad)).rejects.toThrow(InputError)
        await expect(collect(store.read(bad))).rejects.toThrow(InputError)
        await expect(store.create({ ...identity, run_id: bad })).rejects.toThrow(InputError)
      }
    })
  })
}
