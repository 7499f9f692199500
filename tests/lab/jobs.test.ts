/** The jobs of the lab as a desk runs them, on threads. */
import { afterAll, describe, expect, test, vi } from 'vitest'
import { createBacktestWorkflow } from '../../src/lab/backtest.ts'
import type { BacktestResult } from '../../src/lab/backtest-result.ts'
import { createLabDesk } from '../../src/lab/create-lab-desk.ts'
import { BARS_STEP, chunkStep, RESULT_STEP, type LabState } from '../../src/lab/lab-state.ts'
import { createOptimizeWorkflow } from '../../src/lab/optimize.ts'
import type { Dispatcher } from '../../src/lab/task.ts'
import type { RunState } from '../../src/runs/state.ts'
import type { Workflow } from '../../src/runs/workflow.ts'
import { STATISTICS } from '../../src/trading/statistics.ts'
import { createGate } from '../support/gate.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createRunRecord, executeOver, StoppedError, type RunRecord } from '../support/run-context.ts'
import { parseResult } from '../support/result-text.ts'
import { createThreadedLab } from '../support/threaded-lab.ts'

const RULES = { ticker: 'GOOG', start: '2009-01-02', commission: 0.002, finalize: true }
const GRID = { ...RULES, grid: { fast: [5, 24], slow: [25, 60, 5] } }
const lab = createThreadedLab({ threads: 2 })
const single = createThreadedLab({ threads: 1 })

interface Ended<Output = unknown> {
  record: RunRecord
  output: Output
  data: LabState
  input: unknown
}

/** Executes what `admit` lets in. */
async function runJob<Input, Output>(
  workflow: Workflow<Input, LabState, Output>,
  request: unknown,
  record = createRunRecord('GOOG', null),
): Promise<Ended<Output>> {
  const { input } = await workflow.admit(workflow.input.parse(request))
  const output = await executeOver(workflow, input, record)
  return { record, output, data: fold(workflow, input, record), input }
}

function fold<Input>(workflow: Workflow<Input, LabState>, input: Input, record: RunRecord): LabState {
  return record.events.reduce((data, event) => workflow.fold(data, event), workflow.initial(input))
}

const resultOf = ({ record }: Ended) => JSON.parse(record.results.get(RESULT_STEP)!) as BacktestResult

/** What a desk says of the job, over its record. */
function lookAt(
  { record, data, input }: Ended,
  dispatcher: Dispatcher = lab.dispatcher,
  read: string[] = [],
) {
  const steps = record.results.has(RESULT_STEP) ? { [RESULT_STEP]: { status: 'completed' } } : {}
  return createLabDesk({
    runs: {
      state: async () => ({ kind: 'optimize', input, data, steps }) as unknown as RunState,
      stepResult: async (_runId, key) => (
        read.push(key),
        parseResult(record.results.get(key) ?? 'null') ?? undefined
      ),
    },
    ...{ catalog: lab.catalog, dispatcher, clock: createManualClock() },
    shutdown: new AbortController().signal,
  })
}

const optimized = runJob(createOptimizeWorkflow(lab), GRID)
optimized.catch(() => undefined)
afterAll(() => optimized.catch(() => undefined))

