/**
 * The walk-forward: in each fold the best parameters are searched on the training bars and traded on the test bars after
 * them, the capital going from test to test. A fold is a durable step, and so is each chunk of its search: what a crash
 * costs is the chunks at work. Folds that have ended stay, whatever becomes of the run.
 *
 * A fold in which no trial may be chosen (none has the statistic, or meets the constraint) is tested with what the fold
 * before had chosen, the first with the parameters that the job was given. An account that is ruined is not searched for
 * any further.
 */
import { createDeferred } from '../core/deferred.ts'
import type { PlanNode, RunContext, Workflow } from '../runs/workflow.ts'
import { createTimeline } from '../trading/orders/timeline.ts'
import { checkRules } from '../trading/rules.ts'
import { fillParams } from '../trading/strategies/fill-params.ts'
import type { Params } from '../trading/strategies/strategy.ts'
import type { BacktestResult } from './backtest-result.ts'
import { describeSpan } from './describe-span.ts'
import { readRules, walkForwardInputSchema, type WalkForwardInput } from './job-inputs.ts'
import type { LabMeans } from './lab-means.ts'
import {
  createLabState,
  FOLD_EVENT,
  foldLab,
  foldStep,
  MEASURED_EVENT,
  RESULT_STEP,
  WALK_EVENT,
  type FoldResult,
  type LabState,
  type WalkResult,
} from './lab-state.ts'
import { admitBars, checkTickers, loadBars } from './load-bars.ts'
import { checkAnyAdmitted } from './optimize.ts'
import { judgeSearch } from './overfitting/run-honesty.ts'
import type { JobBars } from './pack-bars.ts'
import { runSearch } from './search/run-search.ts'
import { planSearch, type SearchPlan } from './search/search-plan.ts'
import type { StrategyListing } from './strategy-catalog.ts'
import { summarizeJob } from './summarize-job.ts'
import type { Dispatcher } from './task.ts'
import type { Ground } from './tasks/open-evaluator.ts'
import { stitchFolds } from './tasks/stitch-folds.ts'
import { testFold, type FoldTest } from './tasks/test-fold.ts'
import { collectTries } from './walk-forward/collect-tries.ts'
import { describeTests } from './walk-forward/describe-tests.ts'
import { measureWalk } from './walk-forward/measure-walk.ts'
import { planFolds, type FoldRules, type PlannedFold } from './walk-forward/plan-folds.ts'
import { WALK_SHAPES } from './walk-forward/walk-shapes.ts'

export interface WalkForwardOutput {
  folds: number
  /** Trials run and counted, in all folds. */
  evaluated: number
  walk: WalkResult
}
export type WalkForwardWorkflow = Workflow<WalkForwardInput, LabState, WalkForwardOutput>

const PHASES = { data: 'Prices', folds: 'Folds', result: 'Out of sample' } as const
const PLAN: PlanNode[] = [
  {
    ...{ id: 'data', label: PHASES.data, node_type: 'phase' },
    children: [{ id: 'bars', label: 'Load prices', node_type: 'agent' }],
  },
  {
    ...{ id: 'folds', label: PHASES.folds, node_type: 'phase' },
    children: [{ id: 'walk', label: 'Search and test fold by fold', node_type: 'agent' }],
  },
  {
    ...{ id: 'result', label: PHASES.result, node_type: 'phase' },
    children: [{ id: 'stitched', label: 'Put the tests together', node_type: 'agent' }],
  },
]
/** The step that stands for all folds: it begins before the first and ends after the last. */
const WALK_STEP = 'walk'
/** What judging the luck of it comes to of the whole. */
const HONESTY_SHARE = 0.1
const MOST_UPDATES = 50

