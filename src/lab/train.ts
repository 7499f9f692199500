/**
 * The training of a classifier of the next bars' direction as a durable run: bars, walk-forward folds, and the model on
 * all bars, each a step. Folds and model are fitted side by side; what comes of them does not depend on how many threads
 * there are.
 */
import { InputError } from '../core/errors.ts'
import { hashOf } from '../core/json.ts'
import type { PlanNode, RunContext, Workflow } from '../runs/workflow.ts'
import { describeSpan } from './describe-span.ts'
import { trainInputSchema, type TrainInput } from './job-inputs.ts'
import type { LabMeans } from './lab-means.ts'
import {
  createLabState,
  FOLD_EVENT,
  foldLab,
  foldStep,
  MODEL_STEP,
  TRAINED_EVENT,
  type LabState,
  type TrainedModel,
} from './lab-state.ts'
import { admitBars, loadBars } from './load-bars.ts'
import type { JobBars } from './pack-bars.ts'
import { summarizeTraining } from './summarize-job.ts'
import { chooseFeatures } from './train/features.ts'
import { fitInThreads } from './train/fit-in-threads.ts'
import { measureFold, measureTests, type FoldPredictions } from './train/measure-training.ts'
import { IMPORTANCE_BY, weighFeatures, type TrainedClassifier } from './train/model.ts'
import { planTraining } from './train/plan-training.ts'
import { countSamples } from './train/samples.ts'
import { TRAIN_SHAPES } from './train/train-shapes.ts'
import type { PlannedFold } from './walk-forward/plan-folds.ts'

const PHASES = { data: 'Prices', training: 'Training' } as const

/** Beyond it fitting takes minutes and teaches nothing new. */
const MOST_BARS = 20_000

export interface TrainMeans extends Pick<LabMeans, 'sources' | 'dispatcher'> {
  /** Trees of a forest; a usual number where left out. */
  trees?: number
}

/** Kind `train`. Its output is what `TRAINED_EVENT` tells of the model. */
export function createTrainWorkflow({
  sources,
  dispatcher,
  trees,
}: TrainMeans): Workflow<TrainInput, LabState, TrainedModel> {
  return {
    kind: 'train',
    title: 'Training',
    input: trainInputSchema,
    timeoutMinutes: null,
    async admit(input) {
      const features = chooseFeatures(input.features)
      const { bars, ticker, as_of, found } = await admitBars(input, sources)
      if (found.series.length !== 1)
        throw new InputError(
          'tickers',
          `tickers: a model is trained on one ticker, and ${found.series.length} are named; launch one job for each`,
        )
      const { length } = found.series[0]!.close
      if (length > MOST_BARS)
        throw new InputError(
          'start',
          `start: ${length} bars to train on; at most ${MOST_BARS} are allowed: begin later`,
        )
      planTraining(countSamples(length, features, input.horizon_bars).rows, input.folds, input.horizon_bars)
      return { input: { ...input, ...bars, features: features.map(({ name }) => name) }, ticker, as_of }
    },
    plan: planNodes,
    phases: PHASES,
    initial: createLabState,
    fold: foldLab,
    shapes: TRAIN_SHAPES,
    summary: summarizeTraining,
    execute: (ctx, input) =>
      train(ctx, input, { sources, dispatcher, ...(trees !== undefined && { trees }) }),
  }
}

function planNodes({ folds, model }: TrainInput): PlanNode[] {
  const fitted = model === 'forest' ? 'Grow a forest on all bars' : 'Fit a regression on all bars'
  return [
    {
      ...{ id: 'data', label: PHASES.data, node_type: 'phase' },
      children: [{ id: 'bars', label: 'Load prices', node_type: 'agent' }],
    },
    {
      ...{ id: 'training', label: PHASES.training, node_type: 'phase' },
      children: [
        { id: 'validation', label: `Train and test ${folds} folds`, node_type: 'agent', steps: folds },
        { id: 'fitting', label: fitted, node_type: 'agent' },
      ],
    },
  ]
}

