import { describe, expect, onTestFinished, test } from 'vitest'
import type { BacktestResult } from '../../../src/lab/backtest-result.ts'
import { createBacktestWorkflow } from '../../../src/lab/backtest.ts'
import { MODEL_STEP, RESULT_STEP, type LabState } from '../../../src/lab/lab-state.ts'
import { createDispatcher } from '../../../src/lab/threads/create-dispatcher.ts'
import { createTrainWorkflow } from '../../../src/lab/train.ts'
import { createModelStrategy } from '../../../src/lab/train/model-strategy.ts'
import type { TrainedClassifier } from '../../../src/lab/train/model.ts'
import { withModels } from '../../../src/lab/train/with-models.ts'
import type { RunState } from '../../../src/runs/state.ts'
import { createColumns } from '../../../src/trading/strategies/create-columns.ts'
import { BAR_COLUMNS, type Bars } from '../../../src/market/series.ts'
import { createSampleMeans } from '../../support/lab-means.ts'
import { loadSample } from '../../support/sample-bars.ts'
import { createTestDesk, type TestDesk } from '../../support/scripted-manager.ts'
import { toldOf } from '../../support/told-progress.ts'

const INPUT = {
  ...{ ticker: 'MSFT', start: '2011-06-01', horizon_bars: 5, folds: 3, seed: 7 },
  features: ['return_5', 'rsi_14', 'z_score_20', 'volatility_20'],
}
const TREES = 3

describe('a training', () => {
  test.each(['logistic', 'forest'] as const)(
    '%s: validates fold by fold and keeps a model on all bars',
    async (model) => {
      const desk = await createTestDesk([createTrainWorkflow({ ...createSampleMeans(), trees: TREES })])
      const runId = await launch(desk, 'train', { ...INPUT, model })
      const state = await endedWell(desk, runId)
      const { trainFolds, trained } = state.data
      expect(trainFolds.map(({ fold, folds }) => [fold, folds])).toEqual([
        [0, 3],
        [1, 3],
        [2, 3],
      ])
      for (const fold of trainFolds) {
        expect(fold.test.from - fold.train.to).toBe(5)
        expect(fold.samples).toBe(fold.test.to - fold.test.from)
        expect(fold.accuracy).toBeGreaterThan(0.3)
        expect(fold.train.first < fold.train.last && fold.train.last < fold.test.first).toBe(true)
      }
      const rows = trainFolds.reduce((sum, { samples }) => sum + samples, 0)
      const weighted = trainFolds.reduce((sum, fold) => sum + fold.accuracy * fold.samples, 0)
      expect(trained!.features).toEqual(['return_5', 'z_score_20', 'rsi_14', 'volatility_20'])
      expect(trained!.accuracy).toBeCloseTo(weighted / rows, 12)
      expect(trained!.calibration.reduce((sum, { count }) => sum + count, 0)).toBe(rows)
      expect(Object.keys(trained!.importance)).toEqual(trained!.features)
      const kept = (await desk.manager.stepResult(runId, MODEL_STEP)) as TrainedClassifier
      expect(kept).toMatchObject({ run_id: runId, hash: trained!.hash, horizon_bars: 5, seed: 7 })
      expect(kept.trained_on).toMatchObject({ ticker: 'MSFT', last: '2013-03-01' })
      const unit = model === 'forest' ? 'tree' : 'epoch'
      const told = toldOf(desk, runId)
      expect(told[0]).toEqual([0, 'Fold 1/3'])
      expect(told.at(-1)![0]).toBeGreaterThanOrEqual(0.99)
      const within = new RegExp(`^Fold [1-3]/3, ${unit} \\d+/\\d+$`)
      expect(told.some(([, message]) => within.test(message!))).toBe(true)
      const { accuracy, baseline } = trained!
      expect(desk.manager.summary(runId).stats).toEqual({ accuracy, baseline })
    },
  )

  test('the same input and seed make the same model on any number of threads', async () => {
    const dispatcher = createDispatcher({ threads: 2 })
    onTestFinished(() => dispatcher.close())
    const made = await Promise.all(
      [{}, { dispatcher }].map(async (threads) => {
        const workflow = createTrainWorkflow({ ...createSampleMeans(), ...threads, trees: TREES })
        const desk = await createTestDesk([workflow])
        const state = await endedWell(desk, await launch(desk, 'train', { ...INPUT, model: 'forest' }))
        return [state.data.trained, state.data.trainFolds]
      }),
    )
    expect(made[1]).toEqual(made[0])
  })

  test('is refused where the bars do not suffice, for several tickers and for unknown features', async () => {
    const desk = await createTestDesk([createTrainWorkflow(createSampleMeans())])
    const { ticker: _ticker, ...others } = INPUT
    await expect(launch(desk, 'train', { ...INPUT, start: '2012-11-01' })).rejects.toThrow(/^folds is 3: /)
    await expect(launch(desk, 'train', { ...others, tickers: ['AAPL', 'MSFT'] })).rejects.toThrow(
      'a model is trained on one ticker, and 2 are named',
    )
    await expect(launch(desk, 'train', { ...INPUT, features: ['rsi'] })).rejects.toThrow(
      'features names "rsi"',
    )
  })
})

