import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../src/core/json.ts'
import { createSeededRandom } from '../../../src/core/random.ts'
import { parseClassifier } from '../../../src/lab/train/classifier-shape.ts'
import type { ForestModel } from '../../../src/lab/train/forest.ts'
import type { LogisticModel } from '../../../src/lab/train/logistic.ts'
import { fitClassifier, predictRows, weighFeatures, type ModelKind } from '../../../src/lab/train/model.ts'
import { planTraining } from '../../../src/lab/train/plan-training.ts'
import type { Samples } from '../../../src/lab/train/samples.ts'
import { measureScaling } from '../../../src/lab/train/scaling.ts'
import { accuracyOf } from '../../../src/lab/train/scores.ts'

const FEATURE_NAMES = ['a', 'b', 'noise']

describe('classifiers', () => {
  test.each(['logistic', 'forest'] as const)(
    '%s: learns what there is to learn and says by what',
    async (kind) => {
      const model = await fit(kind, drawSamples(600, 1))
      const tests = drawSamples(300, 2)
      expect(accuracyOf(predictRows(model, tests.values), tests.rose)).toBeGreaterThan(0.8)
      const importance = weighFeatures(model)
      expect(Object.values(importance).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12)
      expect(importance.a).toBeGreaterThan(importance.noise! * 3)
      expect(Object.values(importance).every((value) => value >= 0)).toBe(true)
    },
  )

  test.each(['logistic', 'forest'] as const)(
    '%s: the same samples and seed give the same bytes',
    async (kind) => {
      const samples = drawSamples(200, 3)
      const model = await fit(kind, samples)
      expect(canonicalJson(await fit(kind, samples))).toBe(canonicalJson(model))
      const again = JSON.parse(JSON.stringify(model)) as typeof model
      expect(predictRows(again, samples.values)).toEqual(predictRows(model, samples.values))
      if (kind === 'forest') expect(canonicalJson(await fit(kind, samples, 8))).not.toBe(canonicalJson(model))
    },
  )

  test('logistic regression comes to the coefficients of the likeliest model', async () => {
    const samples = drawSamples(1_000, 4, 4)
    const { model, scaling } = await fit('logistic', samples)
    // Worked out on its own by Newton's method on the same scaled rows.
    const likeliest = solveLogistic(samples, scaling)
    const found = [(model as LogisticModel).intercept, ...(model as LogisticModel).weights]
    for (const [index, value] of likeliest.entries()) expect(found[index]).toBeCloseTo(value, 4)
  })

  test('one that never saw a rise, or nothing else, says so without certainty', async () => {
    for (const value of [0, 1]) {
      const samples = drawSamples(120, 5)
      samples.rose.fill(value)
      for (const kind of ['logistic', 'forest'] as const) {
        const [probability] = predictRows(await fit(kind, samples), samples.values)
        expect(Math.abs(probability! - value)).toBeLessThan(0.01)
      }
    }
  })

  test('a row with a hole has no probability, and a feature that stands still does no harm', async () => {
    const samples = drawSamples(150, 6)
    for (let row = 0; row < samples.rows; row++) samples.values[row * 3 + 2] = 7
    expect(measureScaling(samples).deviation[2]).toBe(1)
    const model = await fit('forest', samples)
    expect(predictRows(model, Float64Array.of(1, Number.NaN, 7, 1, 1, 7))[0]).toBeNaN()
    expect(predictRows(model, Float64Array.of(1, 1, 7))[0]).toBeGreaterThan(0.5)
    const asked = (model.model as ForestModel).trees.flatMap(({ feature }) => feature)
    expect(asked.includes(0) && !asked.includes(2)).toBe(true)
  })

  test('tell how far they are, and stop where that throws', async () => {
    const told: string[] = []
    await fit('forest', drawSamples(120, 7), 1, (unit, done, of) => told.push(`${unit} ${done}/${of}`))
    expect(told).toEqual(['tree 1/4', 'tree 2/4', 'tree 3/4', 'tree 4/4'])
    told.length = 0
    const stop = new Error('stop')
    const fitting = fit('logistic', drawSamples(120, 7), 1, (unit, done, of) => {
      told.push(`${unit} ${done}/${of}`)
      if (done === 3) throw stop
    })
    await expect(fitting).rejects.toBe(stop)
    expect(told).toEqual(['epoch 1/200', 'epoch 2/200', 'epoch 3/200'])
  })
})