async function train(
  ctx: RunContext<LabState>,
  input: TrainInput,
  { sources, dispatcher, trees }: TrainMeans,
): Promise<TrainedModel> {
  // Said before anything is done, so that a share of the tree never stands for it.
  ctx.progress(0, `Fold 1/${input.folds}`)
  const bars = await loadBars(ctx, input, sources, 'bars')
  const features = chooseFeatures(input.features)
  const samples = countSamples(bars.shared.series[0]!.bars.close.length, features, input.horizon_bars)
  const plan = planTraining(samples.rows, input.folds, input.horizon_bars)
  const tell = createProgress(ctx, plan.length)
  const common = {
    ...{ bars: bars.shared, features: features.map(({ name }) => name), horizonBars: input.horizon_bars },
    ...{ kind: input.model, seed: input.seed, ...(trees !== undefined && { count: trees }) },
  }
  const fit = (work: number, { train, test }: Pick<PlannedFold, 'train' | 'test'>, signal: AbortSignal) =>
    fitInThreads(
      dispatcher,
      { ...common, train, test },
      { lane: ctx.runId, signal, onProgress: (fraction, message) => tell(work, fraction, message) },
    )

  const whole = { from: 0, to: samples.rows }
  const [trained, folds] = await Promise.all([
    ctx.step<TrainedClassifier>(
      MODEL_STEP,
      async (step) => {
        const rows = { train: whole, test: { from: samples.rows, to: samples.rows } }
        const { classifier } = await fit(plan.length, rows, step.signal)
        const seen = { from: samples.from, to: samples.from + samples.rows + input.horizon_bars }
        const { first, last } = describeSeen(bars, seen)
        const { ticker, adjustment } = bars.facts[0]!
        step.log('INFO', `the model is trained on ${samples.rows} bars, ${first} to ${last}`)
        return {
          ...{ ...classifier, run_id: ctx.runId, hash: hashOf(classifier) },
          trained_on: { ticker, adjustment, first, last, rows: samples.rows },
        }
      },
      { node: 'fitting' },
    ),
    Promise.all(plan.map((fold) => validate(fold))),
  ])
  tell(plan.length, 1, null)

  async function validate(fold: PlannedFold): Promise<FoldPredictions> {
    const predictions = await ctx.step<FoldPredictions>(
      foldStep(fold.fold + 1),
      async (step) => {
        const { classifier: _classifier, ...kept } = await fit(fold.fold, fold, step.signal)
        return kept
      },
      { node: 'validation' },
    )
    tell(fold.fold, 1, null)
    const spans = { train: inBars(fold.train), test: inBars(fold.test) }
    const place = { fold: fold.fold, folds: plan.length }
    await ctx.emit(FOLD_EVENT, { fold: { ...place, ...spans, ...measureFold(predictions) } })
    return predictions
  }

  function inBars({ from, to }: PlannedFold['test']) {
    return describeSeen(bars, { from: samples.from + from, to: samples.from + to })
  }

  const result: TrainedModel = {
    ...{ model: input.model, features: trained.features, horizon_bars: input.horizon_bars, seed: input.seed },
    ...measureTests(folds),
    ...{ importance: weighFeatures(trained), importance_by: IMPORTANCE_BY[input.model], hash: trained.hash },
  }
  await ctx.emit(TRAINED_EVENT, { trained: result })
  return result
}

function describeSeen(bars: JobBars, range: PlannedFold['test']) {
  return describeSpan(bars.shared.series[0]!.bars.time, range)
}

/** Progress over folds and model as one, told of the first that is not done. */
function createProgress(ctx: RunContext<LabState>, folds: number) {
  const done = new Float64Array(folds + 1)
  const messages = new Array<string>(folds + 1).fill('')
  return (work: number, fraction: number, message: string | null): void => {
    done[work] = Math.max(done[work]!, fraction)
    if (message !== null) messages[work] = message
    const first = done.findIndex((value) => value < 1)
    const place = first === folds ? 'Model' : `Fold ${first + 1}/${folds}`
    ctx.progress(
      done.reduce((sum, value) => sum + value, 0) / done.length,
      first < 0 ? 'Model trained' : messages[first] ? `${place}, ${messages[first]}` : place,
    )
  }
}