describe('a model as a strategy', () => {
  test('is found by the run that trained it, backtests, and says where it had seen the bars', async () => {
    const means = createSampleMeans()
    const catalog = withModels(means.catalog, {
      load: (runId) => desk.manager.stepResult(runId, MODEL_STEP),
      recent: async () => [trainer],
    })
    const workflows = [createTrainWorkflow(means), createBacktestWorkflow({ ...means, catalog })]
    const desk = await createTestDesk(workflows)
    const trainer: string = await launch(desk, 'train', { ...INPUT, start: '2009-01-02', end: '2010-12-31' })
    await endedWell(desk, trainer)
    const strategy = `model:${trainer}`
    expect((await catalog.list()).strategies.at(-1)).toMatchObject({ name: strategy, tickers: 'one' })

    const backtest = async (input: object) => {
      const runId = await launch(desk, 'backtest', { ticker: 'MSFT', strategy, ...input })
      await endedWell(desk, runId)
      return (await desk.manager.stepResult(runId, RESULT_STEP)) as BacktestResult
    }
    const seen = await backtest({ start: '2009-01-02', end: '2011-12-30', params: { long_above: 0.5 } })
    expect(seen.stats.trades).toBeGreaterThan(0)
    expect(seen.notes[0]).toMatch(
      /^In-sample: the model was trained on MSFT up to 2010-12-31, so what it earns from 2009-02-02 to 2010-12-31/,
    )
    const fresh = await backtest({ start: '2011-01-03', finalize: true })
    expect(fresh).toMatchObject({ notes: [], caveats: [] })
    const other = await backtest({ ticker: 'AAPL', start: '2010-01-04' })
    expect(other.notes[0]).toMatch(/^The model was trained on MSFT up to 2010-12-31: what it earns on AAPL/)
    expect([seen.caveats, other.caveats]).toEqual([['in-sample'], ['in-sample']])

    await expect(backtest({ strategy: 'model:AAPL--2026-01-01_00.00.00--abcdef' })).rejects.toThrow(
      'there is no run "AAPL--2026-01-01_00.00.00--abcdef" that has trained a model',
    )
    await expect(backtest({ params: { long_above: 0.4, short_below: 0.45 } })).rejects.toThrow('short_below')
  })

  test('sees only the past: without the bars after one, no signal up to it changes', async () => {
    const desk = await createTestDesk([createTrainWorkflow({ ...createSampleMeans(), trees: TREES })])
    const runId = await launch(desk, 'train', { ...INPUT, model: 'forest' })
    await endedWell(desk, runId)
    const strategy = createModelStrategy(
      (await desk.manager.stepResult(runId, MODEL_STEP)) as TrainedClassifier,
    )
    const bars = await loadSample('IBM')
    const params = { long_above: 0.52, short_below: 0.48 }
    const signalsOf = (some: Bars) => {
      const out = new Int8Array(some.close.length).fill(9)
      return { first: strategy.signals(createColumns(some), params, out), out }
    }
    const whole = signalsOf(bars)
    expect(new Set(whole.out.subarray(whole.first)).size).toBe(3)
    for (const kept of [whole.first + 1, 500, 1_234]) {
      const past = Object.fromEntries(BAR_COLUMNS.map((name) => [name, bars[name].slice(0, kept)]))
      const cut = signalsOf(past as unknown as Bars)
      expect(cut.first).toBe(whole.first)
      expect(cut.out).toEqual(whole.out.slice(0, kept))
    }
  })
})

async function launch(desk: TestDesk, kind: 'train' | 'backtest', input: unknown): Promise<string> {
  return (await desk.manager.launch([{ kind, input }])).runs[0]!.run_id
}

async function endedWell(desk: TestDesk, runId: string): Promise<RunState<LabState>> {
  const state = (await desk.ended(runId)) as RunState<LabState>
  expect(state.error).toBeNull()
  expect(state.status).toBe('completed')
  return state
}
