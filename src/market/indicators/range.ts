/** Extremes of the last bars. Results have the length of their input, NaN while warming up. */
import { checkPeriod } from './period.ts'

/** The largest of the last `period` values, the present one included; from index period − 1. */
export function rollingMax(values: Float64Array, period: number): Float64Array {
  checkPeriod(period)
  const out = new Float64Array(values.length)
  out.fill(Number.NaN, 0, Math.min(values.length, period - 1))
  // Indices of values that no later one surpasses, the largest first: each enters and leaves once.
  const leaders = new Int32Array(values.length)
  let head = 0
  let tail = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    while (tail > head && values[leaders[tail - 1]!]! <= value) tail--
    leaders[tail++] = i
    if (leaders[head]! <= i - period) head++
    if (i >= period - 1) out[i] = values[leaders[head]!]!
  }
  return out
}

/** The smallest of the last `period` values, the present one included; from index period − 1. */
export function rollingMin(values: Float64Array, period: number): Float64Array {
  checkPeriod(period)
  const out = new Float64Array(values.length)
  out.fill(Number.NaN, 0, Math.min(values.length, period - 1))
  const leaders = new Int32Array(values.length)
  let head = 0
  let tail = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    while (tail > head && values[leaders[tail - 1]!]! >= value) tail--
    leaders[tail++] = i
    if (leaders[head]! <= i - period) head++
    if (i >= period - 1) out[i] = values[leaders[head]!]!
  }
  return out
}
