/** What every index of runs owes the desk: checked against a plain list that is filtered and sorted. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { RUN_KINDS } from '../../src/runs/identity.ts'
import type { RunIndex } from '../../src/runs/ports.ts'
import { DIRECTIONS, RUN_SORTS } from '../../src/runs/run-order.ts'
import { RUN_STATUSES } from '../../src/runs/status.ts'
import { FILES_STATES, type Summary } from '../../src/runs/summary.ts'
import { THINKERS } from '../../src/runs/thinker.ts'
import { compareNewestFirst, listPlainly } from '../support/plain-list.ts'
import { historyOf, runIdOf, START_MS, summaryOf } from '../support/run-facts.ts'

export function describeRunIndex(name: string, createIndex: () => Promise<RunIndex>): void {
  describe(`${name} keeps the index contract`, () => {
    const ids = (runs: readonly Summary[]) => runs.map((run) => run.run_id)

    it('shows the newest first, those of one moment by run id', async () => {
      const index = await createIndex()
      const [old, newer] = historyOf(2)
      const twins = [1, 2, 3].map((n) => summaryOf({ run_id: runIdOf(n) }))
      for (const run of [twins[1]!, newer!, twins[2]!, old!, twins[0]!]) index.put(run)
      const newestFirst = [twins[2]!, twins[1]!, twins[0]!, newer!, old!]
      expect(index.query({})).toEqual({ runs: newestFirst, next: null, previous: null, start: 0, total: 5 })
    })

    it('replaces a run that is put again and forgets one that is removed', async () => {
      const index = await createIndex()
      index.put(summaryOf({ status: 'in_progress', overall_progress: 10 }))
      index.put(summaryOf({ status: 'completed', overall_progress: 100 }))
      expect(index.query({}).total).toBe(1)
      expect(index.get(runIdOf())).toMatchObject({ status: 'completed', overall_progress: 100 })
      expect(index.counts()).toMatchObject({ in_progress: 0, completed: 1 })
      index.remove(runIdOf())
      index.remove(runIdOf())
      expect(index.get(runIdOf())).toBeUndefined()
      expect(index.query({}).total).toBe(0)
      expect(index.counts()).toMatchObject({ completed: 0 })
    })

    it('names the latest completed run with a decision of each ticker', async () => {
      const index = await createIndex()
      const decision = { action: 'BUY', confidence: 0.6 }
      const at = (minutes: number) => new Date(START_MS + minutes * 60_000).toISOString()
      const put = (n: number, ticker: string, facts: Partial<Summary>) =>
        index.put(
          summaryOf({
            run_id: runIdOf(n, ticker, START_MS + n * 60_000),
            ticker,
            created_at: at(n),
            ...facts,
          }),
        )
      put(1, 'AAPL', { decision })
      put(2, 'AAPL', { decision: { action: 'SELL', confidence: 0.7 } })
      put(3, 'AAPL', { status: 'error', decision })
      put(4, 'AAPL', { status: 'completed', decision: null })
      put(5, 'IBM', { decision })
      const found = index.latestDecisions(['IBM', 'AAPL', 'MSFT', 'AAPL'])
      expect(found.map((run) => [run.ticker, run.decision?.action])).toEqual([
        ['IBM', 'BUY'],
        ['AAPL', 'SELL'],
      ])
      expect(index.latestDecisions([]).map((run) => run.ticker)).toEqual(['IBM', 'AAPL'])
      expect(index.latestDecisions(['MSFT'])).toEqual([])
    })

    it('takes the latest day for the latest decision, and among those of one day the one created last', async () => {
      const index = await createIndex()
      const put = (n: number, asOf: string | null) =>
        index.put(
          summaryOf({
            run_id: runIdOf(n, 'AAPL', START_MS + n * 60_000),
            created_at: new Date(START_MS + n * 60_000).toISOString(),
            as_of: asOf,
            decision: { action: 'BUY', confidence: 0.6 },
          }),
        )
      const latest = () => index.latestDecisions(['AAPL'])[0]!.run_id.slice(-6)
      put(4, null)
      put(3, '2011-06-30')
      expect(latest()).toBe('000003')
      put(1, '2012-06-29')
      put(2, '2012-06-29')
      put(5, '2012-06-28')
      expect(latest()).toBe('000002')
    })

    it('looks for text anywhere in id, ticker, stage, message and error, whatever its case', async () => {
      const index = await createIndex()
      index.put(summaryOf({ run_id: runIdOf(1), current_stage: 'Research' }))
      index.put(summaryOf({ run_id: runIdOf(2), progress_message: 'Reading the news' }))
      index.put(summaryOf({ run_id: runIdOf(3), error: 'vendor said NO' }))
      index.put(summaryOf({ run_id: runIdOf(4, 'GOOG'), ticker: 'GOOG' }))
      const found = (q: string) => ids(index.query({ q }).runs)
      expect(found('research')).toEqual([runIdOf(1)])
      expect(found('THE NEWS')).toEqual([runIdOf(2)])
      expect(found('said no')).toEqual([runIdOf(3)])
      expect(found('goo')).toEqual([runIdOf(4, 'GOOG')])
      expect(found('-000002')).toEqual([runIdOf(2)])
      expect(found('  ')).toHaveLength(4)
      expect(found('no such thing')).toEqual([])
      index.put(summaryOf({ run_id: runIdOf(1), current_stage: 'Risk' }))
      expect(found('research')).toEqual([])
    })

    it('refuses to go on after a run it does not know', async () => {
      const index = await createIndex()
      expect(() => index.query({ after: runIdOf() })).toThrow(InputError)
      expect(() => index.query({ before: runIdOf() })).toThrow(InputError)
    })

    it('ends the way back on a whole first page, also where newer runs have come in between', async () => {
      const index = await createIndex()
      const runs = historyOf(5)
      for (const run of runs) index.put(run)
      const newest = ids(runs).reverse()
      const second = index.query({ after: newest[1], limit: 2 })
      expect([ids(second.runs), second.start, second.previous]).toEqual([newest.slice(2, 4), 2, newest[2]])
      const late = summaryOf({ run_id: runIdOf(99) })
      index.put(late)
      const first = index.query({ before: newest[2]!, limit: 4 })
      expect([ids(first.runs), first.start, first.previous]).toEqual([
        [late.run_id, ...newest.slice(0, 3)],
        0,
        null,
      ])
      expect(index.query({ after: newest[4]! })).toMatchObject({ runs: [], next: null, start: 6, total: 6 })
    })

    it('keeps its orders true while runs change what they are sorted by', async () => {
      const index = await createIndex()
      const sorted = () =>
        ids(index.query({ sort: { by: 'confidence', direction: 'desc' } }).runs).map((id) => id.slice(-1))
      const put = (n: number, confidence: number | null) =>
        index.put(
          summaryOf({
            run_id: runIdOf(n),
            decision: confidence === null ? null : { action: 'BUY', confidence },
          }),
        )
      for (const [n, confidence] of [
        [1, 0.5],
        [2, null],
        [3, 0.7],
        [4, null],
      ] as const)
        put(n, confidence)
      expect(sorted()).toEqual(['3', '1', '4', '2'])
      put(2, 0.6)
      put(3, null)
      expect(sorted()).toEqual(['2', '1', '4', '3'])
      index.remove(runIdOf(2))
      put(5, 0.9)
      expect(sorted()).toEqual(['5', '1', '4', '3'])
    })

    it('answers every filter in every order, and every page forward and back, as a plain list would', async () => {
      const tickers = ['AAPL', 'IBM', 'MSFT']
      const batches = ['batch-20261120100000-0000aa', 'batch-20261120100000-0000bb']
      const days = ['2026-11-19', '2026-11-20', '2026-11-21']
      const shapes = [
        'rules analysts=market rounds=1',
        'llm rounds=1 portfolio_manager=openai:gpt-4.1',
        'llm rounds=1',
      ]
      const nullable = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null })
      const figure = nullable(fc.integer({ min: 0, max: 3 }))
      const run = fc.record({
        minute: fc.integer({ min: -2_000, max: 2_000 }),
        ticker: fc.constantFrom(...tickers),
        status: fc.constantFrom(...RUN_STATUSES),
        kind: fc.constantFrom(...RUN_KINDS.slice(0, 3)),
        batch_id: fc.constantFrom(...batches),
        as_of: nullable(fc.constantFrom(...days)),
        decision: nullable(
          fc.record({
            action: fc.constantFrom('BUY', 'HOLD', 'REVIEW'),
            confidence: fc.constantFrom(0.2, 0.5, 0.8),
          }),
        ),
        stats: nullable(fc.record({ risk_reward: figure, fraction_of_equity: figure, unverified: figure })),
        shape: nullable(fc.constantFrom(...shapes)),
        usage: fc.record({
          calls: fc.integer({ min: 0, max: 2 }),
          input_tokens: fc.constant(0),
          output_tokens: fc.constant(0),
          cost_usd: figure,
        }),
        execution_ms: fc.integer({ min: 0, max: 3 }),
        started_at: nullable(fc.constant(new Date(START_MS).toISOString())),
        files: fc.record({
          state: fc.constantFrom(...FILES_STATES),
          since: fc.constant(null),
          imported_at: fc.constant(null),
        }),
      })
      const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 2 })
      const some = <T>(values: readonly T[]) =>
        optional(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }))
      const filters = fc.record({
        status: some(RUN_STATUSES),
        kind: some(RUN_KINDS.slice(0, 3)),
        ticker: optional(fc.constantFrom(...tickers)),
        batch: optional(fc.constantFrom(...batches)),
        action: some(['BUY', 'HOLD', 'REVIEW']),
        thinker: optional(fc.constantFrom(...THINKERS)),
        from: optional(fc.constantFrom(...days)),
        to: optional(fc.constantFrom(...days)),
        as_of: optional(fc.constantFrom(...days)),
        files: some(FILES_STATES),
        q: optional(fc.constantFrom('aapl', 'i', '--2026-11-20')),
        sort: optional(
          fc.record({ by: fc.constantFrom(...RUN_SORTS), direction: fc.constantFrom(...DIRECTIONS) }),
        ),
      })
      const pageSize = fc.integer({ min: 1, max: 7 })
      await fc.assert(
        fc.asyncProperty(
          fc.array(run, { maxLength: 40 }),
          fc.array(filters, { minLength: 1, maxLength: 8 }),
          pageSize,
          async (given, asked, limit) => {
            const index = await createIndex()
            const runs = given.map(({ minute, ...facts }, i) => {
              const ms = START_MS + minute * 60_000
              const created = new Date(ms).toISOString()
              return summaryOf({ ...facts, run_id: runIdOf(i, facts.ticker, ms), created_at: created })
            })
            // Put twice, so that what was sorted in between is still true after all have changed.
            for (const one of runs) index.put({ ...one, decision: null, execution_ms: 0, status: 'pending' })
            for (const filter of asked) index.query(filter)
            for (const one of runs) index.put(one)
            const newest = [...runs].sort(compareNewestFirst)
            for (const filter of asked) {
              const expected = listPlainly(newest, filter)
              expect(index.query(filter)).toEqual(expected)
              const forward: Summary[] = []
              const firsts: (string | null)[] = []
              for (let after: string | undefined; ;) {
                const page = index.query({ ...filter, limit, after })
                expect(page).toMatchObject({ start: forward.length, total: expected.total })
                forward.push(...page.runs)
                firsts.push(page.previous)
                if (page.next === null) break
                after = page.next
              }
              expect(ids(forward)).toEqual(ids(expected.runs))
              for (const before of firsts)
                if (before !== null)
                  expect(index.query({ ...filter, limit, before })).toEqual(
                    listPlainly(newest, { ...filter, limit, before }),
                  )
              for (const { run_id: one } of newest.slice(0, 3))
                expect(index.query({ ...filter, limit, after: one })).toEqual(
                  listPlainly(newest, { ...filter, limit, after: one }),
                )
            }
            for (const status of RUN_STATUSES) {
              expect(index.counts()[status]).toBe(runs.filter((one) => one.status === status).length)
            }
          },
        ),
        { numRuns: 60 },
      )
    })
  })
}
