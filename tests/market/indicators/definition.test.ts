/** Indicators worked out anew from their definitions, and on series whose answer is known without working it out. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../../src/core/errors.ts'
import * as indicators from '../../../src/market/indicators/index.ts'
import type { Bars } from '../../../src/market/series.ts'
import { expectClose, expectWarmUp } from '../../support/close.ts'
import { loadSample, loadSampleRaw, SAMPLE_TICKERS } from '../../support/sample-bars.ts'

const {
  adx,
  atr,
  bollinger,
  drawdown,
  ema,
  kdj,
  macd,
  obv,
  realisedVolatility,
  roc,
  rollingMax,
  rollingMin,
  rsi,
  sma,
  stochastic,
  wma,
  zScore,
} = indicators

/** Everything there is, as columns, with ordinary lengths. A new indicator without an entry fails a test below. */
const ALL: Record<string, (bars: Bars) => Float64Array[]> = {
  sma: (bars) => [sma(bars.close, 10)],
  ema: (bars) => [ema(bars.close, 10)],
  wma: (bars) => [wma(bars.close, 10)],
  rsi: (bars) => [rsi(bars.close, 14)],
  macd: (bars) => Object.values(macd(bars.close, 12, 26, 9)),
  bollinger: (bars) => Object.values(bollinger(bars.close, 20, 2)),
  atr: (bars) => [atr(bars, 14)],
  adx: (bars) => Object.values(adx(bars, 14)),
  obv: (bars) => [obv(bars)],
  stochastic: (bars) => Object.values(stochastic(bars, 14, 3, 3)),
  kdj: (bars) => Object.values(kdj(bars, 9, 3, 3)),
  roc: (bars) => [roc(bars.close, 10)],
  rollingMax: (bars) => [rollingMax(bars.high, 20)],
  rollingMin: (bars) => [rollingMin(bars.low, 20)],
  zScore: (bars) => [zScore(bars.close, 20)],
  realisedVolatility: (bars) => [realisedVolatility(bars.close, 20)],
  drawdown: (bars) => [drawdown(bars.close)],
}

function cutBars(bars: Bars, count: number): Bars {
  const { time, open, high, low, close, volume } = bars
  return {
    time: time.slice(0, count),
    open: open.slice(0, count),
    high: high.slice(0, count),
    low: low.slice(0, count),
    close: close.slice(0, count),
    volume: volume.slice(0, count),
  }
}

describe('every indicator', () => {
  const helpers = ['trueRange']

  it('stands in the table of this test', () => {
    expect(
      Object.keys(indicators)
        .filter((name) => !helpers.includes(name))
        .sort(),
    ).toEqual(Object.keys(ALL).sort())
  })

  it.each(Object.keys(ALL))('%s at a bar is the same whatever comes after it', async (name) => {
    const bars = await loadSample('MSFT')
    const whole = ALL[name]!(bars)
    for (const count of [1, 5, 13, 40, 500, bars.close.length - 1]) {
      const part = ALL[name]!(cutBars(bars, count))
      expect(part).toEqual(whole.map((column) => column.slice(0, count)))
    }
  })

  it.each(Object.keys(ALL))('%s of nothing is nothing', (name) => {
    const none = new Float64Array()
    for (const column of ALL[name]!({
      time: none,
      open: none,
      high: none,
      low: none,
      close: none,
      volume: none,
    })) {
      expect(column.length).toBe(0)
    }
  })

  it.each(Object.keys(ALL))('%s leaves its input as it was', async (name) => {
    const bars = await loadSample('IBM')
    const before = structuredClone(bars)
    ALL[name]!(bars)
    expect(bars).toEqual(before)
  })
})

it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a length of %d is refused by name', (period) => {
  const values = Float64Array.of(1, 2, 3)
  const bars = { time: values, open: values, high: values, low: values, close: values, volume: values }
  const calls: [string, () => unknown][] = [
    ['period', () => sma(values, period)],
    ['period', () => ema(values, period)],
    ['period', () => wma(values, period)],
    ['period', () => rsi(values, period)],
    ['fast', () => macd(values, period, 26, 9)],
    ['slow', () => macd(values, 12, period, 9)],
    ['signal', () => macd(values, 12, 26, period)],
    ['period', () => bollinger(values, period, 2)],
    ['period', () => atr(bars, period)],
    ['period', () => adx(bars, period)],
    ['smoothK', () => stochastic(bars, 14, period, 3)],
    ['smoothD', () => stochastic(bars, 14, 3, period)],
    ['period', () => kdj(bars, period, 3, 3)],
    ['smoothK', () => kdj(bars, 9, period, 3)],
    ['smoothD', () => kdj(bars, 9, 3, period)],
    ['period', () => rollingMax(values, period)],
    ['period', () => rollingMin(values, period)],
    ['period', () => roc(values, period)],
    ['period', () => zScore(values, period)],
    ['period', () => realisedVolatility(values, period)],
  ]
  for (const [field, call] of calls) {
    expect(call).toThrow(InputError)
    expect(call).toThrow(`${field} is ${period}`)
  }
})

