import { z } from 'zod'
import { afterAll, describe, expect, it } from 'vitest'
import type { HonestyReport } from '../../../src/lab/honesty-report.ts'
import { foldLab, createLabState, HONESTY_STEP, type LabState } from '../../../src/lab/lab-state.ts'
import type { JudgedSearch } from '../../../src/lab/overfitting/judged-search.ts'
import { judgeSearch } from '../../../src/lab/overfitting/run-honesty.ts'
import { selectTries } from '../../../src/lab/overfitting/select-tries.ts'
import type { Dispatcher } from '../../../src/lab/task.ts'
import { createDispatcher } from '../../../src/lab/threads/create-dispatcher.ts'
import type { Workflow } from '../../../src/runs/workflow.ts'
import { createEvaluator } from '../../../src/trading/evaluate.ts'
import { DEFAULT_RULES } from '../../../src/trading/rules.ts'
import { STATISTICS } from '../../../src/trading/statistics.ts'
import { smaCross } from '../../../src/trading/strategies/sma-cross.ts'
import { createInlineDispatcher } from '../../support/inline-dispatcher.ts'
import { makeRandomBars } from '../../support/random-bars.ts'
import { createRunRecord, executeOver, StoppedError, type RunRecord } from '../../support/run-context.ts'

const FAST = [2, 3, 5, 8]
const SLOW = [10, 15, 20, 30, 40]

/** A grid of pairs on a random walk. */
function makeSearch(bars = 300, changes: Partial<JudgedSearch> = {}): JudgedSearch {
  const pairs = FAST.flatMap((fast) => SLOW.map((slow) => [fast, slow]))
  return {
    bars: { hash: `random ${bars}`, series: [{ ticker: 'WALK', bars: makeRandomBars(bars, 4) }] },
    strategy: { name: 'sma-cross', file: null, hash: null },
    rules: DEFAULT_RULES,
    range: { from: 0, to: bars },
    names: ['fast', 'slow'],
    fixed: {},
    trials: { numbers: pairs.map((_, i) => i), params: Float64Array.from(pairs.flat()) },
    best: 7,
    seed: 3,
    ...changes,
  }
}

function judge(
  search: JudgedSearch,
  dispatcher: Dispatcher = createInlineDispatcher(),
  record: RunRecord = createRunRecord('WALK', null),
  stopAfterSteps = Number.POSITIVE_INFINITY,
): Promise<HonestyReport> {
  const workflow: Workflow<object, LabState, HonestyReport> = {
    ...{ kind: 'optimize', title: 'Search', input: z.object({}), timeoutMinutes: null },
    admit: () => Promise.reject(new Error('not admitted here')),
    plan: () => [],
    initial: createLabState,
    fold: foldLab,
    summary: () => {
      throw new Error('not summed up here')
    },
    execute: (ctx) => judgeSearch(ctx, search, { dispatcher, node: 'honesty' }),
  }
  return executeOver(workflow, {}, record, { stopAfterSteps })
}

const threads = createDispatcher({ threads: 2 })
afterAll(() => threads.close())

describe('judging a search', () => {
  it('reports every figure, emits the report and keeps it as a step', async () => {
    const record = createRunRecord('WALK', null)
    const report = await judge(makeSearch(), createInlineDispatcher(), record)
    expect(report).toMatchObject({
      ...{ trials: 20, sampled: 20, observations: 299, periods_per_year: 365 },
      best: { trial: 7 },
      bootstrap: { samples: 1_000, mean_block: 10, seed: 3 },
      pbo: { blocks: 16, combinations: 12_870 },
    })
    expect(report.backtest_years).toBeCloseTo(299 / 365.25, 10)
    for (const share of [report.psr, report.pbo.value, report.against_zero.spa_consistent]) {
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1)
    }
    expect(report.pbo.logits!.counts.reduce((sum, count) => sum + count, 0)).toBe(12_870)
    expect(report.sentences[0]).toMatch(
      /^Of 20 tries, the best( by mean return, which is not the one chosen,)? would/,
    )
    expect(JSON.parse(record.results.get(HONESTY_STEP)!)).toEqual(report)
    expect(record.events.find(({ type }) => type === 'honesty_measured')).toMatchObject({ report })
    expect(record.results.size).toBe(11)
    expect(JSON.stringify(report).length).toBeLessThan(10_000)
  })

  it('takes the Sharpe ratio from the returns of the chosen try', async () => {
    const search = makeSearch()
    const report = await judge(search)
    const evaluator = createEvaluator(search.bars.series, smaCross, DEFAULT_RULES)
    evaluator.evaluate({ fast: 3, slow: 20 }, search.range, new Float64Array(STATISTICS.length), 0)
    const returns = Array.from(evaluator.equity.subarray(1), (value, t) => value / evaluator.equity[t]! - 1)
    const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length
    const squares = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    expect(report.best.sharpe).toBeCloseTo(mean / Math.sqrt(squares / (returns.length - 1)), 12)
    expect(report.best.sharpe_annual).toBeCloseTo(report.best.sharpe! * Math.sqrt(365), 12)
    expect(report.best.sharpe_band!.low).toBeLessThan(report.best.sharpe!)
    expect(report.best.sharpe_band!.high).toBeGreaterThan(report.best.sharpe!)
  })

  it('gives the same bytes in threads, in one, and when taken up again in between', async () => {
    const [inline, threaded] = await Promise.all([judge(makeSearch()), judge(makeSearch(), threads)])
    expect(JSON.stringify(threaded)).toBe(JSON.stringify(inline))
    const record = createRunRecord('WALK', null)
    await expect(judge(makeSearch(), createInlineDispatcher(), record, 2)).rejects.toThrow(StoppedError)
    const dispatcher = createInlineDispatcher()
    expect(await judge(makeSearch(), dispatcher, record)).toEqual(inline)
    expect(dispatcher.asked).not.toContain('bootstrapTrials')
    expect((await judge(makeSearch(300, { seed: 4 }))).against_zero).not.toEqual(inline.against_zero)
  })

  it('judges the track of a walk-forward in place of a try', async () => {
    const search = makeSearch()
    const evaluator = createEvaluator(search.bars.series, smaCross, DEFAULT_RULES)
    const { equity } = evaluator.simulate({ fast: 5, slow: 40 }, search.range).simulation
    const report = await judge({ ...search, track: equity })
    const single = await judge({
      ...search,
      trials: { numbers: [0], params: Float64Array.of(5, 40) },
      best: 0,
    })
    expect(report.best).toEqual({ ...single.best, trial: null })
    expect(report.against_zero).toEqual(single.against_zero)
    expect(report.against_buy_and_hold).toEqual(single.against_buy_and_hold)
    expect(report.pbo).toEqual((await judge(search)).pbo)
    expect(report.sentences[0]).toMatch(/^Out of sample/)
  })
})