export function createWalkForwardWorkflow({ sources, catalog, dispatcher }: LabMeans): WalkForwardWorkflow {
  return {
    kind: 'walk-forward',
    title: 'Walk-forward',
    input: walkForwardInputSchema,
    timeoutMinutes: null,
    async admit(request) {
      const strategy = await catalog.find(request.strategy)
      checkRules(readRules(request))
      const plan = planSearch(request, strategy)
      checkAnyAdmitted(plan)
      const { bars, ticker, as_of, found } = await admitBars(request, sources)
      checkTickers(strategy, found)
      const series = found.series.map((one) => ({ ticker: one.ticker, bars: one }))
      planFolds(createTimeline(series).length, readFoldRules(request))
      return { input: { ...request, ...bars, params: { ...plan.fixed } }, ticker, as_of }
    },
    plan: () => PLAN,
    phases: PHASES,
    initial: createLabState,
    fold: foldLab,
    shapes: WALK_SHAPES,
    summary: summarizeJob,
    async execute(ctx, input) {
      const strategy = await catalog.find(input.strategy)
      const bars = await loadBars(ctx, input, sources, 'bars')
      return walkForward(ctx, input, { strategy, bars, dispatcher })
    },
  }
}

function readFoldRules(input: WalkForwardInput): FoldRules {
  return {
    trainBars: input.train_bars,
    testBars: input.test_bars,
    anchored: input.anchored,
    purgeBars: input.purge_bars,
    embargoBars: input.embargo_bars,
  }
}

interface WalkGround {
  strategy: StrategyListing
  bars: JobBars
  dispatcher: Dispatcher
}

async function walkForward(
  ctx: RunContext<LabState>,
  input: WalkForwardInput,
  { strategy, bars, dispatcher }: WalkGround,
): Promise<WalkForwardOutput> {
  const plan = planSearch(input, strategy)
  const { time } = createTimeline(bars.shared.series)
  const planned = planFolds(time.length, readFoldRules(input))
  const ground: Ground = { bars: bars.shared, strategy: strategy.ref, rules: readRules(input) }
  const tell = createProgress(ctx, planned.length)
  const walked = await walkFolds(ctx, { plan, planned, ground, strategy, bars, time, dispatcher, tell })
  const { folds, tries, notes } = walked

  const testedTo = folds[folds.length - 1]!.test.to
  const left = time.length - planned[planned.length - 1]!.test.to
  if (left > 0)
    notes.push(`The last ${left} ${left === 1 ? 'bar is' : 'bars are'} in no test: too few for another fold.`)
  if (folds.length < planned.length)
    notes.push(
      `The account was ruined in fold ${folds.length} of ${planned.length}; the others were not searched.`,
    )
  notes.push(...describeTests(folds))

  const stitch = () =>
    dispatcher.run(
      stitchFolds,
      {
        ...{ ...ground, fixed: plan.fixed, facts: bars.facts, notes: [...bars.notes, ...notes] },
        folds: folds.map(({ params, test: { from, to } }) => ({ params, test: { from, to } })),
      },
      { lane: ctx.runId, signal: ctx.signal },
    )
  /** Its equity is too long to be kept, and is needed once more. */
  let track: Float64Array | null = null
  const result = await ctx.step<BacktestResult>(
    RESULT_STEP,
    async (step) => {
      const stitched = await stitch()
      track = stitched.equity
      for (const note of stitched.result.notes) step.log('WARN', note)
      return stitched.result
    },
    { node: 'stitched', input: { strategy: strategy.ref.hash, params: folds.map(({ params }) => params) } },
  )
  const { stats, buy_and_hold } = result
  await ctx.emit(MEASURED_EVENT, { stats, buy_and_hold, notes: result.notes })
  const walk: WalkResult = {
    ...{ stats, buy_and_hold },
    ...measureWalk(
      stats,
      folds,
      plan.space.axes,
      strategy.parameters.map(({ name }) => name),
    ),
  }
  await ctx.emit(WALK_EVENT, { walk })

  await judgeSearch(
    ctx,
    {
      ...{ ...ground, range: { from: folds[0]!.test.from, to: testedTo }, names: plan.space.names },
      ...{ fixed: plan.fixed, trials: tries.take(), counted: tries.counted, best: null, seed: input.seed },
      track: track ?? (await stitch()).equity,
    },
    { dispatcher, onProgress: (fraction) => tell.judged(fraction) },
  )
  return { folds: folds.length, evaluated: tries.counted, walk }
}