describe.each(SAMPLE_TICKERS)('worked out anew on %s', (ticker) => {
  it('SMA, at every length a grid would try', async () => {
    const { close } = await loadSample(ticker)
    for (const period of [3, 6, 117, 200]) {
      const naive = Array.from(close, (_, i) =>
        i < period - 1
          ? null
          : close.subarray(i - period + 1, i + 1).reduce((sum, value) => sum + value, 0) / period,
      )
      expectClose(sma(close, period), naive)
    }
  })

  it.each([1, 2, 20, 252])('the extremes of %i bars', async (period) => {
    const { high, low } = await loadSample(ticker)
    const naive = (values: Float64Array, pick: (...some: number[]) => number) =>
      Array.from(values, (_, i) => (i < period - 1 ? null : pick(...values.subarray(i - period + 1, i + 1))))
    const highest = rollingMax(high, period)
    expectWarmUp(highest, period - 1)
    expectClose(highest, naive(high, Math.max))
    expectClose(rollingMin(low, period), naive(low, Math.min))
  })

  it('KDJ, whose K and D are averages that remember everything since 50', async () => {
    const bars = await loadSample(ticker)
    const ours = kdj(bars, 9, 3, 4)
    expectWarmUp(ours.j, 8)
    let [k, d] = [50, 50]
    const lines = Array.from(bars.close, (close, i) => {
      if (i < 8) return null
      const top = Math.max(...bars.high.subarray(i - 8, i + 1))
      const bottom = Math.min(...bars.low.subarray(i - 8, i + 1))
      k = (2 / 3) * k + (1 / 3) * ((100 * (close - bottom)) / (top - bottom))
      d = (3 / 4) * d + (1 / 4) * k
      return { k, d, j: 3 * k - 2 * d }
    })
    for (const name of ['k', 'd', 'j'] as const)
      expectClose(
        ours[name],
        lines.map((line) => line?.[name] ?? null),
        100,
      )
  })

  it.each([20, 60, 252])('realised volatility over %i days', async (period) => {
    const { close } = await loadSample(ticker)
    const naive = Array.from(close, (_, i) => {
      if (i < period) return null
      const returns = Array.from(
        { length: period },
        (_, j) => Math.log(close[i - j]!) - Math.log(close[i - j - 1]!),
      )
      const mean = returns.reduce((sum, value) => sum + value, 0) / period
      const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (period - 1)
      return Math.sqrt(variance * 252)
    })
    const ours = realisedVolatility(close, period)
    expectWarmUp(ours, period)
    expectClose(ours, naive)
  })

  it('drawdown', async () => {
    const { close } = await loadSample(ticker)
    const naive = Array.from(
      close,
      (value, i) => (value - Math.max(...close.subarray(0, i + 1))) / Math.max(...close.subarray(0, i + 1)),
    )
    expectClose(drawdown(close), naive, 1)
  }, 30_000)
})

