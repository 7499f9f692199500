/**
 * Logistic regression by plain gradient descent (ml-logistic-regression), from weights of 0 for a set number of epochs.
 * There is nothing random in it. It is stopped long before directions that hardly matter have settled, which keeps
 * coefficients of features that say the same thing small, as a ridge penalty would.
 */

export interface LogisticModel {
  kind: 'logistic'
  /** What is added for a bar on which every feature is at its mean. */
  intercept: number
  /** Of each feature, scaled. */
  weights: number[]
}

export const EPOCHS = 200

interface Regression {
  train(x: unknown, y: unknown): void
  /** One for each class against all others; the first tells class 0 (told as 0) from the rest (1). */
  classifiers: { weights: { to1DArray(): number[] } }[]
}

/** It has no types of its own. */
const PACKAGE: string = 'ml-logistic-regression'

/**
 * `rows` are scaled features. Called `onEpoch` after each epoch, with how many there have been; what it throws ends the
 * training. A training set in which nothing ever rose, or everything did, gives the model that says so.
 */
export async function fitLogistic(
  rows: readonly (readonly number[])[],
  rose: Uint8Array,
  onEpoch: (epoch: number) => void,
): Promise<LogisticModel> {
  const width = rows[0]!.length
  const ones = rose.reduce((sum, value) => sum + value, 0)
  if (ones === 0 || ones === rose.length) {
    return { kind: 'logistic', intercept: ones === 0 ? -CERTAIN : CERTAIN, weights: new Array(width).fill(0) }
  }
  const { Matrix } = await import('ml-matrix')
  const { default: LogisticRegression } = (await import(PACKAGE)) as {
    default: new (options: { numSteps: number; learningRate: number }) => Regression
  }
  /** Every epoch multiplies it by the weights once, which is the only sign of life the package gives. */
  class Watched extends Matrix {
    override mmul(other: InstanceType<typeof Matrix>): InstanceType<typeof Matrix> {
      passes++
      // One class after the other, though the second is the mirror of the first: two passes are an epoch's work.
      if (passes % 2 === 0) onEpoch(passes / 2)
      return super.mmul(other)
    }
  }
  let passes = 0
  const x = new Watched(rows.map((row) => [1, ...row]))
  const regression = new LogisticRegression({
    numSteps: EPOCHS,
    learningRate: 4 / (rows.length * (width + 1)),
  })
  regression.train(x, Matrix.columnVector(Array.from(rose)))
  const [intercept, ...weights] = regression.classifiers[0]!.weights.to1DArray()
  return { kind: 'logistic', intercept: intercept!, weights }
}

/** A log-odds of it is a probability of 0.002 or 0.998: what a training set without a choice may say at most. */
const CERTAIN = 6

/** Of scaled features. */
export function predictLogistic({ intercept, weights }: LogisticModel, row: Float64Array): number {
  let score = intercept
  for (let column = 0; column < weights.length; column++) score += weights[column]! * row[column]!
  return 1 / (1 + Math.exp(-score))
}

/** |coefficient| of each scaled feature. */
export function weighLogistic({ weights }: LogisticModel): number[] {
  return weights.map(Math.abs)
}
