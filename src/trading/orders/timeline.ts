/**
 * The common timeline of several tickers: every time at which one of them has a bar, and which bar of each that is. One
 * without a bar at a time is seen at its last one.
 */
import type { TickerBars } from '../strategies/strategy.ts'

export interface Timeline {
  /** Milliseconds since the epoch, UTC; strictly rising. */
  readonly time: Float64Array
  readonly length: number
  /** Of each ticker, by its place in the series: at each time the last of its own bars so far, −1 before its first. */
  readonly last: readonly Int32Array[]
}

/** Throws `RangeError` for no series at all. */
export function createTimeline(series: readonly TickerBars[]): Timeline {
  if (series.length === 0) throw new RangeError('no bars to trade on')
  const time = mergeTimes(series.map(({ bars }) => bars.time))
  return { time, length: time.length, last: series.map(({ bars }) => lastBars(time, bars.time)) }
}

/** Whether the ticker has a bar of its own at the time, rather than an earlier one. */
export function hasBar({ last }: Timeline, ticker: number, at: number): boolean {
  const own = last[ticker]!
  return own[at]! !== (at === 0 ? -1 : own[at - 1]!)
}

function mergeTimes(columns: readonly Float64Array[]): Float64Array {
  const [first] = columns
  if (columns.every((column) => areEqual(column, first!))) return first!
  return Float64Array.from(new Set(columns.flatMap((column) => Array.from(column)))).sort()
}

function areEqual(one: Float64Array, other: Float64Array): boolean {
  return one.length === other.length && one.every((at, i) => at === other[i])
}

function lastBars(time: Float64Array, own: Float64Array): Int32Array {
  const last = new Int32Array(time.length)
  let at = -1
  for (let i = 0; i < time.length; i++) {
    if (own[at + 1] === time[i]) at += 1
    last[i] = at
  }
  return last
}
