/**
 * From the equity of a try to the returns it is judged by: one for each day where bars are of a day or finer, else one for
 * each bar, as the statistics take them.
 */
import { readCalendar } from '../../trading/measures/calendar.ts'
import { createTimeline } from '../../trading/orders/timeline.ts'
import type { BarRange } from '../../trading/simulation.ts'
import type { TickerBars } from '../../trading/strategies/strategy.ts'

export interface Observations {
  /** Bars of the range, from 0, at whose close equity is read; returns lie between them. */
  points: Int32Array
  /** Returns: one fewer than points. */
  count: number
  periodsPerYear: number
  /** From the first point to the last. */
  years: number
}

const YEAR_MS = 365.25 * 86_400_000

export function chooseObservations(series: readonly TickerBars[], { from, to }: BarRange): Observations {
  const { time } = createTimeline(series)
  const { ends, periodsPerYear } = readCalendar(time, from, to)
  const points = Int32Array.from({ length: ends?.length ?? to - from }, (_, i) =>
    ends ? ends[i]! - from : i,
  )
  const count = Math.max(0, points.length - 1)
  const years = count === 0 ? 0 : (time[from + points[count]!]! - time[from + points[0]!]!) / YEAR_MS
  return { points, count, periodsPerYear, years }
}

/** Simple returns; all is lost on the day equity comes to 0 or below, and nothing happens after it. */
export function readReturns(equity: Float64Array, { points, count }: Observations, out: Float64Array): void {
  let before = count === 0 ? 0 : equity[points[0]!]!
  for (let t = 0; t < count; t++) {
    const now = equity[points[t + 1]!]!
    out[t] = before > 0 ? (now > 0 ? now / before - 1 : -1) : 0
    before = now > 0 ? now : 0
  }
}
