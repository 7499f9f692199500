import { describe, expect, it } from 'vitest'
import { computeNormalCdf, computeNormalQuantile } from '../../../src/lab/overfitting/normal.ts'

describe('the normal distribution', () => {
  // Reference values by the complementary error function of the C library, in double precision.
  it.each([
    [0, 0.5],
    [1.96, 0.9750021048517795],
    [-2.999999, 0.001349902463485155],
    [-3.0000001, 0.0013498975884453205],
    [-10, 7.619853024160593e-24],
    [-37, 5.725571222524449e-300],
  ])('has below %d the probability %d', (x, probability) => {
    expect(computeNormalCdf(x) / probability).toBeCloseTo(1, 12)
  })

  it('is symmetric and reaches its ends', () => {
    for (const x of [0.1, 1, 2.9, 3.1, 6])
      expect(computeNormalCdf(x) + computeNormalCdf(-x)).toBeCloseTo(1, 15)
    expect(computeNormalCdf(Number.POSITIVE_INFINITY)).toBe(1)
    expect(computeNormalCdf(Number.NEGATIVE_INFINITY)).toBe(0)
    expect(computeNormalCdf(Number.NaN)).toBeNaN()
  })

  it('has the quantiles of its distribution, far into the tails', () => {
    expect(computeNormalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14)
    expect(computeNormalQuantile(0.5)).toBe(0)
    expect(computeNormalQuantile(0)).toBe(Number.NEGATIVE_INFINITY)
    expect(computeNormalQuantile(1)).toBe(Number.POSITIVE_INFINITY)
    expect(computeNormalQuantile(1.1)).toBeNaN()
    for (let e = 1; e < 300; e += 13) {
      const p = 10 ** -e
      expect(computeNormalCdf(computeNormalQuantile(p)) / p).toBeCloseTo(1, 11)
    }
  })
})
