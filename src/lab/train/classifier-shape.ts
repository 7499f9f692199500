/**
 * The shape of a trained classifier: what a model is held against before it is used, for the run that it is read from may
 * have been brought here from elsewhere.
 */
import { z } from 'zod'
import { FEATURE_NAMES } from './features.ts'
import type { TrainedClassifier } from './model.ts'

const numbers = z.array(z.number())
const places = z.array(z.int().min(0))
const logistic = z.strictObject({ kind: z.literal('logistic'), intercept: z.number(), weights: numbers })
const tree = z.strictObject({
  feature: z.array(z.int().min(-1)),
  ...{
    threshold: numbers,
    left: places,
    right: places,
    up: z.array(z.number().min(0).max(1)),
    gain: numbers,
  },
})
const forest = z.strictObject({ kind: z.literal('forest'), trees: z.array(tree).min(1) })

const shape = z
  .strictObject({
    features: z.array(z.enum(FEATURE_NAMES as [string, ...string[]])).min(1),
    ...{ horizon_bars: z.int().min(1), seed: z.int(), hash: z.string(), run_id: z.string() },
    scaling: z.strictObject({ mean: numbers, deviation: numbers }),
    model: z.discriminatedUnion('kind', [logistic, forest]),
    trained_on: z.strictObject({
      ...{ ticker: z.string(), adjustment: z.enum(['raw', 'adjusted']) },
      ...{ first: z.string(), last: z.string(), rows: z.int().min(1) },
    }),
  })
  .refine(fitsTogether)

/** Undefined for what is none. */
export function parseClassifier(value: unknown): TrainedClassifier | undefined {
  return shape.safeParse(value).data
}

/** As many figures as features; and a walk down a tree comes to a leaf, for children stand after their parents. */
function fitsTogether({
  features,
  scaling,
  model,
}: Pick<TrainedClassifier, 'features' | 'scaling' | 'model'>): boolean {
  const width = features.length
  if (scaling.mean.length !== width || scaling.deviation.length !== width) return false
  if (model.kind === 'logistic') return model.weights.length === width
  return model.trees.every(({ feature, threshold, left, right, up, gain }) => {
    const { length } = feature
    if (length === 0 || [threshold, left, right, up, gain].some((column) => column.length !== length))
      return false
    const isBelow = (child: number, node: number) => child > node && child < length
    return feature.every(
      (column, node) =>
        column < 0 || (column < width && isBelow(left[node]!, node) && isBelow(right[node]!, node)),
    )
  })
}