describe('a backtest', () => {
  test('tells its bars, its figures and what it was run with, the defaults included', async () => {
    const job = await runJob(createBacktestWorkflow(lab), {
      ticker: 'GOOG',
      params: { fast: 10 },
      commission: 0.002,
    })
    expect(job.input).toMatchObject({ params: { fast: 10, slow: 20 }, end: '2013-03-01' })
    expect(job.data.series).toEqual([
      {
        ticker: 'GOOG',
        vendor: 'sample',
        adjustment: 'adjusted',
        bars: 2148,
        first: '2004-08-19',
        last: '2013-03-01',
      },
    ])
    expect(job.data.stats).toMatchObject({ trades: 93, start: '2004-08-19', end: '2013-03-01' })
    expect(job.data.stats!.equity_final).toBeCloseTo(56263.51934, 5)
    const { curve, months, trades, daily_returns } = resultOf(job)
    expect(curve.equity.length).toBeLessThanOrEqual(1_500)
    expect(Math.max(...curve.equity)).toBe(job.data.stats!.equity_peak)
    expect(Math.min(...curve.drawdown_pct)).toBeCloseTo(job.data.stats!.max_drawdown_pct!, 9)
    const compounded = months.reduce((value, { return_pct }) => value * (1 + return_pct / 100), 10_000)
    expect(compounded).toBeCloseTo(job.data.stats!.equity_final!, 4)
    expect(trades.filter(({ exit_reason }) => exit_reason !== 'open')).toHaveLength(93)
    expect(daily_returns.counts.reduce((sum, count) => sum + count)).toBe(2148)
  })

  test.each([
    [{ ticker: 'GOGO' }, /"GOGO"/],
    [{}, /ticker is missing/],
    [{ ticker: 'GOOG', tickers: ['IBM'] }, /ticker or tickers, not both/],
    [{ tickers: ['GOOG', 'IBM'] }, /sma-cross trades one ticker, and 2 are named/],
    [
      { ticker: 'GOOG', start: '2012-01-03', end: '2011-01-03' },
      /start "2012-01-03" is after end "2011-01-03"/,
    ],
    [{ ticker: 'GOOG', start: '2012-02-30' }, /start "2012-02-30" is not a date/],
    [
      { ticker: 'GOOG', start: '2020-01-01' },
      /start: GOOG has no bar from 2020-01-01 to the last bar; it has 2004-08-19 to 2013-03-01/,
    ],
    [{ ticker: 'GOOG', end: '2004-08-19' }, /end: GOOG has only one bar/],
    [{ ticker: 'GOOG', strategy: 'sma-cros' }, /did you mean "sma-cross"\?/],
    [{ ticker: 'GOOG', params: { fsat: 3 } }, /did you mean "fast"\?/],
    [{ ticker: 'GOOG', params: { fast: 30, slow: 20 } }, /sma-cross needs fast < slow; got fast 30, slow 20/],
    [{ imported: 'a'.repeat(64) }, /keeps no imported prices/],
  ])('%j is refused', async (request, message) => {
    const workflow = createBacktestWorkflow(lab)
    await expect(workflow.admit(workflow.input.parse(request))).rejects.toThrow(message)
  })
})

