import { describe, expect, test } from 'vitest'
import { measureFold, measureTests } from '../../../src/lab/train/measure-training.ts'
import { accuracyOf, aucOf, brierOf, calibrationOf, logLossOf } from '../../../src/lab/train/scores.ts'
import { packDoubles } from '../../../src/lab/trials.ts'

const predicted = Float64Array.of(0.9, 0.5, 0.4, 0.4, 0.1)
const observed = Uint8Array.of(1, 0, 1, 0, 0)

describe('scores of predictions', () => {
  test('are those worked out by hand', () => {
    expect(accuracyOf(predicted, observed)).toBeCloseTo(3 / 5, 15)
    expect(brierOf(predicted, observed)).toBeCloseTo((0.01 + 0.25 + 0.36 + 0.16 + 0.01) / 5, 15)
    expect(logLossOf(predicted, observed)).toBeCloseTo(
      -(Math.log(0.9) + Math.log(0.5) + Math.log(0.4) + Math.log(0.6) + Math.log(0.9)) / 5,
      15,
    )
    // Six pairs of one that rose and one that did not: 0.9 beats all three; 0.4 loses to 0.5, ties, and beats 0.1.
    expect(aucOf(predicted, observed)).toBeCloseTo(4.5 / 6, 15)
  })

  test('know the best, the worst, and what cannot be told', () => {
    expect(aucOf(Float64Array.of(0.2, 0.8), Uint8Array.of(0, 1))).toBe(1)
    expect(aucOf(Float64Array.of(0.8, 0.2), Uint8Array.of(0, 1))).toBe(0)
    expect(aucOf(Float64Array.of(0.8, 0.2), Uint8Array.of(1, 1))).toBeNull()
    expect(logLossOf(Float64Array.of(0), Uint8Array.of(1))).toBeCloseTo(-Math.log(1e-6), 12)
  })

  test('calibration has ten tenths, the last with 1 in it', () => {
    const tenths = calibrationOf(Float64Array.of(0.05, 0.07, 0.95, 1), Uint8Array.of(0, 1, 1, 1))
    expect(tenths).toHaveLength(10)
    expect(tenths[0]).toEqual({ predicted: 0.060000000000000005, observed: 0.5, count: 2 })
    expect(tenths[9]).toEqual({ predicted: 0.975, observed: 1, count: 2 })
    expect(tenths[4]).toEqual({ predicted: 0.45, observed: 0, count: 0 })
  })

  test('the baseline says what was more frequent in the training of each fold', () => {
    const fold = (trainedRose: number, outcome: string) => ({
      ...{ trainedRose, observed: outcome },
      predicted: packDoubles(new Float64Array(outcome.length).fill(0.6)),
    })
    expect(measureFold(fold(0.4, '0010'))).toMatchObject({ samples: 4, baseline: 0.75, accuracy: 0.25 })
    expect(measureFold(fold(0.5, '0010'))).toMatchObject({ baseline: 0.25 })
    expect(measureTests([fold(0.4, '0010'), fold(0.6, '110000')])).toMatchObject({
      ...{ baseline: (3 + 2) / 10, accuracy: 3 / 10, auc: 0.5 },
    })
  })
})
