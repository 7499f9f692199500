/** Backtests as evidence for the committee: the newest that has seen no later bar, and nothing where there is none. */
import { describe, expect, it } from 'vitest'
import type { PastBacktest } from '../src/committee/past-backtest.ts'
import { NotFoundError } from '../src/core/errors.ts'
import { createPastBacktests } from '../src/past-backtests.ts'
import type { Summary } from '../src/runs/summary.ts'
import { createRunRows } from '../src/storage/run-rows.ts'
import { assess, createSampleAssessment } from './support/assessments.ts'
import { runIdOf, summaryOf } from './support/run-facts.ts'

interface Kept {
  n: number
  as_of: string
  /** Of the result; as the row says where left out. */
  last?: string
  change?: Partial<Summary>
  result?: Record<string, unknown>
}

function open(runs: readonly Kept[], ticker = 'AAPL') {
  const rows = createRunRows()
  rows.putAll(
    runs.map(({ n, as_of, change }) => ({
      ...summaryOf({ run_id: runIdOf(n), status: 'completed', ticker }),
      ...{ kind: 'backtest', as_of, created_at: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString() },
      ...change,
    })),
  )
  return createPastBacktests({
    index: rows,
    vendor: 'sample',
    readResult(runId) {
      const run = runs.find(({ n }) => runIdOf(n) === runId)!
      if (run.result?.gone) return Promise.reject(new NotFoundError('pruned'))
      return Promise.resolve({
        series: [
          {
            ticker,
            vendor: 'sample',
            adjustment: 'adjusted',
            bars: 9,
            first: '2000-03-01',
            last: run.last ?? run.as_of,
          },
        ],
        ...{ strategy: 'sma-cross', params: { fast: 10, slow: 20 }, notes: [], caveats: [] },
        stats: {
          start: '2000-03-01',
          return_pct: 12.5,
          sharpe_ratio: 0.61,
          max_drawdown_pct: -33.2,
          trades: 93,
        },
        ...run.result,
      })
    },
  })
}

describe('the backtest that the committee is told of', () => {
  it('is the newest of the ticker that has seen no bar after the day', async () => {
    const find = open([
      { n: 1, as_of: '2011-06-30' },
      { n: 2, as_of: '2012-06-29' },
      { n: 3, as_of: '2012-07-02' },
      { n: 4, as_of: '2013-03-01' },
    ])
    expect(await find('AAPL', '2012-06-29')).toEqual({
      ...{ run_id: runIdOf(2), ticker: 'AAPL', vendor: 'sample', strategy: 'sma-cross' },
      ...{ params: { fast: 10, slow: 20 }, first: '2000-03-01', last: '2012-06-29' },
      ...{ return_pct: 12.5, sharpe_ratio: 0.61, max_drawdown_pct: -33.2, trades: 93 },
    })
    expect((await find('AAPL', '2012-06-28'))?.run_id).toBe(runIdOf(1))
    expect(await find('AAPL', '2011-06-29')).toBeNull()
    expect(await find('MSFT', '2012-06-29')).toBeNull()
  })

  it('is none whose bars go on after the day, whatever its row says', async () => {
    const find = open([{ n: 1, as_of: '2012-06-29', last: '2012-07-02' }])
    expect(await find('AAPL', '2012-06-29')).toBeNull()
  })

  it.each<[string, Omit<Kept, 'n' | 'as_of'>]>([
    ['a search', { change: { kind: 'optimize' } }],
    ['a run that failed', { change: { status: 'error' } }],
    ['a run whose files are gone', { result: { gone: true } }],
    ['a strategy found to look ahead', { result: { caveats: ['looks-ahead'] } }],
    ['a model on what it was trained on', { result: { caveats: ['in-sample'] } }],
    ['one that does not say whether it is either', { result: { caveats: undefined } }],
    [
      'prices that were imported',
      { result: { series: [{ ticker: 'AAPL', vendor: 'import', last: '2012-06-29' }] } },
    ],
    ['several tickers', { result: { series: [{ ticker: 'AAPL', vendor: 'sample' }, { ticker: 'IBM' }] } }],
  ])('is not %s: the one before is taken', async (_what, unfit) => {
    const find = open([
      { n: 1, as_of: '2011-06-30' },
      { n: 2, as_of: '2012-06-29', ...unfit },
    ])
    expect((await find('AAPL', '2012-06-29'))?.run_id).toBe(runIdOf(1))
  })
})

describe('an assessment', () => {
  const REQUEST = { ticker: 'AAPL', as_of: '2012-06-29' }
  const FOUND: PastBacktest = {
    ...{ run_id: runIdOf(7), strategy: 'sma-cross', params: { fast: 10, slow: 20 }, vendor: 'sample' },
    ...{ first: '2000-03-01', last: '2012-05-31' },
    ...{ return_pct: 412.25, sharpe_ratio: 0.61, max_drawdown_pct: -33.2, trades: 93 },
  }
  const judge = (found: PastBacktest | null) =>
    assess(createSampleAssessment({ pastBacktest: () => Promise.resolve(found) }), REQUEST)

  it('has its figures as evidence of the trader, by the run they come from', async () => {
    const { decision } = await judge(FOUND)
    const evidence = decision.evidence.filter(({ tool }) => tool === 'past_backtest')
    expect(evidence.map(({ label, value, unit }) => [label, value, unit])).toEqual([
      ['Backtest return', 412.25, '%'],
      ['Backtest Sharpe ratio', 0.61, 'ratio'],
      ['Backtest max drawdown', -33.2, '%'],
      ['Backtest trades', 93, 'trades'],
    ])
    for (const { source, as_of } of evidence) {
      expect(source).toBe(
        `backtest ${runIdOf(7)} of sma-cross (fast 10, slow 20) on sample bars from 2000-03-01 to 2012-05-31`,
      )
      expect(as_of).toBe('2012-05-31')
    }
    expect(decision.unverified).toEqual([])
  })

  it('without one is what it is where there is no lab, to the letter', async () => {
    const [without, none] = [await assess(createSampleAssessment(), REQUEST), await judge(null)]
    expect({ ...none.decision, run_id: '' }).toEqual({ ...without.decision, run_id: '' })
    expect(none.record.events.map(({ type }) => type)).toEqual(without.record.events.map(({ type }) => type))
  })

  it('is never shown one that has seen a later bar, whoever finds it', async () => {
    const { decision } = await judge({ ...FOUND, last: '2012-07-02' })
    expect(decision.evidence.some(({ label }) => label.startsWith('Backtest'))).toBe(false)
  })

  it('reaches the same verdict by rules: a backtest is told, and decides nothing', async () => {
    const [told, untold] = [await judge(FOUND), await judge(null)]
    const bare = ({ action, confidence, risk_metrics, position }: typeof told.decision) => ({
      ...{ action, confidence, risk_metrics, position },
    })
    expect(bare(told.decision)).toEqual(bare(untold.decision))
  })
})