describe('a search', () => {
  test('finds the best of all, which a backtest repeats to the last bit', async () => {
    const job = await optimized
    const { best } = job.data.search!
    expect(job.data.search).toMatchObject({
      planned: 160,
      evaluated: 160,
      refused: 0,
      failed: 0,
      names: ['fast', 'slow'],
    })
    const all = []
    for await (const trials of lookAt(job).eachTrial('run')) all.push(...trials)
    expect(all).toHaveLength(160)
    expect(best!.stats.sharpe_ratio).toBe(Math.max(...all.map(({ stats }) => stats.sharpe_ratio!)))
    const { data } = await runJob(createBacktestWorkflow(lab), { ...RULES, params: best!.params })
    expect(resultOf(job).stats).toEqual(data.stats)
    for (const name of STATISTICS) expect(best!.stats[name]).toBe(data.stats![name])
    expect(job.output.best).toEqual({ trial: best!.trial, params: best!.params, stats: data.stats })
    expect(job.data.honesty!.trials).toBe(160)
  })

  test('comes to the same bytes on one thread as on two', async () => {
    const [two, one] = [await optimized, await runJob(createOptimizeWorkflow(single), GRID)]
    expect([...one.record.results].sort()).toEqual([...two.record.results].sort())
    const own = ({ record }: Ended) =>
      record.events.filter(({ type }) => !/^(step|log)_/.test(type)).map(({ seq: _seq, ...event }) => event)
    expect(own(one)).toEqual(own(two))
  })

  test('goes on after a crash where it was, running no chunk twice', async () => {
    const whole = await optimized
    const workflow = createOptimizeWorkflow(lab)
    const { input } = await workflow.admit(workflow.input.parse(GRID))
    const record = createRunRecord('GOOG', null)
    for (const stopAfterSteps of [3, 5])
      await expect(executeOver(workflow, input, record, { stopAfterSteps })).rejects.toThrow(StoppedError)
    const begun: string[] = []
    const kept = new Set(record.results.keys())
    await executeOver(workflow, input, record, { onStepStart: (key) => begun.push(key) })
    expect(kept.size).toBe(5)
    expect(begun.filter((key) => kept.has(key))).toEqual([])
    expect(fold(workflow, input, record)).toEqual(whole.data)
  })

  test('leaves out what the constraint refuses, before it is run and after', async () => {
    const constraint = 'fast * 5 < slow and trades >= 25'
    const { data } = await runJob(createOptimizeWorkflow(lab), {
      ...GRID,
      constraint,
      maximize: 'max_drawdown_pct',
    })
    const { planned, evaluated, refused, best } = data.search!
    expect(planned).toBeLessThan(160)
    expect(refused).toBeGreaterThan(0)
    expect(evaluated + refused).toBe(planned)
    expect(best!.params.fast! * 5).toBeLessThan(best!.params.slow!)
    expect(best!.stats.trades).toBeGreaterThanOrEqual(25)
  })

  test('is no less likely luck for a constraint on what its tries made', async () => {
    const { data: free } = await optimized
    const { data: bound } = await runJob(createOptimizeWorkflow(lab), {
      ...GRID,
      constraint: `sharpe_ratio > ${free.search!.best!.stats.sharpe_ratio! - 0.05}`,
    })
    const { evaluated, refused, best } = bound.search!
    expect(evaluated).toBeLessThan(40)
    expect(best).toEqual(free.search!.best)
    const { sentences, ...figures } = bound.honesty!
    const { sentences: said, ...expected } = free.honesty!
    expect(figures).toEqual(expected)
    expect(figures.trials).toBe(160)
    const added = sentences.filter((sentence) => !said.includes(sentence))
    expect(added).toEqual([
      expect.stringContaining(`${refused} of 160 tries were refused by the constraint; they count as tries`),
    ])
  })

  test('of random or adaptive tries keeps to their number, and makes small what is better small', async () => {
    const workflow = createOptimizeWorkflow(lab)
    const random = await runJob(workflow, {
      ...GRID,
      method: 'random',
      tries: 30,
      maximize: 'volatility_ann_pct',
    })
    expect(random.data.search).toMatchObject({ planned: 30, evaluated: 30 })
    const all = []
    for await (const trials of lookAt(random).eachTrial('run')) all.push(...trials)
    expect(random.data.search!.best!.stats.volatility_ann_pct).toBe(
      Math.min(...all.map(({ stats }) => stats.volatility_ann_pct!)),
    )
    const adaptive = await runJob(workflow, { ...GRID, method: 'adaptive', tries: 40 })
    expect(adaptive.data.search).toMatchObject({ planned: 40, evaluated: 40 })
    expect(adaptive.data.search!.best!.stats.sharpe_ratio!).toBeGreaterThan(0)
  })

  test('after what risks least takes none that never trades, and says how many those were', async () => {
    const { data } = await runJob(createOptimizeWorkflow(lab), {
      ...GRID,
      ...{ start: '2012-06-01', grid: { fast: [5, 8], slow: [20, 180, 20] }, maximize: 'max_drawdown_pct' },
    })
    expect(data.search!.best!.stats.trades).toBeGreaterThan(0)
    expect(data.search!.best!.stats.max_drawdown_pct).toBeLessThan(0)
    expect(data.notes).toContainEqual(expect.stringMatching(/^\d+ of 36 tries ended no trade: /))
  })

  test('that nothing can meet is refused, or ends without a best', async () => {
    const workflow = createOptimizeWorkflow(lab)
    await expect(
      workflow.admit(workflow.input.parse({ ...GRID, constraint: 'fast > slow' })),
    ).rejects.toThrow(/leaves nothing to run/)
    const { output, data } = await runJob(workflow, {
      ...GRID,
      grid: { fast: [5, 8] },
      constraint: 'trades > 900',
    })
    expect(output).toEqual({ evaluated: 0, best: null })
    expect(data.search).toMatchObject({ refused: 4, best: null })
  })
})

