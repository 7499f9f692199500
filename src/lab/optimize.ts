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
import { runSearch } from './search/run-search.ts'
import { planSearch, type SearchPlan } from './search/search-plan.ts'
import { simulateStep } from './simulate-step.ts'
import { summarizeJob } from './summarize-job.ts'

export interface OptimizeOutput {
  /** Trials run and counted. */
  evaluated: number
  /** Null where no trial has the statistic and meets the constraint. */
  best: (Omit<BestTrial, 'stats'> & { stats: BacktestStats }) | null
}
export type OptimizeWorkflow = Workflow<OptimizeInput, LabState, OptimizeOutput>

const PHASES = { data: 'Prices', search: 'Search', trading: 'Best trial' } as const
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
]

/** The most that the trials come to of the progress of the whole. */
const SEARCH_SHARE = 1
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
      const { outcome } = await runSearch(ctx, {
        ...{ plan, ground, dispatcher, node: 'trials' },
        onProgress: (fraction, message) => ctx.progress(fraction * SEARCH_SHARE, message),
      })
      const { best, evaluated } = outcome
      if (best === null) {
        await ctx.skip(
          'no-best',
          'no trial has the statistic asked for and meets the constraint',
          'simulation',
        )
        return { evaluated, best }
      }
      const params = { ...plan.fixed, ...best.params }
      const { stats } = await simulateStep(ctx, {
        ...{ dispatcher, bars, strategy: strategy.ref, rules, params, node: 'simulation' },
      })
      return { evaluated, best: { trial: best.trial, params, stats } }
    },
  }
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
