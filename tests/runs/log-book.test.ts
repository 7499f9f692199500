import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NotFoundError } from '../../src/core/errors.ts'
import { SEVERITIES } from '../../src/runs/event.ts'
import { createHub } from '../../src/runs/hub.ts'
import { createLogBook, type LogBookBounds, type LogQuery } from '../../src/runs/log-book.ts'
import { EVERY_LINE, matchesLog, type LogFilter } from '../../src/runs/log-filter.ts'
import { createLogReading, streamLog } from '../../src/runs/log-reading.ts'
import { EMPTY_LOG } from '../../src/runs/log-ring.ts'
import type { LogEntry, RunState } from '../../src/runs/state.ts'
import { createFilePlace } from '../support/file-storage.ts'
import { longLogLine } from '../support/long-run.ts'
import { eventOf, identityOf, runIdOf } from '../support/run-facts.ts'
import { createScriptedDesk, type ScriptedDesk } from '../support/scripted-desk.ts'

/** The answer tells the longest turn of the thread since, in time it worked: what other processes take does not count. */
function watchTurns(): () => number {
  const now = () => process.cpuUsage().user / 1_000
  let last = now()
  let longestMs = 0
  let isOver = false
  const tick = () => {
    const present = now()
    longestMs = Math.max(longestMs, present - last)
    last = present
    if (!isOver) setImmediate(tick)
  }
  setImmediate(tick)
  return () => {
    isOver = true
    return longestMs
  }
}

type Act =
  | { type: 'log'; key: string | null; severity: number; source: string; lines: number }
  | { type: 'repeat'; key: string }
  | { type: 'other' }

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('log' as const),
      key: fc.constantFrom('a', 'b', null),
      severity: fc.nat(SEVERITIES.length - 1),
      source: fc.constantFrom('bull', 'bear'),
      lines: fc.integer({ min: 0, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('repeat' as const), key: fc.constantFrom('a', 'b') }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('other' as const) }) },
)
const filter: fc.Arbitrary<LogFilter> = fc.record({
  severities: fc.constantFrom(null, ['WARN', 'ERROR'] as const, ['DEBUG'] as const),
  sources: fc.constantFrom(null, ['bull'], ['nobody']),
  q: fc.constantFrom(null, 'odd', '7'),
})

/** Does to a run what is told, and knows the log that comes of it. */
function createTeller(desk: ScriptedDesk, runId: string) {
  let all: LogEntry[] = []
  let seq = 0
  const attempts: Record<string, number> = {}
  return {
    get all() {
      return all
    },
    get lastSeq() {
      return seq
    },
    tell(told: Act) {
      if (told.type === 'other') desk.emit(runId, { type: 'run_progress', fraction: 0.1, message: null })
      else if (told.type === 'repeat') {
        const { key } = told
        attempts[key] = (attempts[key] ?? 0) + 1
        desk.emit(runId, { type: 'step_started', key, input_hash: '', node_id: null, attempt: attempts[key] })
        if (attempts[key] > 1) all = all.filter((entry) => entry.key !== key)
      } else {
        const { key, source } = told
        const severity = SEVERITIES[told.severity]!
        const entries = Array.from({ length: told.lines }, (_, i) => ({
          ...{ ts: 0, severity, source, agent_id: null },
          message: `line ${seq + i + 1} is ${(seq + i) % 2 ? 'even' : 'Odd'}`,
        }))
        desk.emit(runId, { type: 'log_appended', key, entries })
        for (const line of entries) all.push({ ...line, seq: ++seq, iso: new Date(0).toISOString(), key })
      }
    },
  }
}

function createBook(desk: ScriptedDesk, bounds: Partial<LogBookBounds> = {}) {
  const clock = { nowMs: 0, now: () => clock.nowMs }
  let readings = 0
  const book = createLogBook({
    state: (runId) => desk.state(runId),
    events(runId) {
      readings++
      return desk.events(runId)
    },
    feed: desk.feed,
    clock,
    bounds,
  })
  return {
    book,
    clock,
    get readings() {
      return readings
    },
  }
}

