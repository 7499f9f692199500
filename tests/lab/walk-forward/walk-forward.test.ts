import { afterAll, describe, expect, test } from 'vitest'
import type { BacktestResult } from '../../../src/lab/backtest-result.ts'
import { createCatalog } from '../../../src/lab/create-catalog.ts'
import { readRules, walkForwardInputSchema } from '../../../src/lab/job-inputs.ts'
import { RESULT_STEP, type LabState } from '../../../src/lab/lab-state.ts'
import { createOptimizeWorkflow } from '../../../src/lab/optimize.ts'
import { createDispatcher } from '../../../src/lab/threads/create-dispatcher.ts'
import { createWalkForwardWorkflow } from '../../../src/lab/walk-forward.ts'
import type { RunState } from '../../../src/runs/state.ts'
import { createEvaluator } from '../../../src/trading/evaluate.ts'
import { smaCross } from '../../../src/trading/strategies/sma-cross.ts'
import { viewHonesty } from '../../../src/web/view-models/honesty-view.ts'
import { createSampleMeans } from '../../support/lab-means.ts'
import { loadSample } from '../../support/sample-bars.ts'
import { createTestDesk, type TestDesk } from '../../support/scripted-manager.ts'
import { stallAt } from '../../support/stalled-dispatcher.ts'
import { createStrategyFolder, PEEKING_FILE } from '../../support/strategy-folder.ts'
import { toldOf } from '../../support/told-progress.ts'

const INPUT = {
  ...{ ticker: 'GOOG', start: '2010-01-04', strategy: 'sma-cross', cash: 10_000, commission: 0.002 },
  ...{ grid: { fast: [5, 20, 5], slow: [30, 60, 10] }, train_bars: 300, test_bars: 100 },
}
const FOLDS = 4
const TRIALS = 16

/** For one's own strategies, which are loaded in threads alone. */
const dispatcher = createDispatcher({ threads: 1 })
afterAll(() => dispatcher.close())