describe('a search of which little can be said', () => {
  const none = { reality_check: null, spa_consistent: null, spa_lower: null, spa_upper: null }

  it('says so of a single try, which cannot be overfit by choice', async () => {
    const search = makeSearch(300, { trials: { numbers: [4], params: Float64Array.of(3, 20) }, best: 4 })
    const report = await judge(search)
    expect(report.pbo).toEqual({ value: null, blocks: 16, combinations: 0, strict: null, logits: null })
    expect(report.dsr_trial_variance).toBeNull()
    expect(report.dsr_null_variance).toEqual({ threshold: 0, probability: report.psr })
    expect(report.min_backtest_years).toBe(0)
    expect(report.against_zero.spa_consistent).not.toBeNull()
    expect(report.sentences).toContain('With a single try there is no choice that could be overfit.')
  })

  it('judges two tries', async () => {
    const trials = { numbers: [0, 1], params: Float64Array.of(3, 20, 5, 40) }
    const report = await judge(makeSearch(300, { trials, best: 0 }))
    expect(report.pbo.value).not.toBeNull()
    expect(report.dsr_trial_variance!.probability).not.toBeNull()
  })

  it('says so of fewer returns than two a block', async () => {
    const report = await judge(makeSearch(32))
    expect(report.observations).toBe(31)
    expect(report.pbo.value).toBeNull()
    expect(report.against_zero).toEqual(none)
    expect(report.bootstrap.samples).toBe(0)
    expect(report.sentences.join(' ')).toContain('31 returns are too few')
    expect((await judge(makeSearch(33))).pbo.value).not.toBeNull()
  })

  it('says so where no try ever traded', async () => {
    const report = await judge(makeSearch(300, { rules: { ...DEFAULT_RULES, cash: 0.5 } }))
    expect(report.best).toMatchObject({
      sharpe: null,
      sharpe_annual: null,
      skewness: null,
      sharpe_band: null,
    })
    expect(report.psr).toBeNull()
    expect(report.dsr_trial_variance).toBeNull()
    expect(report.min_track_record).toBeNull()
    expect(report.against_zero).toEqual(none)
    expect(report.pbo).toMatchObject({ value: 1, strict: 0 })
    expect(report.sentences.join(' ')).toContain('no Sharpe ratio')
  })

  it('goes on where accounts are ruined', async () => {
    const report = await judge(makeSearch(300, { rules: { ...DEFAULT_RULES, margin: 0.02 } }))
    expect(report.best.sharpe).toBeLessThan(0)
    expect(report.min_track_record).toBeNull()
    expect(report.sentences).toContain(
      'Its Sharpe ratio is not above 0, so no length of track would show that it is.',
    )
  })

  it('has nothing to judge where nothing was run', async () => {
    const report = await judge(
      makeSearch(300, { trials: { numbers: [], params: new Float64Array(0) }, best: null }),
    )
    expect(report).toMatchObject({ trials: 0, sampled: 0, psr: null, min_backtest_years: null })
    expect(report.sentences).toEqual(['No try was run, so there is nothing to judge.'])
  })

  it('refuses a chosen try that is none of those run, and a track of another length', async () => {
    await expect(judge(makeSearch(300, { best: 99 }))).rejects.toThrow('number 99')
    await expect(judge(makeSearch(300, { track: new Float64Array(299) }))).rejects.toThrow(
      '299 closes over 300 bars',
    )
  })
})

describe('the selection among very many tries', () => {
  it('is even, keeps the chosen one, and is all of them where they are few', () => {
    const trials = {
      numbers: Int32Array.from({ length: 1_000 }, (_, i) => 2 * i),
      params: new Float64Array(0),
    }
    expect(Array.from(selectTries({ trials, best: 4 }, 1_000))).toEqual(
      Array.from({ length: 1_000 }, (_, i) => i),
    )
    const some = selectTries({ trials, best: 1_998 }, 100)
    expect(some).toHaveLength(100)
    expect(some[99]).toBe(999)
    expect(Array.from(some.subarray(0, 3))).toEqual([0, 10, 20])
    expect(new Set(some).size).toBe(100)
  })
})
