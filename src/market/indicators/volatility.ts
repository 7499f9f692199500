/** Volatility and distance from the mean. Results have the length of their input, NaN while warming up. */
import type { Bars } from '../series.ts'
import { smaInto } from './moving-averages.ts'
import { checkPeriod } from './period.ts'

/** A spread below this part of the mean is rounding, not movement. */
const FLAT = 1e-13

export interface Bollinger {
  middle: Float64Array
  upper: Float64Array
  lower: Float64Array
}

/**
 * Bollinger bands from index period − 1: `middle` = SMA, `upper` and `lower` = middle ± k population standard
 * deviations of the same window. Source: Bollinger 2001, "Bollinger on Bollinger Bands".
 */
export function bollinger(values: Float64Array, period: number, k: number): Bollinger {
  checkPeriod(period)
  const middle = new Float64Array(values.length)
  const upper = new Float64Array(values.length)
  const lower = new Float64Array(values.length)
  smaInto(values, period, middle)
  for (let i = 0; i < values.length; i++) {
    const width = k * deviation(values, i, period, middle[i]!)
    upper[i] = middle[i]! + width
    lower[i] = middle[i]! - width
  }
  return { middle, upper, lower }
}

/**
 * How many population standard deviations the value stands from the mean of its last `period` values, itself included;
 * from index period − 1. NaN also where the window is flat, for there is no such distance.
 */
export function zScore(values: Float64Array, period: number): Float64Array {
  checkPeriod(period, 'period', 2)
  const out = new Float64Array(values.length)
  smaInto(values, period, out)
  for (let i = 0; i < values.length; i++) {
    const mean = out[i]!
    const spread = deviation(values, i, period, mean)
    out[i] = spread <= Math.abs(mean) * FLAT ? Number.NaN : (values[i]! - mean) / spread
  }
  return out
}

/** Population standard deviation of the `period` values up to `end`, in a second pass so that no rounding adds up. */
function deviation(values: Float64Array, end: number, period: number, mean: number): number {
  if (Number.isNaN(mean)) return Number.NaN
  let squares = 0
  for (let i = end - period + 1; i <= end; i++) {
    const distance = values[i]! - mean
    squares += distance * distance
  }
  return Math.sqrt(squares / period)
}

/**
 * Average true range in price units, from index period − 1: the mean of the first `period` true ranges, then Wilder's
 * (previous·(period−1) + range) / period. The true range is the largest of high − low, |high − previous close| and
 * |low − previous close|; of the first bar, high − low. Source: Wilder 1978.
 */
export function atr(bars: Pick<Bars, 'high' | 'low' | 'close'>, period: number): Float64Array {
  checkPeriod(period)
  const out = new Float64Array(bars.close.length)
  out.fill(Number.NaN, 0, Math.min(out.length, period - 1))
  let average = 0
  for (let i = 0; i < out.length; i++) {
    const range = trueRange(bars, i)
    if (i < period) {
      average += range
      if (i < period - 1) continue
      average /= period
    } else {
      average += (range - average) / period
    }
    out[i] = average
  }
  return out
}

/** True range of bar `i` in price units; see `atr`. */
export function trueRange(bars: Pick<Bars, 'high' | 'low' | 'close'>, i: number): number {
  const high = bars.high[i]!
  const low = bars.low[i]!
  if (i === 0) return high - low
  const previous = bars.close[i - 1]!
  return Math.max(high - low, Math.abs(high - previous), Math.abs(low - previous))
}

/**
 * Realised volatility as an annual fraction, from index `period`: the sample standard deviation (n − 1) of the last
 * `period` log returns times √periodsPerYear. Source: Hull, "Options, Futures, and Other Derivatives", estimating
 * volatility from historical data.
 */
export function realisedVolatility(values: Float64Array, period: number, periodsPerYear = 252): Float64Array {
  checkPeriod(period, 'period', 2)
  const out = new Float64Array(values.length)
  const annual = Math.sqrt(periodsPerYear)
  // The log returns stand in the result until, from the end backwards, no later window needs them.
  for (let i = 1; i < values.length; i++) out[i] = Math.log(values[i]! / values[i - 1]!)
  for (let i = values.length - 1; i >= period; i--) {
    let mean = 0
    for (let j = i - period + 1; j <= i; j++) mean += out[j]!
    mean /= period
    let squares = 0
    for (let j = i - period + 1; j <= i; j++) squares += (out[j]! - mean) ** 2
    out[i] = Math.sqrt(squares / (period - 1)) * annual
  }
  out.fill(Number.NaN, 0, Math.min(values.length, period))
  return out
}

/** Distance below the highest value so far as a fraction ≤ 0: x_t / max(x_0…x_t) − 1. Needs no warming up. */
export function drawdown(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length)
  let peak = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    if (values[i]! > peak) peak = values[i]!
    out[i] = values[i]! / peak - 1
  }
  return out
}
