/** The backtest: one strategy, one set of parameters, the bars of its input. */
import { InputError } from '../core/errors.ts'
import type { PlanNode, RunContext, Workflow } from '../runs/workflow.ts'
import { checkRules } from '../trading/rules.ts'
import type { BacktestStats } from '../trading/statistics.ts'
import { fillParams } from '../trading/strategies/fill-params.ts'
import type { Params } from '../trading/strategies/strategy.ts'
import { BACKTEST_SHAPES } from './event-shapes.ts'
import { backtestInputSchema, readRules, type BacktestInput } from './job-inputs.ts'
import type { LabMeans } from './lab-means.ts'
import { createLabState, foldLab, type LabState } from './lab-state.ts'
import { admitBars, checkTickers, loadBars } from './load-bars.ts'
import { parseConstraint } from './search/constraint.ts'
import { simulateStep } from './simulate-step.ts'
import type { StrategyListing } from './strategy-catalog.ts'
import { summarizeJob } from './summarize-job.ts'

export interface BacktestOutput {
  stats: BacktestStats
}
export type BacktestWorkflow = Workflow<BacktestInput, LabState, BacktestOutput>

const PLAN: PlanNode[] = [
  {
    id: 'data',
    label: 'Prices',
    node_type: 'phase',
    children: [{ id: 'bars', label: 'Load prices', node_type: 'agent' }],
  },
  {
    id: 'trading',
    label: 'Backtest',
    node_type: 'phase',
    children: [{ id: 'simulation', label: 'Simulate trades', node_type: 'agent' }],
  },
]

export function createBacktestWorkflow({ sources, catalog, dispatcher }: LabMeans): BacktestWorkflow {
  return {
    kind: 'backtest',
    title: 'Backtest',
    input: backtestInputSchema,
    timeoutMinutes: null,
    isShort: true,
    async admit(request) {
      const strategy = await catalog.find(request.strategy)
      const params = fillParams(strategy, request.params)
      checkOwnConstraint(strategy, params)
      checkRules(readRules(request))
      const { bars, ticker, as_of, found } = await admitBars(request, sources)
      checkTickers(strategy, found)
      return { input: { ...request, ...bars, params }, ticker, as_of }
    },
    plan: () => PLAN,
    phases: { data: 'Prices', trading: 'Backtest' },
    initial: createLabState,
    fold: foldLab,
    shapes: BACKTEST_SHAPES,
    summary: summarizeJob,
    async execute(ctx: RunContext<LabState>, input) {
      const { ref } = await catalog.find(input.strategy)
      const bars = await loadBars(ctx, input, sources, 'bars')
      const { stats } = await simulateStep(ctx, {
        ...{ dispatcher, bars, strategy: ref, params: input.params },
        ...{ rules: readRules(input), node: 'simulation' },
      })
      return { stats }
    },
  }
}

/** What a strategy asks of its parameters. Throws `InputError`. */
export function checkOwnConstraint(strategy: StrategyListing, params: Params): void {
  if (strategy.constraint === null) return
  const { holds } = parseConstraint(strategy.constraint, Object.keys(params))
  if (holds((name) => params[name]!)) return
  const given = Object.entries(params).map(([name, value]) => `${name} ${value}`)
  throw new InputError(
    'params',
    `params: ${strategy.name} needs ${strategy.constraint}; got ${given.join(', ')}`,
  )
}
