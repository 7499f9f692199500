/**
 * What the statistics of all trials over the same bars have in common: times, the market they are measured against, the
 * calendar of returns. Made once for a range.
 */
import type { BarRange } from '../simulation.ts'
import { readCalendar } from './calendar.ts'

/** A column of times with the market's prices, and log(price / price before) of each bar (NaN on the first). */
export interface Market {
  time: Float64Array
  close: Float64Array
  logs: Float64Array
}

export interface MarketFrame extends Market {
  from: number
  to: number
  periodsPerYear: number
  ends: Int32Array | null
  durationMs: number
  /** Over the bars of the range after its first: Σ and Σ of squares of `logs`. */
  logSum: number
  logSquares: number
}

export function createMarket(time: Float64Array, close: Float64Array): Market {
  const logs = new Float64Array(close.length).fill(Number.NaN)
  for (let i = 1; i < close.length; i++) logs[i] = Math.log(close[i]! / close[i - 1]!)
  return { time, close, logs }
}

/** Throws `RangeError` for a range that is empty or reaches past the bars. */
export function frameMarket(market: Market, { from, to }: BarRange): MarketFrame {
  const { time, logs } = market
  const isWithin = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to
  if (!isWithin || to > time.length) {
    throw new RangeError(`bars ${from} to before ${to}; allowed: at least one of 0 to before ${time.length}`)
  }
  let logSum = 0
  let logSquares = 0
  for (let i = from + 1; i < to; i++) {
    logSum += logs[i]!
    logSquares += logs[i]! * logs[i]!
  }
  const durationMs = time[to - 1]! - time[from]!
  return { ...market, from, to, ...readCalendar(time, from, to), durationMs, logSum, logSquares }
}
