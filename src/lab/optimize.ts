/** The search for good parameters: every combination, random ones, or where it has been good so far. */
import { InputError } from '../core/errors.ts'
import type { PlanNode, RunContext, Workflow } from '../runs/workflow.ts'
import { checkRules } from '../trading/rules.ts'
import { createTimeline } from '../trading/orders/timeline.ts'
import type { BacktestStats } from '../trading/statistics.ts'
import { OPTIMIZE_SHAPES } from './event-shapes.ts'
import { optimizeInputSchema, readRules, type OptimizeInput } from './job-inputs.ts'
import type { LabMeans } from './lab-means.ts'
import { createLabState, foldLab, type BestTrial, type LabState } from './lab-state.ts'
import { admitBars, checkTickers, loadBars } from './load-bars.ts'
import { judgeSearch, MOST_TRIES } from './overfitting/run-honesty.ts'
import { runSearch } from './search/run-search.ts'
import { planSearch, type SearchPlan } from './search/search-plan.ts'
import { asOneStep } from './as-one-step.ts'
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

/** Judging runs trials once more, up to so many, each taking about as long as this many of the search. */
const JUDGING_COSTS = 4
/** The step that stands for all of judging. */
const JUDGED_STEP = 'judged'
/** Places looked at when a job is launched, to tell a constraint that nothing can meet. */
const PLACES_CHECKED = 100_000

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
      checkAnyAdmitted(plan)
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
      const bars = await loadBars(ctx, input, sources, 'bars')
      const rules = readRules(input)
      const range = { from: 0, to: createTimeline(bars.shared.series).length }
      const ground = { bars: bars.shared, strategy: strategy.ref, rules, range }
      const { outcome, ...trials } = await runSearch(ctx, {
        ...{ plan, ground, dispatcher, node: 'trials' },
        onProgress: (_fraction, message, run, planned) => ctx.progress(run / weigh(planned), message),
      })
      const { best, evaluated, planned } = outcome
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
      const { stats } = await simulateStep(ctx, {
        ...{ dispatcher, bars, strategy: strategy.ref, rules, params, node: 'simulation' },
      })
      await asOneStep(ctx, JUDGED_STEP, 'honesty', () =>
        judgeSearch(
          ctx,
          {
            ...{ ...ground, names: plan.space.names, fixed: plan.fixed, seed: input.seed },
            ...{ trials, best: best.trial },
          },
          {
            dispatcher,
            onProgress(fraction) {
              const share = planned / weigh(planned)
              ctx.progress(share + (1 - share) * fraction, `Run ${planned}/${planned}, judging`)
            },
          },
        ),
      )
      return { evaluated, best: { trial: best.trial, params, stats } }
    },
  }
}

/** The whole of a job in trials of its search, so that its progress keeps its pace. */
function weigh(planned: number): number {
  return planned + JUDGING_COSTS * Math.min(planned, MOST_TRIES)
}

/** So that a search without a single trial is refused rather than launched. Throws `InputError`. */
export function checkAnyAdmitted(plan: SearchPlan): void {
  const { size } = plan.space
  for (let place = 0; place < Math.min(size, PLACES_CHECKED); place++) if (plan.isAdmitted(place)) return
  if (size > PLACES_CHECKED) return
  throw new InputError(
    'constraint',
    'constraint: it leaves nothing to run; no combination in the grid meets it',
  )
}
