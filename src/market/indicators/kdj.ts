/** The stochastic oscillator as it is drawn in East Asia, with a third line that leads. NaN while warming up. */
import type { Bars } from '../series.ts'
import { checkPeriod } from './period.ts'
import { rollingMax, rollingMin } from './range.ts'

/** Where K and D begin, and what a market without a range says. */
const NEUTRAL = 50

export interface Kdj {
  k: Float64Array
  d: Float64Array
  /** Leaves 0..100 where K runs ahead of D. */
  j: Float64Array
}

/**
 * RSV = 100·(close − lowest low) / (highest high − lowest low) over `period` bars, 50 where they are equal;
 * K = ((smoothK − 1)·previous K + RSV) / smoothK, D likewise of K, both begun with 50; J = 3·K − 2·D. From index
 * period − 1. Oscillator: Lane 1984, "Lane's Stochastics"; the recursive averages and J as Chinese and Japanese charting
 * programs compute them (usual: 9, 3, 3).
 */
export function kdj(
  bars: Pick<Bars, 'high' | 'low' | 'close'>,
  period: number,
  smoothK: number,
  smoothD: number,
): Kdj {
  checkPeriod(period)
  checkPeriod(smoothK, 'smoothK')
  checkPeriod(smoothD, 'smoothD')
  const { length } = bars.close
  const highest = rollingMax(bars.high, period)
  const lowest = rollingMin(bars.low, period)
  const k = new Float64Array(length).fill(Number.NaN)
  const d = new Float64Array(length).fill(Number.NaN)
  const j = new Float64Array(length).fill(Number.NaN)
  let kNow = NEUTRAL
  let dNow = NEUTRAL
  for (let i = period - 1; i < length; i++) {
    const range = highest[i]! - lowest[i]!
    const raw = range === 0 ? NEUTRAL : ((bars.close[i]! - lowest[i]!) * 100) / range
    kNow = ((smoothK - 1) * kNow + raw) / smoothK
    dNow = ((smoothD - 1) * dNow + kNow) / smoothD
    k[i] = kNow
    d[i] = dNow
    j[i] = 3 * kNow - 2 * dNow
  }
  return { k, d, j }
}
