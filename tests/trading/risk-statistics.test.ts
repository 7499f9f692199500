import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { realisedVolatility } from '../../src/market/indicators/index.ts'
import {
  annualisedVolatilityPct,
  maxDrawdownPct,
  valueAtRisk95Pct,
} from '../../src/trading/risk-statistics.ts'
import { loadSample, SAMPLE_TICKERS } from '../support/sample-bars.ts'

/** Closes that begin at 100 and move by these fractions. */
function closesOf(returns: readonly number[]): Float64Array {
  const closes = Float64Array.of(100, ...returns)
  for (let i = 1; i < closes.length; i++) closes[i] = closes[i - 1]! * (1 + closes[i]!)
  return closes
}

describe('value at risk', () => {
  it('is the loss that one day in twenty exceeds', () => {
    // Losses of 1 % to 41 % in some order: the quantile of 41 figures at 5 % is the third worst, without a remainder.
    const returns = Array.from({ length: 41 }, (_, i) => -(((i * 17) % 41) + 1) / 100)
    expect(valueAtRisk95Pct(closesOf(returns), 41)).toBeCloseTo(39, 9)
  })

  it('lies between two neighbours where the quantile does', () => {
    // 21 figures: position 1 is the second worst; 25: position 1.2.
    const worst = [-0.1, -0.08, -0.04]
    expect(valueAtRisk95Pct(closesOf([...worst, ...new Array<number>(18).fill(0.01)]), 100)).toBeCloseTo(8, 9)
    expect(valueAtRisk95Pct(closesOf([...worst, ...new Array<number>(22).fill(0.01)]), 100)).toBeCloseTo(
      8 - 0.2 * 4,
      9,
    )
  })

  it('looks back as many days as it is told', () => {
    const crash = new Array<number>(30).fill(-0.2)
    const calm = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 0.01 : -0.01))
    expect(valueAtRisk95Pct(closesOf([...crash, ...calm]), 50)).toBeCloseTo(1, 9)
    expect(valueAtRisk95Pct(closesOf([...crash, ...calm]), 80)).toBeCloseTo(20, 9)
  })

  it('is 0 where nothing was lost, and unknown under 20 days', () => {
    expect(valueAtRisk95Pct(closesOf(new Array<number>(20).fill(0.01)), 250)).toBe(0)
    expect(valueAtRisk95Pct(closesOf(new Array<number>(19).fill(-0.01)), 250)).toBeNull()
    expect(valueAtRisk95Pct(closesOf(new Array<number>(50).fill(-0.01)), 19)).toBeNull()
    expect(valueAtRisk95Pct(new Float64Array(), 250)).toBeNull()
  })

  it.each([0, -1, 1.5, Number.NaN])('needs a whole number of days, not %d', (days) => {
    expect(() => valueAtRisk95Pct(closesOf([0.01]), days)).toThrow(RangeError)
  })

  it.each(SAMPLE_TICKERS)('of %s is exceeded on one day in twenty', async (ticker) => {
    const { close } = await loadSample(ticker, '2012-06-29')
    const limit = valueAtRisk95Pct(close, 500)!
    let exceeded = 0
    for (let i = close.length - 500; i < close.length; i++)
      if (100 * (1 - close[i]! / close[i - 1]!) > limit) exceeded++
    expect(exceeded).toBe(25)
  })
})

describe('the deepest drawdown', () => {
  it('by hand', () => {
    expect(maxDrawdownPct(Float64Array.of(100, 120, 90, 110, 60, 130))).toBe(-50)
    expect(maxDrawdownPct(Float64Array.of(1, 2, 3))).toBe(0)
    expect(maxDrawdownPct(new Float64Array())).toBeNull()
  })

  it('is never above 0, nor below the fall from the highest to the lowest close', () => {
    const closes = fc.array(fc.double({ min: 1, max: 1_000, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(closes, (list) => {
        const deepest = maxDrawdownPct(Float64Array.from(list))!
        expect(deepest).toBeLessThanOrEqual(0)
        expect(deepest).toBeGreaterThanOrEqual(100 * (Math.min(...list) / Math.max(...list) - 1) - 1e-9)
      }),
    )
  })
})

describe('annualised volatility', () => {
  it('of a price that swings between two, by hand', () => {
    const closes = Float64Array.from({ length: 41 }, (_, i) => (i % 2 === 0 ? 100 : 110))
    expect(annualisedVolatilityPct(closes, 1)).toBeCloseTo(100 * Math.log(1.1) * Math.sqrt(40 / 39), 10)
  })

  it('is the rolling one over all there is, in percent', async () => {
    const { close } = await loadSample('IBM', '2012-06-29')
    const rolling = realisedVolatility(close, close.length - 1).at(-1)!
    expect(annualisedVolatilityPct(close)! / (100 * rolling)).toBeCloseTo(1, 12)
  })

  it('is unknown under two returns', () => {
    expect(annualisedVolatilityPct(Float64Array.of(100, 110))).toBeNull()
    expect(annualisedVolatilityPct(new Float64Array())).toBeNull()
  })
})
