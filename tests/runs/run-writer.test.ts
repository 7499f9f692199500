import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { encodeLine } from '../../src/core/ndjson.ts'
import type { EventBody, RunEvent } from '../../src/runs/event.ts'
import type { Journal, RunIdentity } from '../../src/runs/ports.ts'
import { createRunWriter, type RunWriter } from '../../src/runs/run-writer.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

const IDENTITY: RunIdentity = {
  run_id: 'AAPL--2026-11-20_10.00.00--a1b2c3',
  batch_id: 'batch-20261120100000-a1b2c3',
  kind: 'assessment',
  ticker: 'AAPL',
  as_of: '2012-06-29',
  input: { ticker: 'AAPL' },
  parent: null,
  created_at: '2026-11-20T10:00:00.000Z',
}
const LOG: EventBody = { type: 'log_appended', key: null, entries: [] }
const progress = (fraction: number): EventBody => ({ type: 'run_progress', fraction, message: null })

/** A journal that stores when the test lets it. */
function createHeldJournal() {
  const writes: { events: RunEvent[]; sync: boolean; settle: PromiseWithResolvers<void> }[] = []
  let isHeld = true
  const stored: RunEvent[] = []
  const journal: Journal = {
    async append(events, { sync }) {
      const write = { events: [...events], sync, settle: Promise.withResolvers<void>() }
      writes.push(write)
      if (!isHeld) write.settle.resolve()
      await write.settle.promise
      stored.push(...events)
    },
    rotate: async (checkpoint) => void stored.push(checkpoint),
    close: async () => undefined,
  }
  const release = () => {
    isHeld = false
    for (const write of writes) write.settle.resolve()
  }
  return { journal, writes, stored, release }
}

/** What others saw of the run while its results were written. */
let seenAtResults: string[] = []

function createWriter(held = createHeldJournal()) {
  const published: string[] = []
  seenAtResults = []
  const writer: RunWriter = createRunWriter({
    workflow: createScriptedWorkflow({ execute: async () => null }),
    journal: held.journal,
    clock: createManualClock(),
    fold: { logLines: 100 },
    state: null,
    readAll: async function* () {
      yield* held.stored
    },
    reopen: async () => ({ journal: held.journal, events: [...held.stored], damage: null }),
    beforeEnd: async () => {
      published.push('results')
      seenAtResults.push(writer.state.status)
    },
    publish: (event) => void published.push(event.type),
  })
  return { ...held, writer, published }
}

test('nothing is published before it is stored', async () => {
  const { writer, published, release } = createWriter()
  const created = writer.commit({ type: 'run_created', ...IDENTITY })
  await Promise.resolve()
  expect(published).toEqual([])
  release()
  await created
  expect(published).toEqual(['run_created'])
})

test('events that come while a write is under way go to the disk together, synced if one of them must be', async () => {
  const { writer, writes, release } = createWriter()
  const all = [
    writer.commit({ type: 'run_created', ...IDENTITY }),
    writer.commit(LOG),
    writer.commit(progress(0.1)),
  ]
  all.push(writer.commit({ type: 'run_started' }))
  release()
  await Promise.all(all)
  expect(writes.map((write) => [write.events.length, write.sync])).toEqual([
    [1, true],
    [3, true],
  ])
  await Promise.all([writer.commit(LOG), writer.commit(progress(0.2))])
  expect(writes.slice(2).every((write) => !write.sync)).toBe(true)
})

test('an event that cannot be stored is rejected, takes no number and changes nothing', async () => {
  const held = createHeldJournal()
  held.release()
  const { writer } = createWriter(held)
  await writer.commit({ type: 'run_created', ...IDENTITY })
  const { append } = held.journal
  held.journal.append = () => Promise.reject(new Error('disk full'))
  await expect(writer.commit({ type: 'run_started' })).rejects.toThrow('disk full')
  expect(writer.state.status).toBe('pending')
  held.journal.append = append
  expect((await writer.commit({ type: 'run_started' })).seq).toBe(2)
})

test('opened anew, it publishes what the journal took although it said otherwise', async () => {
  const held = createHeldJournal()
  held.release()
  const { writer, published } = createWriter(held)
  await writer.commit({ type: 'run_created', ...IDENTITY })
  const { append } = held.journal
  held.journal.append = async (events, options) => {
    await append(events, options)
    throw new Error('sync failed')
  }
  await expect(writer.commit({ type: 'run_started' })).rejects.toThrow('sync failed')
  expect(writer.state.status).toBe('pending')
  held.journal.append = append
  await writer.reopen()
  expect(writer.state.status).toBe('in_progress')
  expect(published.at(-1)).toBe('run_started')
  expect((await writer.commit(LOG)).seq).toBe(3)
})

test('nobody sees that a run has ended before its results are written', async () => {
  const { writer, release } = createWriter()
  release()
  await writer.commit({ type: 'run_created', ...IDENTITY })
  const canceled = writer.commit({ type: 'run_canceled', reason: 'test' })
  expect(seenAtResults).toEqual([])
  await canceled
  expect(seenAtResults).toEqual(['pending'])
})

test('nothing is stored after the end of a run, not even from the same moment', async () => {
  const { writer, stored, published, release } = createWriter()
  release()
  await writer.commit({ type: 'run_created', ...IDENTITY })
  const outcomes = await Promise.allSettled([
    writer.commit({ type: 'run_canceled', reason: 'test' }),
    writer.commit({ type: 'run_started' }),
    writer.commit(LOG),
  ])
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(stored.map((event) => event.type)).toEqual(['run_created', 'run_canceled'])
  expect(published).toEqual(['run_created', 'results', 'run_canceled'])
})

test('the sealed hash is over exactly the lines before it', async () => {
  const { writer, stored, release } = createWriter()
  release()
  await writer.commit({ type: 'run_created', ...IDENTITY })
  await writer.commit({ type: 'run_started' })
  let sealed = ''
  const logged = [writer.commit(LOG), writer.commit(LOG)]
  const decided = writer.commitSealed((journalHash) => {
    sealed = journalHash
    return { type: 'decision_ready', decision: { journalHash } }
  })
  logged.push(writer.commit(LOG))
  await Promise.all([...logged, decided])
  const at = stored.findIndex((event) => event.type === 'decision_ready')
  const hash = createHash('sha256')
  for (const event of stored.slice(0, at)) hash.update(encodeLine(event))
  expect(sealed).toBe(hash.digest('hex'))
})
