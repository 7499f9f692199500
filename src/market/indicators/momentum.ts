/** Momentum: how fast and how one-sidedly prices moved. Results have the length of their input, NaN while warming up. */
import type { Bars } from '../series.ts'
import { smaInto } from './moving-averages.ts'
import { checkPeriod } from './period.ts'

/** What RSI and stochastic say of a market that did not move: neither side has it. */
const NEUTRAL = 50

/**
 * Relative strength index, 0..100, from index `period`: 100 − 100 / (1 + average rise / average fall), both averages
 * Wilder's (the mean of the first `period` changes, then (previous·(period−1) + change) / period).
 * Only rises give 100; no change at all gives 50. Source: Wilder 1978, "New Concepts in Technical Trading Systems".
 */
export function rsi(values: Float64Array, period: number): Float64Array {
  checkPeriod(period)
  const out = new Float64Array(values.length)
  out.fill(Number.NaN, 0, Math.min(values.length, period))
  let rise = 0
  let fall = 0
  for (let i = 1; i < values.length; i++) {
    const change = values[i]! - values[i - 1]!
    const up = change > 0 ? change : 0
    const down = change < 0 ? -change : 0
    if (i <= period) {
      rise += up
      fall += down
      if (i < period) continue
      rise /= period
      fall /= period
    } else {
      rise += (up - rise) / period
      fall += (down - fall) / period
    }
    if (fall === 0) out[i] = rise === 0 ? NEUTRAL : 100
    else out[i] = 100 - 100 / (1 + rise / fall)
  }
  return out
}

export interface Macd {
  macd: Float64Array
  signal: Float64Array
  histogram: Float64Array
}

/**
 * Moving average convergence/divergence, in price units: `macd` = EMA(fast) − EMA(slow) from index slow − 1; `signal` =
 * EMA of `macd` over `signal` values, begun with its first and shown from the `signal`-th; `histogram` = macd − signal.
 * Source: Appel 1979, "The Moving Average Convergence-Divergence Trading Method".
 */
export function macd(values: Float64Array, fast: number, slow: number, signal: number): Macd {
  checkPeriod(fast, 'fast')
  checkPeriod(slow, 'slow', fast + 1)
  checkPeriod(signal, 'signal')
  const { length } = values
  const line = new Float64Array(length).fill(Number.NaN)
  const signalLine = new Float64Array(length).fill(Number.NaN)
  const histogram = new Float64Array(length).fill(Number.NaN)
  const [fastWeight, slowWeight, signalWeight] = [2 / (fast + 1), 2 / (slow + 1), 2 / (signal + 1)]
  let fastAverage = values[0]!
  let slowAverage = values[0]!
  let signalAverage = 0
  for (let i = 0; i < length; i++) {
    fastAverage = values[i]! * fastWeight + fastAverage * (1 - fastWeight)
    slowAverage = values[i]! * slowWeight + slowAverage * (1 - slowWeight)
    if (i < slow - 1) continue
    const difference = fastAverage - slowAverage
    signalAverage =
      i === slow - 1 ? difference : difference * signalWeight + signalAverage * (1 - signalWeight)
    line[i] = difference
    if (i < slow + signal - 2) continue
    signalLine[i] = signalAverage
    histogram[i] = difference - signalAverage
  }
  return { macd: line, signal: signalLine, histogram }
}

/** Rate of change as a fraction, x_t / x_{t−period} − 1, from index `period`. */
export function roc(values: Float64Array, period: number): Float64Array {
  checkPeriod(period)
  const out = new Float64Array(values.length)
  out.fill(Number.NaN, 0, Math.min(values.length, period))
  for (let i = period; i < values.length; i++)
    out[i] = (values[i]! - values[i - period]!) / values[i - period]!
  return out
}

export interface Stochastic {
  k: Float64Array
  d: Float64Array
}

/**
 * Stochastic oscillator, 0..100. Raw %K = 100·(close − lowest low) / (highest high − lowest low) over `period` bars, 50
 * where they are equal; `k` = SMA of raw %K over `smoothK` (1: the fast form), `d` = SMA of `k` over `smoothD`.
 * `k` begins at index period + smoothK − 2, `d` smoothD − 1 later. Source: Lane 1984, "Lane's Stochastics".
 */
export function stochastic(
  bars: Pick<Bars, 'high' | 'low' | 'close'>,
  period: number,
  smoothK: number,
  smoothD: number,
): Stochastic {
  checkPeriod(period)
  checkPeriod(smoothK, 'smoothK')
  checkPeriod(smoothD, 'smoothD')
  const { high, low, close } = bars
  const k = new Float64Array(close.length)
  // `d` holds raw %K until `k` is made of it.
  const d = new Float64Array(close.length)
  d.fill(Number.NaN, 0, Math.min(close.length, period - 1))
  for (let i = period - 1; i < close.length; i++) {
    let highest = high[i]!
    let lowest = low[i]!
    for (let j = i - period + 1; j < i; j++) {
      if (high[j]! > highest) highest = high[j]!
      if (low[j]! < lowest) lowest = low[j]!
    }
    d[i] = highest === lowest ? NEUTRAL : ((close[i]! - lowest) * 100) / (highest - lowest)
  }
  smaInto(d, smoothK, k)
  smaInto(k, smoothD, d)
  return { k, d }
}