interface FoldsOptions extends WalkGround {
  plan: SearchPlan
  planned: readonly PlannedFold[]
  ground: Ground
  time: Float64Array
  tell: WalkProgress
}

async function walkFolds(ctx: RunContext<LabState>, options: FoldsOptions) {
  const { plan, planned, ground, strategy, bars, time, dispatcher, tell } = options
  const tries = collectTries(plan.space.names.length)
  const folds: FoldResult[] = []
  const notes: string[] = []
  const ended = createDeferred<{ folds: number }>()
  const whole = ctx.step(WALK_STEP, () => ended.promise, { node: 'walk' })
  // Awaited below: until then its failure has nobody else to hear it.
  whole.catch(() => undefined)
  let { cash } = ground.rules
  let chosen: Params = fillParams(strategy, plan.fixed)
  try {
    for (const { fold, train, test } of planned) {
      if (cash <= 0) break
      const found = await runSearch(ctx, {
        ...{ plan, dispatcher, ground: { ...ground, range: train }, within: foldStep(fold + 1) },
        onProgress: (fraction, _message, run, of) => tell.searched(fold, fraction, run, of),
      })
      tries.add(found)
      const { best, evaluated } = found.outcome
      if (best) chosen = { ...plan.fixed, ...best.params }
      else
        notes.push(
          `No trial of fold ${fold + 1} could be chosen; it was tested with ${fold === 0 ? 'the parameters of the job' : 'those of the fold before'}.`,
        )
      const tested = await testStep(ctx, { fold, train, test }, chosen, cash, { ground, dispatcher })
      cash = tested.cash
      const spanOf = (range: PlannedFold['test']) => describeSpan(time, range, bars.facts[0]!)
      const result: FoldResult = {
        ...{ fold, folds: planned.length, train: spanOf(train), test: spanOf(test), evaluated },
        params: { ...chosen },
        ...{ in_sample: tested.in_sample, out_of_sample: tested.out_of_sample },
      }
      folds.push(result)
      await ctx.emit(FOLD_EVENT, { fold: result })
    }
    ended.resolve({ folds: folds.length })
  } catch (error) {
    ended.reject(error)
    throw error
  }
  await whole
  return { folds, tries, notes }
}

function testStep(
  ctx: RunContext<LabState>,
  { fold, train, test }: PlannedFold,
  params: Params,
  cash: number,
  { ground, dispatcher }: Pick<FoldsOptions, 'ground' | 'dispatcher'>,
): Promise<FoldTest> {
  return ctx.step<FoldTest>(
    foldStep(fold + 1),
    async (step) => {
      const task = { ...ground, params, train, test, cash }
      const tested = await dispatcher.run(testFold, task, { lane: ctx.runId, signal: step.signal })
      const shown = Object.entries(params).map(([name, value]) => `${name} ${value}`)
      step.log(
        'INFO',
        `fold ${fold + 1}: ${shown.join(', ')}; return in its test ${tested.out_of_sample.return_pct?.toFixed(2) ?? '–'} %`,
      )
      return tested
    },
    { input: { strategy: ground.strategy.hash, params, train, test, cash } },
  )
}

type WalkProgress = ReturnType<typeof createProgress>

/** Told in fiftieths, so that a run has at most so many updates, however often it is taken up again. */
function createProgress(ctx: RunContext<LabState>, folds: number) {
  let told = 0
  const tell = (fraction: number, message: string) => {
    const update = Math.floor(fraction * MOST_UPDATES)
    if (update <= told) return
    told = update
    ctx.progress(update / MOST_UPDATES, message)
  }
  return {
    searched: (fold: number, fraction: number, run: number, planned: number) =>
      tell(
        ((fold + fraction) / folds) * (1 - HONESTY_SHARE),
        `Param ${run}/${planned}, Fold ${fold + 1}/${folds}`,
      ),
    judged: (fraction: number) =>
      tell(1 - HONESTY_SHARE + fraction * HONESTY_SHARE, 'How much of it is luck'),
  }
}