describe('what a desk says of a search', () => {
  const query = { sort: 'sharpe_ratio', descending: true, offset: 0, limit: 5 } as const

  test('pages of trials by any statistic, within ranges', async () => {
    const desk = lookAt(await optimized)
    const all = []
    for await (const trials of desk.eachTrial('run')) all.push(...trials)
    const sorted = all.toSorted((a, b) => b.stats.sharpe_ratio! - a.stats.sharpe_ratio! || a.trial - b.trial)
    expect(await desk.trials('run', query)).toEqual({ trials: sorted.slice(0, 5), total: 160 })
    expect((await desk.trials('run', { ...query, offset: 158 })).trials).toEqual(sorted.slice(158))
    const within = { fast: [5, 6] as [number, number] }
    const few = await desk.trials('run', { ...query, sort: 'trades', descending: false, within })
    expect(few.total).toBe(16)
    expect(few.trials.every(({ params }) => params.fast! <= 6)).toBe(true)
    await expect(desk.trials('run', { ...query, sort: 'sharp_ratio' as 'sqn' })).rejects.toThrow(
      /"sharpe_ratio"\?/,
    )
  })

  test('a heatmap whose cells show their best trial, also where one cell stands for many', async () => {
    const desk = lookAt(await optimized)
    const map = (await desk.heatmap('run', { x: 'fast', y: 'slow', statistic: 'sharpe_ratio' }))!
    expect([map.x.length, map.y.length, map.cells.length]).toEqual([20, 8, 160])
    const best = (await desk.trials('run', query)).trials[0]!
    expect(map.high).toBe(best.stats.sharpe_ratio)
    expect(map.cells.find((cell) => cell!.value === map.high)).toEqual({
      trial: best.trial,
      value: map.high,
      trials: 1,
    })
    const within = { fast: [5, 9] as [number, number], slow: [25, 30] as [number, number] }
    const near = (await desk.heatmap('run', { x: 'fast', y: 'slow', statistic: 'sharpe_ratio', within }))!
    expect(near.cells).toHaveLength(10)
    await expect(desk.heatmap('run', { x: 'fats', y: 'slow', statistic: 'sqn' })).rejects.toThrow(/"fast"\?/)
  })

  test('a search at work is glanced at without waiting for its threads; what is found behind is there later', async () => {
    const job = await optimized
    const search = job.data.search!
    const gate = createGate()
    const busy: Dispatcher = {
      ...lab.dispatcher,
      run: (task, input, options) => gate.opened.then(() => lab.dispatcher.run(task, input, options)),
    }
    const desk = lookAt(job, busy)
    const axes = { x: 'fast', y: 'slow', statistic: 'sharpe_ratio' } as const
    const glance = () => desk.glance.heatmap('run', axes, search)
    expect(await glance()).toBeNull()
    expect(await desk.glance.trials('run', query, { ...search, chunks: 0 })).toBeNull()
    gate.open()
    const found = await desk.heatmap('run', axes)
    await vi.waitUntil(glance)
    expect(await glance()).toEqual({ found, search })
  })

  test('of trials looked at one after the other the bars are read once, and so is a result', async () => {
    const read: string[] = []
    const desk = lookAt(await optimized, lab.dispatcher, read)
    for (const trial of [0, 1, 1, 2]) await desk.inspectTrial('run', trial)
    for (let i = 0; i < 3; i++) expect((await desk.result('run'))!.trades.length).toBeGreaterThan(0)
    expect(read.filter((key) => [BARS_STEP, RESULT_STEP].includes(key))).toEqual([BARS_STEP, RESULT_STEP])
  })

  test('the best trials briefly have their parameters and the statistic that is asked for', async () => {
    const read: string[] = []
    const desk = lookAt(await optimized, lab.dispatcher, read)
    const whole = await desk.trials('run', query)
    read.length = 0
    const brief = await desk.trials('run', { ...query, isBrief: true })
    expect(read).toEqual([])
    expect(brief.trials.map(({ stats, ...trial }) => ({ ...trial, sharpe: stats.sharpe_ratio }))).toEqual(
      whole.trials.map(({ stats, ...trial }) => ({ ...trial, sharpe: stats.sharpe_ratio })),
    )
    expect(brief.trials[0]!.stats.trades).toBeNull()
  })

  test('one trial run again is the trial that was kept, and says so where it no longer is', async () => {
    const job = await optimized
    const desk = lookAt(job)
    const { trials } = await desk.trials('run', { ...query, offset: 70, limit: 1 })
    const { stats, notes } = await desk.inspectTrial('run', trials[0]!.trial)
    expect(stats).toMatchObject(trials[0]!.stats)
    expect(notes.join()).not.toMatch(/other figures/)
    await expect(desk.inspectTrial('run', 160)).rejects.toThrow('has no trial 160')
    await expect(desk.inspectTrial('run', -1)).rejects.toThrow('trial is -1')
    const elsewhere = { ...job, input: { ...(job.input as object), commission: 0 } }
    expect((await lookAt(elsewhere).inspectTrial('run', 3)).notes.join()).toMatch(/other figures/)
  })

  test('the chunks of a search are steps, found by their keys', async () => {
    const { record } = await optimized
    expect(record.results.has(chunkStep(1))).toBe(true)
    expect(record.results.has(chunkStep(9))).toBe(false)
  })
})