describe('a walk-forward', () => {
  test('trades in each test what was best in training before it, and carries the capital on', async () => {
    const means = createSampleMeans()
    const desk = await createTestDesk([createWalkForwardWorkflow(means)])
    const runId = await launch(desk, INPUT)
    const state = await endedWell(desk, runId)
    const { folds, walk, honesty, notes } = state.data

    const full = await loadSample('GOOG')
    const from = full.time.findIndex((ms) => ms >= Date.UTC(2010, 0, 4))
    const bars = { ...full }
    for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const)
      bars[name] = full[name].slice(from)
    const rules = readRules(walkForwardInputSchema.parse(INPUT))
    const series = [{ ticker: 'GOOG', bars }]
    const evaluator = createEvaluator(series, smaCross, rules)
    let cash = 10_000
    expect(folds).toHaveLength(FOLDS)
    for (const [index, fold] of folds.entries()) {
      expect(fold).toMatchObject({
        ...{ fold: index, folds: FOLDS, evaluated: TRIALS },
        train: { from: index * 100, to: index * 100 + 300 },
        test: { from: index * 100 + 300, to: index * 100 + 400 },
      })
      let best = Number.NEGATIVE_INFINITY
      for (const fast of [5, 10, 15, 20]) {
        for (const slow of [30, 40, 50, 60]) {
          const { sharpe_ratio: sharpe } = evaluator.simulate({ fast, slow }, fold.train).stats
          if (sharpe !== null && sharpe > best) best = sharpe
        }
      }
      expect(fold.in_sample).toEqual(evaluator.simulate(fold.params, fold.train).stats)
      expect(fold.in_sample.sharpe_ratio).toBe(best)
      const tested = createEvaluator(series, smaCross, { ...rules, cash, finalize: 'fold' })
      const { stats } = tested.simulate(fold.params, fold.test)
      expect(fold.out_of_sample).toEqual(stats)
      cash = stats.equity_final!
    }

    const result = (await desk.manager.stepResult(runId, RESULT_STEP)) as BacktestResult
    expect(result.stats).toEqual(walk!.stats)
    expect(walk!.stats.equity_final).toBe(cash)
    expect(result.curve.equity.at(-1)).toBe(cash)
    expect(walk!.stats.trades).toBe(folds.reduce((sum, fold) => sum + fold.out_of_sample.trades!, 0))
    expect([walk!.stats.start, walk!.stats.end]).toEqual([folds[0]!.test.first, folds[FOLDS - 1]!.test.last])
    const inSample = folds.reduce((sum, fold) => sum + fold.in_sample.cagr_pct!, 0) / FOLDS
    expect(walk!.efficiency).toBeCloseTo(walk!.stats.cagr_pct! / inSample, 12)
    expect(walk!.profitable_folds).toBe(folds.filter((fold) => fold.out_of_sample.return_pct! > 0).length)
    const fasts = folds.map(({ params }) => params.fast!)
    const mean = fasts.reduce((sum, value) => sum + value, 0) / FOLDS
    const deviation = Math.sqrt(fasts.reduce((sum, value) => sum + (value - mean) ** 2, 0) / FOLDS)
    expect(walk!.stability.fast).toBeCloseTo(deviation / 15, 12)

    expect(honesty!.trials).toBe(FOLDS * TRIALS)
    expect(notes.some((note) => /^The last \d+ bars are in no test/.test(note))).toBe(true)
    const told = toldOf(desk, runId)
    expect(told.slice(0, 1 + FOLDS)).toEqual([
      [0, 'Param 0/16'],
      ...folds.map(({ fold }) => [(fold + 1) / FOLDS, `Param 16/16, Fold ${fold + 1}/4`]),
    ])
    expect(told.at(-1)).toEqual([1, 'Judging 10/10'])
    expect(told.length).toBeLessThanOrEqual(50)
    expect(Object.values(state.nodes).map(({ status }) => status)).not.toContain('pending')
    expect(means.dispatcher.asked.filter((name) => name === 'testFold')).toHaveLength(FOLDS)
  })

  test('goes on after a crash where it was, and comes to the same end', async () => {
    const undisturbed = await createTestDesk([createWalkForwardWorkflow(createSampleMeans())])
    const expected = await endedWell(undisturbed, await launch(undisturbed, INPUT))

    const means = createSampleMeans()
    const stalled = stallAt(means.dispatcher, 'testFold', 3)
    const desk = await createTestDesk([
      createWalkForwardWorkflow({ ...means, dispatcher: stalled.dispatcher }),
    ])
    const runId = await launch(desk, INPUT)
    await stalled.reached
    const next = createSampleMeans()
    const restarted = await desk.crashAndRestart([createWalkForwardWorkflow(next)])
    const state = await endedWell(restarted, runId)
    expect(state.data).toEqual(expected.data)
    // Two folds and the search of the third stand; two tests are left, and one search.
    expect(next.dispatcher.asked.filter((name) => name === 'testFold')).toHaveLength(2)
    const searches = means.dispatcher.asked.filter((name) => name === 'runTrials').length
    expect(next.dispatcher.asked.filter((name) => name === 'runTrials')).toHaveLength(searches / 3)
  })

  test('keeps the folds it has finished when it is cancelled', async () => {
    const means = createSampleMeans()
    const stalled = stallAt(means.dispatcher, 'testFold', 3)
    const desk = await createTestDesk([
      createWalkForwardWorkflow({ ...means, dispatcher: stalled.dispatcher }),
    ])
    const runId = await launch(desk, INPUT)
    await stalled.reached
    await desk.manager.cancel(runId)
    const state = (await desk.ended(runId)) as RunState<LabState>
    expect(state.status).toBe('canceled')
    expect(state.data.folds.map(({ fold }) => fold)).toEqual([0, 1])
  })

  test('tests a fold in which nothing could be chosen with what stood before', async () => {
    const desk = await createTestDesk([createWalkForwardWorkflow(createSampleMeans())])
    const input = { ...INPUT, params: { fast: 12, slow: 48 }, grid: { fast: [5, 10, 5] } }
    const never = await endedWell(desk, await launch(desk, { ...input, constraint: 'trades > 500' }))
    expect(never.data.folds.map(({ params }) => params)).toEqual(
      // What is searched has no value of its own but the default.
      Array.from({ length: FOLDS }, () => ({ fast: 10, slow: 48 })),
    )
    expect(never.data.folds.every(({ evaluated }) => evaluated === 0)).toBe(true)
    expect(never.data.honesty!.trials).toBe(FOLDS * 2)
    expect(never.data.honesty!.sentences.join(' ')).toContain('8 of 8 tries were refused')
    expect(never.data.notes).toContain(
      'No trial of fold 1 could be chosen; it was tested with the parameters of the job.',
    )
    expect(never.data.notes).toContain(
      'No trial of fold 2 could be chosen; it was tested with those of the fold before.',
    )
  })

  test.each([
    ['walk-forward' as const, { train_bars: 300, test_bars: 200 }],
    ['optimize' as const, {}],
  ])(
    '%s of a strategy that looks ahead begins by saying that nothing in it means anything',
    async (kind, more) => {
      const catalog = createCatalog({ folder: await createStrategyFolder(PEEKING_FILE) })
      const means = { ...createSampleMeans(), catalog, dispatcher }
      const desk = await createTestDesk([createWalkForwardWorkflow(means), createOptimizeWorkflow(means)])
      const input = {
        ticker: 'GOOG',
        start: '2010-01-04',
        strategy: 'peeks',
        grid: { ahead: [0, 2] },
        ...more,
      }
      const { data } = await endedWell(desk, (await desk.manager.launch([{ kind, input }])).runs[0]!.run_id)
      const said = data.notes.filter((note) => note.includes('A title looks ahead: the signal of '))
      expect(said.length).toBeGreaterThan(0)
      expect(new Set(said).size).toBe(said.length)
      expect(data.honesty!.caveats).toEqual(['looks-ahead'])
      expect(data.honesty!.sentences[0]).toBe(
        'This strategy looks ahead: none of these figures mean anything.',
      )
      expect(viewHonesty(data.honesty!)).toMatchObject({ verdict: { word: 'no test' } })
    },
  )

  test('is refused with the figures where the bars do not suffice', async () => {
    const desk = await createTestDesk([createWalkForwardWorkflow(createSampleMeans())])
    await expect(launch(desk, { ...INPUT, train_bars: 900 })).rejects.toThrow(
      /train_bars 900 \+ purge_bars 0 \+ test_bars 100 need 1000 bars; there are \d+/,
    )
  })
})

async function launch(desk: TestDesk, input: unknown): Promise<string> {
  return (await desk.manager.launch([{ kind: 'walk-forward', input }])).runs[0]!.run_id
}

async function endedWell(desk: TestDesk, runId: string): Promise<RunState<LabState>> {
  const state = (await desk.ended(runId)) as RunState<LabState>
  expect(state.error).toBeNull()
  expect(state.status).toBe('completed')
  return state
}
