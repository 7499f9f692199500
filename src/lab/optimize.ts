/** The search for good parameters: every combination, random ones, or where it has been good so far. */
import type { PlanNode, RunContext, Workflow } from '../runs/workflow.ts'
import { checkRules } from '../trading/rules.ts'
import { createTimeline } from '../trading/orders/timeline.ts'
import type { BacktestStats } from '../trading/statistics.ts'
import { OPTIMIZE_SHAPES } from './event-shapes.ts'
import { optimizeInputSchema, readRules, type OptimizeInput } from './job-inputs.ts'
import type { LabMeans } from './lab-means.ts'
import { createLabState, foldLab, type BestTrial, type LabState } from './lab-state.ts'
import { admitBars, checkTickers, loadBars } from './load-bars.ts'
import { judgeSearch } from './overfitting/run-honesty.ts'
import { describeIdle } from './search/objective.ts'
import { runSearch } from './search/run-search.ts'
import { checkAnyAdmitted, placeTrials, planSearch } from './search/search-plan.ts'
import { createSearchProgress } from './search/search-progress.ts'
import { simulateStep } from './simulate-step.ts'
import { summarizeJob } from './summarize-job.ts'

export interface OptimizeOutput {
  /** Trials run and counted. */
  evaluated: number
  /** Null where no trial has the statistic and meets the constraint. */
  best: (Omit<BestTrial, 'stats'> & { stats: BacktestStats }) | null
}
export type OptimizeWorkflow = Workflow<OptimizeInput, LabState, OptimizeOutput>

const PHASES = { data: 'Prices', search: 'Search', trading: 'Best trial', luck: 'Luck' } as const
const PLAN: PlanNode[] = [
  {
    ...{ id: 'data', label: PHASES.data, node_type: 'phase' },
    children: [{ id: 'bars', label: 'Load prices', node_type: 'agent' }],
  },
  {
    ...{ id: 'search', label: PHASES.search, node_type: 'phase' },
    children: [{ id: 'trials', label: 'Run trials', node_type: 'agent' }],
  },
  {
    ...{ id: 'trading', label: PHASES.trading, node_type: 'phase' },
    children: [{ id: 'simulation', label: 'Simulate the best trial', node_type: 'agent' }],
  },
  {
    ...{ id: 'luck', label: PHASES.luck, node_type: 'phase' },
    children: [{ id: 'honesty', label: 'Judge how much of it is luck', node_type: 'agent' }],
  },
]

/** With the one before anything is done they are as many as a run may have. */
const MOST_UPDATES = { searched: 79, judged: 20 }

export function createOptimizeWorkflow({ sources, catalog, dispatcher }: LabMeans): OptimizeWorkflow {
  return {
    kind: 'optimize',
    title: 'Optimisation',
    input: optimizeInputSchema,
    timeoutMinutes: null,
    async admit(request) {
      const strategy = await catalog.find(request.strategy)
      checkRules(readRules(request))
      const plan = planSearch(request, strategy)
      await checkAnyAdmitted(plan)
      const { bars, ticker, as_of, found } = await admitBars(request, sources)
      checkTickers(strategy, found)
      return { input: { ...request, ...bars, params: { ...plan.fixed } }, ticker, as_of }
    },
    plan: () => PLAN,
    phases: PHASES,
    initial: createLabState,
    fold: foldLab,
    shapes: OPTIMIZE_SHAPES,
    summary: summarizeJob,
    async execute(ctx: RunContext<LabState>, input) {
      const strategy = await catalog.find(input.strategy)
      const plan = planSearch(input, strategy)
      const search = await placeTrials(plan)
      const tell = createSearchProgress(ctx, `Run 0/${search.planned}`, MOST_UPDATES)
      const bars = await loadBars(ctx, input, sources, 'bars')
      const rules = readRules(input)
      const range = { from: 0, to: createTimeline(bars.shared.series).length }
      const ground = { bars: bars.shared, strategy: strategy.ref, rules, range }
      const { outcome, ...trials } = await runSearch(ctx, {
        ...{ search, ground, dispatcher, node: 'trials' },
        onProgress: (run, of, isNew) => tell.searched(run / of, `Run ${run}/${of}`, isNew),
      })
      const { best, evaluated, idle } = outcome
      if (best === null) {
        await ctx.skip(
          'no-best',
          'no trial has the statistic asked for and meets the constraint',
          'simulation',
        )
        await ctx.skip('no-luck', 'there is no best trial to judge', 'honesty')
        return { evaluated, best }
      }
      const params = { ...plan.fixed, ...best.params }
      const { stats, caveats } = await simulateStep(ctx, {
        ...{ dispatcher, strategy: strategy.ref, rules, params, node: 'simulation' },
        bars: { ...bars, notes: [...bars.notes, ...describeIdle(idle, evaluated)] },
      })
      await judgeSearch(
        ctx,
        {
          ...{ ...ground, names: plan.space.names, fixed: plan.fixed, seed: input.seed },
          ...{ trials, refused: outcome.refused, best: best.trial, caveats },
        },
        { dispatcher, node: 'honesty', onProgress: tell.judged },
      )
      return { evaluated, best: { trial: best.trial, params, stats } }
    },
  }
}