describe('the log read from its events', () => {
  it('is what was said and not taken back, at once and in batches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const desk = createScriptedDesk({ logLines: 1_000 })
        const runId = desk.add()
        const teller = createTeller(desk, runId)
        acts.forEach(teller.tell)
        const reading = createLogReading()
        for await (const event of desk.events(runId)) reading.add(event)
        expect(reading.entries).toEqual(teller.all)
        expect(reading.lastSeq).toBe(teller.lastSeq)
        expect(reading.chars).toBe(teller.all.reduce((sum, { message }) => sum + message.length, 0))
        expect((await desk.state(runId)).log.entries).toEqual(teller.all)
        const batches: LogEntry[][] = []
        for await (const batch of streamLog(() => desk.events(runId))) batches.push(batch)
        expect(batches.flat()).toEqual(teller.all)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a log book', () => {
  const query = fc.record({
    ...{ filter, limit: fc.integer({ min: 1, max: 12 }), take: fc.constantFrom('oldest', 'newest') },
    ...{ afterSeq: fc.nat(40), beforeSeq: fc.oneof(fc.constant(Infinity), fc.nat(60)) },
  }) as fc.Arbitrary<Required<LogQuery>>
  const bounds = fc.constantFrom<Partial<LogBookBounds>>({}, { maxEntries: 5 }, { maxChars: 30 })

  it('answers any question as one who looks through all of it, while the run goes on', async () => {
    const turn = fc.oneof(act, query)
    await fc.assert(
      fc.asyncProperty(
        ...[fc.array(turn, { maxLength: 50 }), fc.integer({ min: 1, max: 30 }), bounds],
        async (turns, logLines, bound) => {
          const desk = createScriptedDesk({ logLines })
          const runId = desk.add()
          const teller = createTeller(desk, runId)
          const { book } = createBook(desk, bound)
          for (const one of turns) {
            if ('type' in one) {
              teller.tell(one)
              continue
            }
            const page = await book.read(runId, one)
            const asked = teller.all.filter(
              (entry) =>
                entry.seq > one.afterSeq && entry.seq < one.beforeSeq && matchesLog(one.filter, entry),
            )
            const { limit } = one
            expect(page.entries).toEqual(one.take === 'newest' ? asked.slice(-limit) : asked.slice(0, limit))
            expect(page.hasMore).toBe(asked.length > limit)
            expect(page.lastSeq).toBe(teller.lastSeq)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('is paged through to the end without a miss or a repeat, whatever is filtered out and said meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        ...[fc.array(act, { maxLength: 40 }), fc.array(act, { maxLength: 20 }), filter],
        ...[fc.integer({ min: 1, max: 7 }), bounds],
        async (before, meanwhile, wanted, limit, bound) => {
          const desk = createScriptedDesk({ logLines: 6 })
          const runId = desk.add()
          const teller = createTeller(desk, runId)
          const { book } = createBook(desk, bound)
          before.forEach(teller.tell)
          // What is taken back on the way may have been read.
          const news = meanwhile.filter(({ type }) => type !== 'repeat')
          const seen: number[] = []
          let afterSeq = 0
          for (let pages = 0; ; pages++) {
            expect(pages).toBeLessThan(200)
            const page = await book.read(runId, { filter: wanted, afterSeq, limit })
            seen.push(...page.entries.map(({ seq }) => seq))
            expect(page.nextAfterSeq).toBeGreaterThanOrEqual(afterSeq)
            afterSeq = page.nextAfterSeq
            const told = news.shift()
            if (told) teller.tell(told)
            else if (page.entries.length === 0) break
          }
          expect(seen).toEqual(teller.all.filter((entry) => matchesLog(wanted, entry)).map(({ seq }) => seq))
          expect(afterSeq).toBe(teller.lastSeq)
        },
      ),
      { numRuns: 150 },
    )
  })

  function createTold(lines = 40, options: Partial<LogBookBounds> = {}) {
    const desk = createScriptedDesk({ logLines: 5 })
    const runId = desk.add()
    const teller = createTeller(desk, runId)
    const say = (key: string | null = null) =>
      teller.tell({ type: 'log', key, severity: 2, source: 'bull', lines: 1 })
    for (let n = 0; n < lines; n++) say(n === 3 ? 'a' : null)
    return { desk, runId, teller, say, made: createBook(desk, options) }
  }

  it('reads a journal once for all pages, goes on with what is said, and leaves out what is taken back', async () => {
    const { runId, teller, say, made } = createTold()
    for (const afterSeq of [0, 5, 10]) await made.book.read(runId, { afterSeq, limit: 5 })
    for (let n = 0; n < 20; n++) say('a')
    expect((await made.book.read(runId, { limit: 100 })).entries).toEqual(teller.all)
    for (let n = 0; n < 2; n++) teller.tell({ type: 'repeat', key: 'a' })
    expect((await made.book.read(runId, { limit: 100 })).entries).toEqual(teller.all)
    expect(teller.all).toHaveLength(39)
    expect(made.readings).toBe(1)
  })

  it('reads once for those who ask at the same time, and misses nothing said meanwhile', async () => {
    const { desk, runId, teller, say, made } = createTold()
    let isSaid = false
    desk.onRead = () => {
      if (isSaid) return
      isSaid = true
      for (let n = 0; n < 8; n++) say()
    }
    const pages = await Promise.all([1, 2, 3].map(() => made.book.read(runId, { limit: 100 })))
    expect(made.readings).toBe(1)
    for (const { entries } of pages) expect(entries).toEqual(teller.all.slice(0, entries.length))
    expect((await made.book.read(runId, { limit: 100 })).entries).toEqual(teller.all)
    expect(made.readings).toBe(1)
  })

  it('asks the memory alone where that is enough', async () => {
    const { runId, made } = createTold()
    expect((await made.book.read(runId, { afterSeq: 35, limit: 3 })).entries).toHaveLength(3)
    expect((await made.book.read(runId, { take: 'newest', limit: 3 })).hasMore).toBe(true)
    expect(made.readings).toBe(0)
    expect((await made.book.read(runId, { take: 'newest', limit: 6 })).entries).toHaveLength(6)
    expect(made.readings).toBe(1)
  })

  it('lets go of what nobody asked for in a while, and of the oldest where all are too much', async () => {
    const first = createTold(20, { maxEntries: 30, maxAgeMs: 1_000 })
    const { desk, made } = first
    const second = desk.add()
    const other = createTeller(desk, second)
    for (let n = 0; n < 20; n++) other.tell({ type: 'log', key: null, severity: 2, source: 'bull', lines: 1 })
    const read = (runId: string) => made.book.read(runId, { limit: 1 })
    await read(first.runId)
    await read(second)
    await read(second)
    expect(made.readings).toBe(2)
    await read(first.runId)
    expect(made.readings).toBe(3)
    made.clock.nowMs = 900
    made.book.evict()
    await read(first.runId)
    expect(made.readings).toBe(3)
    made.clock.nowMs = 2_000
    made.book.evict()
    await read(first.runId)
    expect(made.readings).toBe(4)
  })

  it('answers for a run there is not, or whose files are gone, with what the desk says of it', async () => {
    const { desk, made } = createTold()
    await expect(made.book.read(runIdOf(9), { limit: 1 })).rejects.toThrow(NotFoundError)
    await expect(made.book.stream(runIdOf(9)).next()).rejects.toThrow('there is no run')
    expect(desk.summary).toBeDefined()
    expect(made.readings).toBe(0)
  })

  it('keeps the thread free: 50,000 lines are read and searched without holding it for 50 ms', async () => {
    const place = await createFilePlace()
    const { journals } = place.open()
    const runId = runIdOf()
    const journal = await journals.create(identityOf(runId))
    await journal.append(
      [
        eventOf(1, { type: 'run_created', ...identityOf(runId) }),
        ...Array.from({ length: 10_000 }, (_, i) =>
          eventOf(i + 2, {
            ...{ type: 'log_appended', key: null },
            entries: [1, 2, 3, 4, 5].map((n) => longLogLine(i * 5 + n, 0)),
          }),
        ),
      ],
      { sync: false },
    )
    await journal.close()
    const log = { ...EMPTY_LOG, last_seq: 50_000, dropped_seq: 50_000 }
    const tryOnce = async () => {
      const book = createLogBook({
        state: async () => ({ log }) as RunState,
        events: (id) => journals.read(id),
        feed: createHub(() => undefined),
        clock: { now: () => 0 },
      })
      const stop = watchTurns()
      const all = await book.read(runId, { limit: 5_000 })
      const searched = await book.read(runId, {
        filter: { ...EVERY_LINE, q: 'line 49999:' },
        limit: 5_000,
      })
      const longestMs = stop()
      expect([all.entries.length, searched.entries.map(({ seq }) => seq)]).toEqual([5_000, [49_999]])
      return longestMs
    }
    await tryOnce()
    expect(await tryOnce()).toBeLessThan(50)
  })
})
