import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LogLine } from '../../src/runs/event.ts'
import { foldAll } from '../../src/runs/fold.ts'
import {
  appendToLog,
  droppedSeqOf,
  EMPTY_LOG,
  entriesAfter,
  sourcesOf,
  takeBackFromLog,
} from '../../src/runs/log-ring.ts'
import type { LogEntry, LogState } from '../../src/runs/state.ts'
import { eventOf, identityOf } from '../support/run-facts.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

const lineOf = (message: string, source = 'test'): LogLine => ({
  ts: 0,
  severity: 'INFO',
  source,
  agent_id: null,
  message,
})
const numbersOf = ({ entries }: Pick<LogState, 'entries'>) => entries.map(({ seq }) => seq)

/** The same with a copy at every turn. */
interface Copied {
  entries: LogEntry[]
  last: number
  dropped: number
}

it('keeps the newest, and no state changes when others are made from it, however they branch', () => {
  const act = fc.record({
    /** Which of the states so far it goes on from. */
    from: fc.nat(),
    key: fc.constantFrom('a', 'b'),
    /** 0 takes back. */
    lines: fc.nat(5),
  })
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (acts, keep) => {
      const made: { log: LogState; copied: Copied }[] = [
        { log: EMPTY_LOG, copied: { entries: [], last: 0, dropped: 0 } },
      ]
      for (const { from, key, lines } of acts) {
        const { log, copied } = made[from % made.length]!
        if (lines === 0) {
          const entries = copied.entries.filter((entry) => entry.key !== key)
          made.push({ log: takeBackFromLog(log, key), copied: { ...copied, entries } })
          continue
        }
        const said = Array.from({ length: lines }, (_, i) => lineOf(`line ${i}`))
        const iso = new Date(0).toISOString()
        const all = [
          ...copied.entries,
          ...said.map((line, i) => ({ ...line, seq: copied.last + i + 1, iso, key })),
        ]
        const gone = all.slice(0, -keep)
        made.push({
          log: appendToLog(log, key, said, keep),
          copied: {
            entries: all.slice(-keep),
            last: copied.last + lines,
            dropped: gone.at(-1)?.seq ?? copied.dropped,
          },
        })
      }
      for (const { log, copied } of made) {
        expect(log.entries).toEqual(copied.entries)
        expect([log.last_seq, droppedSeqOf(log)]).toEqual([copied.last, copied.dropped])
      }
    }),
  )
})

it('says whether it has everything after a number', () => {
  let log = EMPTY_LOG
  for (let n = 1; n <= 10; n++) log = appendToLog(log, n === 8 ? 'a' : null, [lineOf(`${n}`)], 4)
  expect(entriesAfter(log, 5)).toBeNull()
  expect(entriesAfter(log, 6)?.map(({ seq }) => seq)).toEqual([7, 8, 9, 10])
  expect(entriesAfter(log, 12)).toEqual([])
  // What is taken back is not missing.
  log = takeBackFromLog(log, 'a')
  expect(entriesAfter(log, 6)?.map(({ seq }) => seq)).toEqual([7, 9, 10])
})

it('tells that lines were taken back also where they are kept no more', () => {
  let log = appendToLog(EMPTY_LOG, 'a', [lineOf('said')], 2)
  log = takeBackFromLog(log, 'b')
  expect(log.epoch).toBe(0)
  for (const message of ['1', '2']) log = appendToLog(log, null, [lineOf(message)], 2)
  expect(takeBackFromLog(log, 'a').epoch).toBe(1)
})

it('remembers who spoke, also once their lines are gone', () => {
  let log = EMPTY_LOG
  for (const source of ['bull', 'bear', 'bull', 'tool'])
    log = appendToLog(log, null, [lineOf('x', source)], 1)
  expect(sourcesOf(log)).toEqual(['bull', 'bear', 'tool'])
})

it('goes on from a log that an older version left in a checkpoint', () => {
  const entries = numbersOf(appendToLog(EMPTY_LOG, null, [lineOf('1'), lineOf('2'), lineOf('3')], 2))
  expect(entries).toEqual([2, 3])
  const kept = appendToLog(EMPTY_LOG, null, [lineOf('1'), lineOf('2'), lineOf('3')], 2).entries
  const old = { entries: kept, last_seq: 3, epoch: 0 } as unknown as LogState
  expect([droppedSeqOf(old), sourcesOf(old)]).toEqual([1, ['test']])
  expect(numbersOf(appendToLog(old, null, [lineOf('4')], 10))).toEqual([2, 3, 4])
})

it('takes as long for a line with 100,000 kept as with 250', () => {
  const workflow = createScriptedWorkflow({ execute: async () => null })
  const events = [
    eventOf(1, { type: 'run_created', ...identityOf() }),
    ...Array.from({ length: 8_000 }, (_, i) =>
      eventOf(i + 2, { type: 'log_appended', key: null, entries: [lineOf(`line ${i}`)] }),
    ),
  ]
  const timeOf = (logLines: number) => {
    const began = performance.now()
    foldAll(workflow, events, { logLines })
    return performance.now() - began
  }
  timeOf(250)
  const ratio = Math.min(...[1, 2].map(() => timeOf(100_000) / timeOf(250)))
  // Copied at every event it would be 40 times as long.
  expect(ratio).toBeLessThan(4)
})
