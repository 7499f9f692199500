import { describe, expect, it } from 'vitest'
import {
  computeDeflatedSharpe,
  computeExpectedMaximum,
  computeMinBacktestYears,
} from '../../../src/lab/overfitting/deflated-sharpe.ts'
import {
  computeMinTrackRecord,
  computeProbabilisticSharpe,
} from '../../../src/lab/overfitting/probabilistic-sharpe.ts'
import { computeSharpeMoments } from '../../../src/lab/overfitting/sharpe-moments.ts'

describe('the probabilistic Sharpe ratio', () => {
  // Bailey & López de Prado 2012, the example of hedge funds.
  const track = { sharpe: 0.458, observations: 24 }

  it('is the one published for a normal track and for a skewed one', () => {
    expect(computeProbabilisticSharpe({ ...track, skewness: 0, kurtosis: 3 })).toBeCloseTo(0.98167, 5)
    expect(computeProbabilisticSharpe({ ...track, skewness: -2.448, kurtosis: 10.164 })).toBeCloseTo(
      0.91336,
      5,
    )
  })

  it('reaches its confidence at the minimum track record', () => {
    const shape = { sharpe: 0.1, skewness: -1, kurtosis: 6 }
    const observations = computeMinTrackRecord(shape)!
    expect(computeProbabilisticSharpe({ ...shape, observations })).toBeCloseTo(0.95, 12)
  })

  it('has no such length for a ratio that is not above the benchmark', () => {
    expect(computeMinTrackRecord({ sharpe: 0, skewness: 0, kurtosis: 3 })).toBeNull()
    expect(computeMinTrackRecord({ sharpe: -0.1, skewness: 0, kurtosis: 3 })).toBeNull()
  })

  it('says nothing where the moments leave the estimate no variance', () => {
    expect(computeProbabilisticSharpe({ sharpe: 2, observations: 9, skewness: 3, kurtosis: 3 })).toBeNull()
    expect(computeProbabilisticSharpe({ sharpe: 2, observations: 1, skewness: 0, kurtosis: 3 })).toBeNull()
  })
})

describe('the deflated Sharpe ratio', () => {
  // Bailey & López de Prado 2014, the numerical example.
  const track = { sharpe: 2.5 / Math.sqrt(250), observations: 1_250, skewness: -3, kurtosis: 10 }

  it('is the one published for a hundred tries and for forty-six', () => {
    expect(computeDeflatedSharpe(track, 100, 0.5 / 250).probability).toBeCloseTo(0.900397, 6)
    expect(computeDeflatedSharpe(track, 46, 0.5 / 250).probability).toBeCloseTo(0.950502, 6)
  })

  it('takes nothing off a single try, and more the more there are', () => {
    expect(computeExpectedMaximum(1)).toBe(0)
    const thresholds = [2, 10, 1_000, 1_000_000].map(computeExpectedMaximum)
    expect(thresholds).toEqual([...thresholds].sort((a, b) => a - b))
    expect(thresholds[3]).toBeCloseTo(4.9, 1)
  })
})

describe('the minimum backtest length', () => {
  it('is the one published: five years for forty-five tries', () => {
    expect(computeMinBacktestYears(45)).toBeCloseTo(4.998, 3)
    expect(computeMinBacktestYears(1)).toBe(0)
  })
})

describe('moments of returns', () => {
  it('are those of a textbook', () => {
    const moments = computeSharpeMoments(Float64Array.of(1, 2, 3, 6))
    expect(moments.mean).toBe(3)
    expect(moments.deviation).toBeCloseTo(Math.sqrt(14 / 3), 14)
    expect(moments.sharpe).toBeCloseTo(3 / Math.sqrt(14 / 3), 14)
    expect(moments.skewness).toBeCloseTo(18 / 4 / 3.5 ** 1.5, 14)
    expect(moments.kurtosis).toBeCloseTo(98 / 4 / 3.5 ** 2, 14)
  })

  it.each([[[]], [[0.1]], [[0, 0, 0]], [[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]]])(
    'say no ratio of %j, which does not vary',
    (returns) => {
      expect(computeSharpeMoments(Float64Array.from(returns))).toMatchObject({ sharpe: null, skewness: null })
    },
  )
})
