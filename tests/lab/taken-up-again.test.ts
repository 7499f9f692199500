/** Jobs of the lab taken up again: run again from a step of theirs, stopped in the middle of that, or gone on with after a change. */
import { describe, expect, test } from 'vitest'
import { createBacktestWorkflow } from '../../src/lab/backtest.ts'
import { foldStep, HONESTY_STEP, MODEL_STEP, RESULT_STEP, type LabState } from '../../src/lab/lab-state.ts'
import { createOptimizeWorkflow } from '../../src/lab/optimize.ts'
import type { StrategyCatalog } from '../../src/lab/strategy-catalog.ts'
import type { Dispatcher } from '../../src/lab/task.ts'
import { createTrainWorkflow } from '../../src/lab/train.ts'
import { createWalkForwardWorkflow } from '../../src/lab/walk-forward.ts'
import type { RunState } from '../../src/runs/state.ts'
import type { Workflow } from '../../src/runs/workflow.ts'
import { createSampleMeans, type SampleMeans } from '../support/lab-means.ts'
import { createTestDesk, type TestDesk } from '../support/scripted-manager.ts'
import { stallAt } from '../support/stalled-dispatcher.ts'
import { watchRejections } from '../support/unheard-rejections.ts'

const BARS = { ticker: 'GOOG', start: '2011-01-03' }
const GRID = { fast: [5, 10, 5], slow: [30, 40, 10] }
const INPUTS = {
  backtest: BARS,
  optimize: { ...BARS, grid: GRID },
  'walk-forward': { ...BARS, grid: GRID, train_bars: 200, test_bars: 60 },
  train: { ...BARS, folds: 3, horizon_bars: 5, features: ['return_5', 'rsi_14'] },
} as const
const JUDGING = ['judgeTrack', 'bootstrapTrials', 'validateTrials']
type Kind = keyof typeof INPUTS

function listWorkflows(means: SampleMeans, dispatcher: Dispatcher = means.dispatcher): Workflow[] {
  const own = { ...means, dispatcher }
  return [
    createBacktestWorkflow(own),
    createOptimizeWorkflow(own),
    createWalkForwardWorkflow(own),
    createTrainWorkflow(own),
  ]
}

describe('run again from one of its steps', () => {
  test.each<[Kind, string, string[]]>([
    ['backtest', RESULT_STEP, ['backtest']],
    ['optimize', RESULT_STEP, ['backtest', ...JUDGING]],
    ['optimize', HONESTY_STEP, [...JUDGING]],
    ['walk-forward', foldStep(3), ['testFold', 'runTrials', 'stitchFolds', ...JUDGING]],
    ['walk-forward', 'walk', ['runTrials', 'testFold', 'stitchFolds', ...JUDGING]],
    ['train', MODEL_STEP, ['trainFold']],
  ])('a job of kind %s, from %s, comes to the same', async (kind, step, tasks) => {
    const unheard = watchRejections()
    const means = createSampleMeans()
    const desk = await createTestDesk(listWorkflows(means))
    const whole = await endedWell(desk, await launch(desk, kind))
    const before = means.dispatcher.asked.length
    const { run_id: again } = await desk.manager.rerun(whole.run_id, step)
    const state = await endedWell(desk, again)
    expect(state.data).toEqual(whole.data)
    const asked = means.dispatcher.asked.slice(before)
    expect([...new Set(asked)].sort()).toEqual(tasks.toSorted())
    expect(await unheard()).toEqual([])
  })

  test('a walk-forward can be stopped in the middle of it', async () => {
    const unheard = watchRejections()
    const means = createSampleMeans()
    const folds = 5
    const stalled = stallAt(means.dispatcher, 'testFold', folds + 1)
    const desk = await createTestDesk(listWorkflows(means, stalled.dispatcher))
    const runId = await launch(desk, 'walk-forward')
    expect((await endedWell(desk, runId)).data.folds).toHaveLength(folds)
    const { run_id: again } = await desk.manager.rerun(runId, foldStep(3))
    await stalled.reached
    await desk.manager.cancel(again)
    const state = (await desk.ended(again)) as RunState<LabState>
    expect(state.status).toBe('canceled')
    expect(state.data.folds).toHaveLength(2)
    expect(await unheard()).toEqual([])
  })
})

test.each<[Kind, string, number]>([
  ['walk-forward', 'testFold', 3],
  ['optimize', 'runTrials', 1],
])(
  'a job of kind %s that goes on after its strategy has changed fails and says why',
  async (kind, task, n) => {
    const unheard = watchRejections()
    const means = createSampleMeans()
    const stalled = stallAt(means.dispatcher, task, n)
    const desk = await createTestDesk(listWorkflows(means, stalled.dispatcher))
    const runId = await launch(desk, kind)
    await stalled.reached
    const changed = createSampleMeans()
    const catalog: StrategyCatalog = {
      ...changed.catalog,
      async find(name) {
        const listing = await changed.catalog.find(name)
        return { ...listing, ref: { ...listing.ref, hash: 'f'.repeat(64) } }
      },
    }
    const restarted = await desk.crashAndRestart(listWorkflows({ ...changed, catalog }))
    const state = await restarted.ended(runId)
    expect(state.status).toBe('error')
    expect(state.error).toMatch(/^step "(fold-001-)?chunk-00001" was journaled for another input/)
    expect(await unheard()).toEqual([])
  },
)

async function launch(desk: TestDesk, kind: Kind): Promise<string> {
  return (await desk.manager.launch([{ kind, input: INPUTS[kind] }])).runs[0]!.run_id
}

async function endedWell(desk: TestDesk, runId: string): Promise<RunState<LabState>> {
  const state = (await desk.ended(runId)) as RunState<LabState>
  expect(state.error).toBeNull()
  expect(state.status).toBe('completed')
  return state
}
