/** What every index of runs owes the desk: checked against a plain list that is filtered and sorted. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { RUN_KINDS } from '../../src/runs/identity.ts'
import type { RunFilter, RunIndex } from '../../src/runs/ports.ts'
import { RUN_STATUSES } from '../../src/runs/status.ts'
import type { Summary } from '../../src/runs/summary.ts'
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
      expect(index.query({})).toEqual({ runs: newestFirst, next: null, total: 5 })
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
    })

    it('answers every filter and every page as a plain list would', async () => {
      const tickers = ['AAPL', 'IBM', 'MSFT']
      const run = fc.record({
        minute: fc.integer({ min: 0, max: 5 }),
        ticker: fc.constantFrom(...tickers),
        status: fc.constantFrom(...RUN_STATUSES),
        kind: fc.constantFrom(...RUN_KINDS.slice(0, 3)),
        batch_id: fc.constantFrom('batch-20261120100000-0000aa', 'batch-20261120100000-0000bb'),
      })
      const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
      const filters = fc.record({
        status: optional(fc.uniqueArray(fc.constantFrom(...RUN_STATUSES), { maxLength: 3 })),
        kind: optional(fc.uniqueArray(fc.constantFrom(...RUN_KINDS.slice(0, 3)), { maxLength: 2 })),
        ticker: optional(fc.constantFrom(...tickers)),
        batch: optional(fc.constantFrom('batch-20261120100000-0000aa')),
      })
      const pageSize = fc.integer({ min: 1, max: 7 })
      await fc.assert(
        fc.asyncProperty(
          fc.array(run, { maxLength: 40 }),
          filters,
          pageSize,
          async (given, filter, limit) => {
            const index = await createIndex()
            const runs = given.map(({ minute, ...facts }, i) => {
              const ms = START_MS + minute * 60_000
              const created = new Date(ms).toISOString()
              return summaryOf({ ...facts, run_id: runIdOf(i, facts.ticker, ms), created_at: created })
            })
            for (const one of runs) index.put(one)
            const expected = runs.filter((one) => isMatch(one, filter)).sort(compareNewestFirst)
            expect(index.query(filter)).toEqual({ runs: expected, next: null, total: expected.length })

            const paged: Summary[] = []
            let after: string | undefined
            do {
              const page = index.query({ ...filter, limit, after })
              expect(page.total).toBe(expected.length)
              expect(page.runs.length).toBeLessThanOrEqual(limit)
              paged.push(...page.runs)
              after = page.next ?? undefined
            } while (after !== undefined)
            expect(ids(paged)).toEqual(ids(expected))
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

function isMatch(run: Summary, filter: RunFilter): boolean {
  return (
    (!filter.status || filter.status.includes(run.status)) &&
    (!filter.kind || filter.kind.includes(run.kind)) &&
    (!filter.ticker || filter.ticker === run.ticker) &&
    (!filter.batch || filter.batch === run.batch_id)
  )
}

function compareNewestFirst(a: Summary, b: Summary): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? 1 : -1
  return a.run_id < b.run_id ? 1 : -1
}
