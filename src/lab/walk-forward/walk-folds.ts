/**
 * The folds of a walk-forward, one after the other: each is searched on its training bars and tested on those after
 * them, with the capital that the test before has left. The end of a fold is told as soon as it is there.
 */
import type { RunContext } from '../../runs/workflow.ts'
import { fillParams } from '../../trading/strategies/fill-params.ts'
import type { Params } from '../../trading/strategies/strategy.ts'
import { asOneStep } from '../as-one-step.ts'
import { describeSpan } from '../describe-span.ts'
import { FOLD_EVENT, foldStep, type FoldResult } from '../lab-state.ts'
import { runSearch } from '../search/run-search.ts'
import type { PlacedSearch } from '../search/search-plan.ts'
import type { SearchProgress } from '../search/search-progress.ts'
import type { StrategyListing } from '../strategy-catalog.ts'
import type { Dispatcher } from '../task.ts'
import type { Ground } from '../tasks/open-evaluator.ts'
import { testFold } from '../tasks/names.ts'
import type { FoldTest } from '../tasks/test-fold.ts'
import { collectTries, type CollectedTries } from './collect-tries.ts'
import type { PlannedFold } from './plan-folds.ts'

export interface WalkOptions {
  strategy: StrategyListing
  search: PlacedSearch
  planned: readonly PlannedFold[]
  /** Of all bars, in which the folds are planned. */
  time: Float64Array
  ground: Ground
  dispatcher: Dispatcher
  /** Tree node that all folds together count to. */
  node: string
  tell: SearchProgress
}

export interface WalkedFolds {
  /** Those before the account was ruined: at least one. */
  folds: FoldResult[]
  tries: CollectedTries
  /** What a reader must know, a sentence each. */
  notes: string[]
}

/** The step that stands for all folds: it begins before the first and ends after the last. */
const WALK_STEP = 'walk'

export async function walkFolds(ctx: RunContext<unknown>, options: WalkOptions): Promise<WalkedFolds> {
  const { plan } = options.search
  const walked: WalkedFolds = { folds: [], tries: collectTries(plan.space.names.length), notes: [] }
  await asOneStep(ctx, WALK_STEP, options.node, async () => {
    let { cash } = options.ground.rules
    let chosen: Params = fillParams(options.strategy, plan.fixed)
    for (const planned of options.planned) {
      if (cash <= 0) break
      const { params, evaluated } = await searchFold(ctx, planned, options, walked)
      chosen = params ?? chosen
      const tested = await testStep(ctx, planned, chosen, cash, options)
      cash = tested.cash
      const fold = describeFold(planned, { params: chosen, evaluated, tested }, options)
      walked.folds.push(fold)
      await ctx.emit(FOLD_EVENT, { fold })
    }
    return { folds: walked.folds.length }
  })
  return walked
}

/** The parameters it has found; null where none could be chosen. */
async function searchFold(
  ctx: RunContext<unknown>,
  { fold, train }: PlannedFold,
  { search, planned, ground, dispatcher, tell }: WalkOptions,
  { tries, notes }: WalkedFolds,
): Promise<{ params: Params | null; evaluated: number }> {
  const found = await runSearch(ctx, {
    ...{ search, dispatcher, ground: { ...ground, range: train }, within: foldStep(fold + 1) },
    onProgress: (run, of, isNew) =>
      tell.searched(
        (fold + run / of) / planned.length,
        `Param ${run}/${of}, Fold ${fold + 1}/${planned.length}`,
        isNew,
      ),
  })
  tries.add(found)
  const { best, evaluated } = found.outcome
  if (!best)
    notes.push(
      `No trial of fold ${fold + 1} could be chosen; it was tested with ${fold === 0 ? 'the parameters of the job' : 'those of the fold before'}.`,
    )
  return { params: best && { ...search.plan.fixed, ...best.params }, evaluated }
}

function testStep(
  ctx: RunContext<unknown>,
  { fold, train, test }: PlannedFold,
  params: Params,
  cash: number,
  { ground, dispatcher }: WalkOptions,
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

function describeFold(
  { fold, train, test }: PlannedFold,
  { params, evaluated, tested }: { params: Params; evaluated: number; tested: FoldTest },
  { planned, time }: WalkOptions,
): FoldResult {
  const spanOf = (range: PlannedFold['test']) => describeSpan(time, range)
  const { in_sample, out_of_sample } = tested
  return {
    ...{ fold, folds: planned.length, train: spanOf(train), test: spanOf(test), evaluated },
    ...{ params: { ...params }, in_sample, out_of_sample },
  }
}
