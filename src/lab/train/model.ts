/**
 * A trained classifier as it is kept and used: plain JSON that says what it looks at, how to scale it and how to weigh
 * it. The same samples and seed give the same bytes.
 */
import { growTrees, predictForest, TREES, weighForest, type ForestModel, type Tree } from './forest.ts'
import { EPOCHS, fitLogistic, predictLogistic, weighLogistic, type LogisticModel } from './logistic.ts'
import { measureScaling, scaleRow, scaleRows, type Scaling } from './scaling.ts'
import type { Samples } from './samples.ts'

export type ModelKind = 'logistic' | 'forest'

export interface Classifier {
  features: string[]
  horizon_bars: number
  seed: number
  scaling: Scaling
  model: LogisticModel | ForestModel
}

/** A classifier as a run leaves it, with what it has seen. */
export interface TrainedClassifier extends Classifier {
  run_id: string
  trained_on: {
    ticker: string
    adjustment: 'raw' | 'adjusted'
    /** Days (or times) of the first bar that was a sample, and of the last whose close was an answer. */
    first: string
    last: string
    rows: number
  }
  /** SHA-256 of the canonical JSON of the classifier alone. */
  hash: string
}

/** By what importance is measured, for a person. */
export const IMPORTANCE_BY: Readonly<Record<ModelKind, string>> = {
  logistic: 'size of the coefficient, features scaled to deviation 1',
  forest: 'decrease of Gini impurity, over all trees',
}

export interface FitOptions {
  kind: ModelKind
  features: string[]
  horizonBars: number
  seed: number
  /** Trees of a forest, or how many to grow; `TREES` where left out. */
  trees?: number | readonly Tree[]
  /** Of the fitting: what it counts in (`epoch` or `tree`), how many are done, of how many. What it throws ends it. */
  onProgress(unit: 'epoch' | 'tree', done: number, of: number): void
}

/** Fits on all of `samples`, at least one. */
export async function fitClassifier(samples: Samples, options: FitOptions): Promise<Classifier> {
  const { kind, features, horizonBars, seed, trees = TREES, onProgress } = options
  const scaling = measureScaling(samples)
  const rows = scaleRows(samples, scaling)
  const model =
    kind === 'logistic'
      ? await fitLogistic(rows, samples.rose, (epoch) => onProgress('epoch', epoch, EPOCHS))
      : { kind, trees: await takeTrees() }
  return { features, horizon_bars: horizonBars, seed, scaling, model }

  async function takeTrees(): Promise<Tree[]> {
    if (typeof trees !== 'number') return [...trees]
    const onTree = (done: number) => onProgress('tree', done, trees)
    return growTrees(rows, samples.rose, { seed, from: 0, to: trees, onTree })
  }
}

/** Probability that the close will be higher, for each row of features that is whole; NaN for one that is not. */
export function predictRows(
  { model, scaling, features }: Pick<Classifier, 'model' | 'scaling' | 'features'>,
  values: Float64Array,
): Float64Array {
  const width = features.length
  const scaled = new Float64Array(width)
  return Float64Array.from({ length: values.length / width }, (_, row) => {
    scaleRow(values, row * width, scaling, scaled)
    if (!scaled.every(Number.isFinite)) return Number.NaN
    return model.kind === 'logistic' ? predictLogistic(model, scaled) : predictForest(model, scaled)
  })
}

/** By feature, adding up to 1; the same for all where nothing tells them apart. */
export function weighFeatures({ model, features }: Classifier): Record<string, number> {
  const weights = model.kind === 'logistic' ? weighLogistic(model) : weighForest(model, features.length)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return Object.fromEntries(
    features.map((name, column) => [name, total > 0 ? weights[column]! / total : 1 / features.length]),
  )
}
