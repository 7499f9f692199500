/**
 * Moving averages. Each result has the length of its input, NaN until the average has `period` values; values that are
 * NaN before the first number are skipped, so that an average of an indicator begins where the indicator does.
 */
import { checkPeriod, firstNumber } from './period.ts'

/**
 * Simple moving average, Σ of the last `period` values / `period`.
 * A window that holds a NaN gives NaN.
 */
export function sma(values: Float64Array, period: number): Float64Array {
  checkPeriod(period)
  const out = new Float64Array(values.length)
  smaInto(values, period, out)
  return out
}

/**
 * `sma` into an array the caller has; `out` must not be `values`.
 *
 * A running sum; the value that leaves and the one that enters each have a Kahan compensation of their own (Kahan 1965,
 * "Further remarks on reducing truncation errors"), in the order in which pandas' rolling mean applies them: the result
 * is the same to the last bit, so that averages which tie on paper cross here where they cross there. A window of one
 * value repeated gives that value.
 */
export function smaInto(values: Float64Array, period: number, out: Float64Array): void {
  let sum = 0
  let addError = 0
  let removeError = 0
  let count = 0
  let repeats = 0
  let previous = Number.NaN
  for (let i = 0; i < values.length; i++) {
    if (i >= period) {
      const leaving = values[i - period]!
      if (leaving === leaving) {
        count -= 1
        const y = -leaving - removeError
        const t = sum + y
        removeError = t - sum - y
        sum = t
      }
    }
    const entering = values[i]!
    if (entering === entering) {
      count += 1
      const y = entering - addError
      const t = sum + y
      addError = t - sum - y
      sum = t
      repeats = entering === previous ? repeats + 1 : 1
      previous = entering
    } else {
      repeats = 0
    }
    if (count < period) out[i] = Number.NaN
    else out[i] = repeats >= period ? entering : sum / period
  }
}

/**
 * Exponential moving average, EMA_t = α·x_t + (1−α)·EMA_{t−1} with α = 2 / (period + 1), begun with the first value and
 * shown from the `period`-th on. Formula: Roberts 1959 ("Control chart tests based on geometric moving averages"), with
 * the α under which it has the mean age of a simple average of `period`.
 */
export function ema(values: Float64Array, period: number): Float64Array {
  checkPeriod(period)
  const out = new Float64Array(values.length)
  const weight = 2 / (period + 1)
  const start = firstNumber(values)
  out.fill(Number.NaN, 0, Math.min(values.length, start + period - 1))
  let average = values[start]!
  for (let i = start; i < values.length; i++) {
    average = values[i]! * weight + average * (1 - weight)
    if (i >= start + period - 1) out[i] = average
  }
  return out
}

/** Linearly weighted moving average: the newest value weighs `period`, the oldest 1; over period·(period+1)/2. */
export function wma(values: Float64Array, period: number): Float64Array {
  checkPeriod(period)
  const out = new Float64Array(values.length)
  const divisor = (period * (period + 1)) / 2
  out.fill(Number.NaN, 0, Math.min(values.length, period - 1))
  for (let i = period - 1; i < values.length; i++) {
    const oldest = i - period + 1
    let sum = 0
    for (let weight = 1; weight <= period; weight++) sum += values[oldest + weight - 1]! * weight
    out[i] = sum / divisor
  }
  return out
}
