import { expect, test } from 'vitest'
import type { Change } from '../../src/runs/change.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import { createHub } from '../../src/runs/hub.ts'
import type { RunState } from '../../src/runs/state.ts'

const RUN = 'AAPL--2026-11-20_10.00.00--a1b2c3'
const at = '2026-11-20T10:00:00.000Z'
const stateWithLog = (lastSeq: number) => ({ run_id: RUN, log: { last_seq: lastSeq } }) as unknown as RunState
const started: RunEvent = { seq: 1, at, type: 'run_started' }
const logged: RunEvent = { seq: 2, at, type: 'log_appended', key: null, entries: [] }

test('each event raises one number and marks what it changed', () => {
  const hub = createHub(() => undefined)
  const changes: Change[] = []
  const stop = hub.subscribe((change) => changes.push(change))
  hub.publish(started, stateWithLog(0), 0)
  hub.publish(logged, stateWithLog(3), 0)
  expect(hub.revision).toBe(2)
  expect(hub.listRevision).toBe(1)
  expect([
    hub.revisionOf(RUN, 'status'),
    hub.revisionOf(RUN, 'log'),
    hub.revisionOf(RUN, 'decision'),
  ]).toEqual([1, 2, 0])
  stop()
  hub.publish(logged, stateWithLog(4), 3)
  expect(changes.map((change) => change.revision)).toEqual([1, 2])
})

test('a listener that throws harms no other', () => {
  const troubles: unknown[] = []
  const hub = createHub((error) => troubles.push(error))
  let heard = 0
  hub.subscribe(() => {
    throw new Error('broken')
  })
  hub.subscribe(() => heard++)
  hub.publish(started, stateWithLog(0), 0)
  expect([heard, troubles.length]).toEqual([1, 1])
})

test('tells which log line was the last at a revision, and nothing about what it no longer knows', () => {
  const hub = createHub(() => undefined)
  hub.publish(started, stateWithLog(7), 7)
  hub.publish(logged, stateWithLog(9), 7)
  hub.publish(logged, stateWithLog(12), 9)
  expect([0, 1, 2, 3, 9].map((revision) => hub.logSeqAt(RUN, revision))).toEqual([7, 7, 9, 12, 12])
  expect(hub.logSeqAt('MSFT--2026-11-20_10.00.00--a1b2c3', 3)).toBeNull()
  for (let seq = 13; seq < 3_000; seq++) hub.publish(logged, stateWithLog(seq), seq - 1)
  expect(hub.logSeqAt(RUN, 2)).toBeNull()
  expect(hub.logSeqAt(RUN, hub.revision)).toBe(2_999)
})

test('a run that left the memory counts as changed, so that a reader who slept is shown it whole', () => {
  const hub = createHub(() => undefined)
  hub.publish(started, stateWithLog(0), 0)
  hub.publish(logged, stateWithLog(2), 0)
  hub.forget(RUN)
  expect(hub.revisionOf(RUN, 'decision')).toBe(2)
  expect(hub.logSeqAt(RUN, 1)).toBeNull()
})