describe('closed forms', () => {
  const ramp = Float64Array.from({ length: 60 }, (_, i) => 100 + i)
  const flat = new Float64Array(60).fill(0.1)
  const rampBars = { high: ramp.map((x) => x + 1), low: ramp.map((x) => x - 1), close: ramp }
  const flatBars = { high: flat, low: flat, close: flat }
  const last = (values: Float64Array): number => values.at(-1)!

  it('of a straight line: averages lag by a known time', () => {
    expect(last(sma(ramp, 11))).toBeCloseTo(159 - 5, 12)
    expect(last(wma(ramp, 10))).toBeCloseTo(159 - 3, 12)
    // The lag of an exponential average tends to (period − 1) / 2.
    expect(
      last(
        ema(
          Float64Array.from({ length: 2_000 }, (_, i) => i),
          11,
        ),
      ),
    ).toBeCloseTo(1_999 - 5, 9)
  })

  it('of a straight line: only rises, a whole trend, no variance of its steps', () => {
    expect(last(rsi(ramp, 14))).toBe(100)
    expect(last(rsi(ramp.toReversed(), 14))).toBe(0)
    expect(last(adx(rampBars, 14).adx)).toBeCloseTo(100, 9)
    expect(last(adx(rampBars, 14).minusDi)).toBe(0)
    expect(last(atr(rampBars, 14))).toBeCloseTo(2, 12)
    expect(last(roc(ramp, 10))).toBeCloseTo(10 / 149, 14)
    expect(last(bollinger(ramp, 10, 2).upper) - last(sma(ramp, 10))).toBeCloseTo(2 * Math.sqrt(99 / 12), 12)
    expect(last(zScore(ramp, 10))).toBeCloseTo(4.5 / Math.sqrt(99 / 12), 12)
    expect(last(drawdown(ramp))).toBe(0)
  })

  it('of a straight line: stochastic stands where the close lies in its range', () => {
    // Over 5 bars the range runs from close − 5 to close + 1.
    expect(last(stochastic(rampBars, 5, 1, 1).k)).toBeCloseTo((100 * 5) / 6, 12)
  })

  it('of steady growth: no volatility, MACD above its zero', () => {
    const growth = Float64Array.from({ length: 200 }, (_, i) => 1.01 ** i)
    expect(last(realisedVolatility(growth, 20))).toBeCloseTo(0, 12)
    expect(last(macd(growth, 12, 26, 9).histogram)).toBeGreaterThan(0)
  })

  it('of a price that swings between two: volatility by hand', () => {
    const swing = Float64Array.from({ length: 41 }, (_, i) => (i % 2 === 0 ? 100 : 110))
    const step = Math.log(1.1)
    expect(last(realisedVolatility(swing, 20, 1))).toBeCloseTo(step * Math.sqrt(20 / 19), 12)
  })

  it('of a flat market: nobody has it, nothing divides by zero', () => {
    expect(last(sma(flat, 10))).toBe(0.1)
    expect(last(rsi(flat, 14))).toBe(50)
    expect(last(stochastic(flatBars, 14, 3, 3).d)).toBe(50)
    expect(last(adx(flatBars, 14).adx)).toBe(0)
    expect(last(atr(flatBars, 14))).toBe(0)
    expect(last(zScore(flat, 20))).toBeNaN()
    expect(last(realisedVolatility(flat, 20))).toBe(0)
    expect(bollinger(flat, 20, 2).upper.at(-1)).toBe(0.1)
    expect(last(obv({ close: flat, volume: flat }))).toBe(0)
    expect(last(drawdown(flat))).toBe(0)
  })

  it('of a fall by half and back: drawdown', () => {
    expect(Array.from(drawdown(Float64Array.of(10, 20, 10, 15, 20, 40, 30)))).toEqual([
      0, 0, -0.5, -0.25, 0, 0, -0.25,
    ])
  })

  it('of on-balance volume by hand', () => {
    const bars = { close: Float64Array.of(10, 11, 11, 9, 12), volume: Float64Array.of(5, 7, 100, 3, 2) }
    expect(Array.from(obv(bars))).toEqual([0, 7, 7, 4, 6])
  })
})

describe('the running sum', () => {
  it('forgets a value that has left the window, however large it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1_000, noNaN: true }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 10 }),
        (tail, period) => {
          const values = Float64Array.from([1e6, ...new Array<number>(period).fill(1), ...tail])
          const ours = last(sma(values, period))
          const exact = values.slice(-period).reduce((sum, value) => sum + value, 0) / period
          expect(Math.abs(ours - exact)).toBeLessThanOrEqual(1e-9 * Math.abs(exact))
        },
      ),
    )
    function last(values: Float64Array): number {
      return values.at(-1)!
    }
  })

  // SHA-256 over the averages of the raw closes at 6, 20, 117 and 200 bars, little-endian doubles, as pandas 3.1.1
  // gives them: `closes.rolling(n).mean()`. With GOOG the averages of 6 and 117 tie on paper at bar 490, and whether
  // they cross there hangs on the last bit.
  it.each([
    ['AAPL', '0a2411576fab6f2e1674e9f1c1ad69b02ba73b981558fc2a1b2939e95fe02b12'],
    ['GOOG', '5eedf3e3bd2d226441674dfdf333e6f466ea5438445eacfc1a3d92d0a8a9ac4f'],
    ['IBM', '6005e68d1dba7530aeee70df69fb01c63a0a5bbcb11e320fa334960d9b68b2b2'],
    ['MSFT', '8f74605a54939cfb3e3d2f03f8d87e54cadbcf1a08101f8dfba74c74a032d911'],
  ])('is that of pandas on %s to the last bit', async (ticker, expected) => {
    const { close } = await loadSampleRaw(ticker)
    const hash = createHash('sha256')
    for (const period of [6, 20, 117, 200]) hash.update(sma(close, period).slice(period - 1))
    expect(hash.digest('hex')).toBe(expected)
  })

  it('begins after leading gaps and does not see beyond one', () => {
    const { NaN: gap } = Number
    expect(Array.from(sma(Float64Array.of(gap, gap, 1, 2, 3), 2))).toEqual([gap, gap, gap, 1.5, 2.5])
    expect(Array.from(sma(Float64Array.of(1, 2, gap, 4, 6, 8), 2))).toEqual([gap, 1.5, gap, gap, 5, 7])
    expect(Array.from(ema(Float64Array.of(gap, gap, 1, 2, 3), 2).subarray(0, 3))).toEqual([gap, gap, gap])
    expect(ema(Float64Array.of(gap, gap, 1, 2, 3), 1)).toEqual(Float64Array.of(gap, gap, 1, 2, 3))
    expect(Array.from(ema(Float64Array.of(gap, gap), 2))).toEqual([gap, gap])
  })
})