describe('a model that is read again', () => {
  test('is held against its shape: one that would not come to a leaf, or lacks figures, is none', async () => {
    const facts = {
      ...{ run_id: 'r', hash: 'h' },
      trained_on: { ticker: 'A', adjustment: 'raw', first: '2012-01-03', last: '2012-06-29', rows: 120 },
    }
    for (const kind of ['logistic', 'forest'] as const) {
      const fitted = await fitClassifier(drawSamples(120, 8), {
        ...{ kind, features: ['return_1', 'return_5', 'rsi_14'], horizonBars: 5, seed: 1, trees: 2 },
        onProgress: () => {},
      })
      const model = { ...fitted, ...facts }
      expect(parseClassifier(JSON.parse(JSON.stringify(model)))).toEqual(model)
      const broken = structuredClone(model)
      if (broken.model.kind === 'forest') broken.model.trees[1]!.left[0] = 0
      else broken.model.weights.pop()
      expect(parseClassifier(broken)).toBeUndefined()
      expect(parseClassifier({ ...model, features: ['return_1', 'return_5', 'tomorrow'] })).toBeUndefined()
    }
    expect(parseClassifier(undefined)).toBeUndefined()
  })
})

describe('folds of a training', () => {
  test('test on what comes after, with the answers of training known before the test begins', () => {
    const folds = planTraining(1_000, 4, 5)
    expect(folds).toHaveLength(4)
    expect(folds[0]).toMatchObject({ train: { from: 0, to: 195 }, test: { from: 200, to: 400 } })
    expect(folds[3]).toMatchObject({ train: { from: 0, to: 795 }, test: { from: 800, to: 1_000 } })
    for (const { train, test: tested } of planTraining(1_003, 4, 7)) expect(tested.from - train.to).toBe(7)
  })

  test('are refused with the figures where the bars are too few', () => {
    expect(() => planTraining(130, 5, 5)).toThrow(
      'folds is 5: 130 bars with all features and an answer 5 bars later make 20 to train on and 21 to test on; at least 100 and 20 are needed',
    )
    expect(() => planTraining(0, 5, 5)).toThrow('folds is 5: 0 bars')
  })
})

function fit(
  kind: ModelKind,
  samples: Samples,
  seed = 1,
  onProgress: (unit: 'epoch' | 'tree', done: number, of: number) => void = () => {},
) {
  const trees = samples.rows > 200 ? 12 : 4
  return fitClassifier(samples, { kind, features: FEATURE_NAMES, horizonBars: 5, seed, trees, onProgress })
}

/** Rises where a + b/2 and some chance are above 0. */
function drawSamples(rows: number, seed: number, chance = 0.5): Samples {
  const random = createSeededRandom(`samples ${seed}`)
  const values = Float64Array.from({ length: rows * 3 }, () => random() * 2 - 1)
  const rose = Uint8Array.from({ length: rows }, (_, row) =>
    values[row * 3]! + values[row * 3 + 1]! / 2 + (random() - 0.5) * chance > 0 ? 1 : 0,
  )
  return { from: 0, rows, columns: 3, values, rose }
}

/** Newton–Raphson with Gaussian elimination. */
function solveLogistic(
  { values, rose, rows }: Samples,
  { mean, deviation }: ReturnType<typeof measureScaling>,
) {
  const weights = [0, 0, 0, 0]
  for (let round = 0; round < 30; round++) {
    const gradient = [0, 0, 0, 0]
    const hessian = weights.map(() => [0, 0, 0, 0])
    for (let row = 0; row < rows; row++) {
      const x = [1, ...mean.map((value, column) => (values[row * 3 + column]! - value) / deviation[column]!)]
      const p = 1 / (1 + Math.exp(-x.reduce((sum, value, at) => sum + value * weights[at]!, 0)))
      for (let i = 0; i < 4; i++) {
        gradient[i]! += (rose[row]! - p) * x[i]!
        for (let j = 0; j < 4; j++) hessian[i]![j]! += p * (1 - p) * x[i]! * x[j]!
      }
    }
    for (let i = 0; i < 4; i++) {
      for (let k = 0; k < 4; k++) {
        if (k === i) continue
        const factor = hessian[k]![i]! / hessian[i]![i]!
        for (let j = 0; j < 4; j++) hessian[k]![j]! -= factor * hessian[i]![j]!
        gradient[k]! -= factor * gradient[i]!
      }
    }
    for (let i = 0; i < 4; i++) weights[i]! += gradient[i]! / hessian[i]![i]!
  }
  return weights
}
