/**
 * The walk-forward: in each fold the best parameters are searched on the training bars and traded on the test bars after
 * them, the capital going from test to test. A fold is a durable step, and so is each chunk of its search: what a crash
 * costs is the chunks at work. Folds that have ended stay, whatever becomes of the run.
 *
 * A fold in which no trial may be chosen (none has the statistic, or meets the constraint) is tested with what the fold
 * before had chosen, the first with the parameters that the job was given. An account that is ruined is not searched for
 * any further.
 */
import type { PlanNode, RunContext, Workflow } from '../runs/workflow.ts'
import { createTimeline } from '../trading/orders/timeline.ts'
import { checkRules } from '../trading/rules.ts'
import type { BacktestResult, Caveat } from './backtest-result.ts'
import { readRules, walkForwardInputSchema, type WalkForwardInput } from './job-inputs.ts'
import type { LabMeans } from './lab-means.ts'
import {
  createLabState,
  foldLab,
  MEASURED_EVENT,
  RESULT_STEP,
  WALK_EVENT,
  type LabState,
  type WalkResult,
} from './lab-state.ts'
import { admitBars, checkTickers, loadBars } from './load-bars.ts'
import { judgeSearch } from './overfitting/run-honesty.ts'
import type { JobBars } from './pack-bars.ts'
import { describeIdle } from './search/objective.ts'
import { checkAnyAdmitted, placeTrials, planSearch, type SearchPlan } from './search/search-plan.ts'
import { createSearchProgress } from './search/search-progress.ts'
import { summarizeJob } from './summarize-job.ts'
import { stitchFolds } from './tasks/names.ts'
import { describeTests } from './walk-forward/describe-tests.ts'
import { measureWalk } from './walk-forward/measure-walk.ts'
import { planFolds, type FoldRules, type PlannedFold } from './walk-forward/plan-folds.ts'
import { walkFolds, type WalkedFolds, type WalkOptions } from './walk-forward/walk-folds.ts'
import { WALK_SHAPES } from './walk-forward/walk-shapes.ts'

export interface WalkForwardOutput {
  folds: number
  /** Trials run and counted, in all folds. */
  evaluated: number
  walk: WalkResult
}
export type WalkForwardWorkflow = Workflow<WalkForwardInput, LabState, WalkForwardOutput>

const PHASES = { data: 'Prices', folds: 'Folds', result: 'Out of sample', luck: 'Luck' } as const
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
  {
    ...{ id: 'luck', label: PHASES.luck, node_type: 'phase' },
    children: [{ id: 'honesty', label: 'Judge how much of it is luck', node_type: 'agent' }],
  },
]
/** With the one before anything is done they come to fifty. */
const MOST_UPDATES = { searched: 39, judged: 10 }

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
      await checkAnyAdmitted(plan)
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
      const search = await placeTrials(planSearch(input, strategy))
      const tell = createSearchProgress(ctx, `Param 0/${search.planned}`, MOST_UPDATES)
      const bars = await loadBars(ctx, input, sources, 'bars')
      const { time } = createTimeline(bars.shared.series)
      const planned = planFolds(time.length, readFoldRules(input))
      const ground = { bars: bars.shared, strategy: strategy.ref, rules: readRules(input) }
      const walked = await walkFolds(ctx, {
        ...{ strategy, search, planned, time, ground, dispatcher, node: 'walk', tell },
      })
      const { folds, tries } = walked
      const { plan } = search

      const evaluated = tries.counted - tries.refused
      const idle = describeIdle(tries.idle, evaluated)
      const notes = [...walked.notes, ...idle, ...describeRest(walked, planned, time.length)]
      const { walk, caveats, track } = await measureTests(
        ctx,
        { ...walked, notes },
        { strategy, plan, bars, ground, dispatcher },
      )
      const range = { from: folds[0]!.test.from, to: folds[folds.length - 1]!.test.to }
      await judgeSearch(
        ctx,
        {
          ...{ ...ground, range, names: plan.space.names, fixed: plan.fixed, seed: input.seed },
          ...{ trials: tries.take(), counted: tries.counted, refused: tries.refused, best: null, track },
          caveats,
        },
        { dispatcher, node: 'honesty', onProgress: tell.judged },
      )
      return { folds: folds.length, evaluated, walk }
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

/** What the tests leave out, and how they are traded. */
function describeRest({ folds }: WalkedFolds, planned: readonly PlannedFold[], bars: number): string[] {
  const left = bars - planned[planned.length - 1]!.test.to
  const notes: string[] = []
  if (left > 0)
    notes.push(`The last ${left} ${left === 1 ? 'bar is' : 'bars are'} in no test: too few for another fold.`)
  if (folds.length < planned.length)
    notes.push(
      `The account was ruined in fold ${folds.length} of ${planned.length}; the others were not searched.`,
    )
  notes.push(...describeTests(folds))
  return notes
}

interface TestsGround extends Pick<WalkOptions, 'strategy' | 'ground' | 'dispatcher'> {
  plan: SearchPlan
  bars: JobBars
}

/** The tests as one account, and its equity at the close of each of their bars. */
async function measureTests(
  ctx: RunContext<LabState>,
  { folds, notes }: WalkedFolds,
  { strategy, plan, bars, ground, dispatcher }: TestsGround,
): Promise<{ walk: WalkResult; caveats: Caveat[]; track: Float64Array }> {
  const stitch = () =>
    dispatcher.run(
      stitchFolds,
      {
        ...{ ...ground, fixed: plan.fixed, facts: bars.facts, notes: [...bars.notes, ...notes] },
        folds: folds.map(({ params, test: { from, to } }) => ({ params, test: { from, to } })),
      },
      { lane: ctx.runId, signal: ctx.signal },
    )
  /** Too long to be kept: where the step had ended before, it is worked out once more. */
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
  const { stats, buy_and_hold, caveats = [] } = result
  await ctx.emit(MEASURED_EVENT, { stats, buy_and_hold, notes: result.notes })
  const names = strategy.parameters.map(({ name }) => name)
  const walk: WalkResult = { stats, buy_and_hold, ...measureWalk(stats, folds, plan.space.axes, names) }
  await ctx.emit(WALK_EVENT, { walk })
  return { walk, caveats, track: track ?? (await stitch()).equity }
}
