/** Strength and direction of a trend. Results have the length of their input, NaN while warming up. */
import type { Bars } from '../series.ts'
import { checkPeriod } from './period.ts'
import { trueRange } from './volatility.ts'

export interface Adx {
  /** Strength, 0..100, whichever the direction; from index 2·period − 2. */
  adx: Float64Array
  /** Directional indicators, 0..100, from index period − 1. */
  plusDi: Float64Array
  minusDi: Float64Array
}

/**
 * Average directional index (Wilder 1978). Per bar, the rise of the high counts as upward movement unless the fall of
 * the low is larger, and the other way round (equal moves count for both; the first bar has none). `plusDi` and
 * `minusDi` = 100 · Wilder's average of that movement / Wilder's average of the true range; DX = 100·|+DI − −DI| /
 * (+DI + −DI), 0 where nothing moved; `adx` = Wilder's average of DX.
 */
export function adx(bars: Pick<Bars, 'high' | 'low' | 'close'>, period: number): Adx {
  checkPeriod(period)
  const { high, low } = bars
  const { length } = bars.close
  const strength = new Float64Array(length).fill(Number.NaN)
  const plusDi = new Float64Array(length).fill(Number.NaN)
  const minusDi = new Float64Array(length).fill(Number.NaN)
  let range = 0
  let upward = 0
  let downward = 0
  let average = 0
  for (let i = 0; i < length; i++) {
    const rise = i === 0 ? 0 : high[i]! - high[i - 1]!
    const fall = i === 0 ? 0 : low[i - 1]! - low[i]!
    const up = rise > 0 && rise >= fall ? rise : 0
    const down = fall > 0 && fall >= rise ? fall : 0
    range = smooth(range, trueRange(bars, i), i, period)
    upward = smooth(upward, up, i, period)
    downward = smooth(downward, down, i, period)
    if (i < period - 1) continue
    const plus = range === 0 ? 0 : (100 * upward) / range
    const minus = range === 0 ? 0 : (100 * downward) / range
    plusDi[i] = plus
    minusDi[i] = minus
    const dx = plus + minus === 0 ? 0 : (100 * Math.abs(plus - minus)) / (plus + minus)
    average = smooth(average, dx, i - period + 1, period)
    if (i >= 2 * period - 2) strength[i] = average
  }
  return { adx: strength, plusDi, minusDi }
}

/**
 * One step of Wilder's average: a sum over the first `period` values, whose mean stands at the last of them, then
 * (previous·(period−1) + value) / period.
 */
function smooth(previous: number, value: number, index: number, period: number): number {
  if (index >= period) return previous + (value - previous) / period
  const sum = previous + value
  return index === period - 1 ? sum / period : sum
}
