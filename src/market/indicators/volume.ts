/** What volume says of prices. */
import type { Bars } from '../series.ts'

/**
 * On-balance volume, from 0 on the first bar: a bar that closes higher adds its volume, one that closes lower takes it
 * away. Only its changes mean anything. Source: Granville 1963, "New Key to Stock Market Profits".
 */
export function obv(bars: Pick<Bars, 'close' | 'volume'>): Float64Array {
  const { close, volume } = bars
  const out = new Float64Array(close.length)
  for (let i = 1; i < close.length; i++) {
    const step = close[i]! > close[i - 1]! ? volume[i]! : close[i]! < close[i - 1]! ? -volume[i]! : 0
    out[i] = out[i - 1]! + step
  }
  return out
}
