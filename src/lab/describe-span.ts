/** Bars of a range with the days they stand on. */
import { areDaily, formatBarTime } from '../market/series.ts'
import type { BarRange } from '../trading/simulation.ts'
import type { Span } from './lab-state.ts'

/** `time` is that of all bars the range counts in: days where those are days, times where they are times. */
export function describeSpan(time: ArrayLike<number>, { from, to }: BarRange): Span {
  const isDaily = areDaily(time)
  const [first, last] = [time[from]!, time[to - 1]!].map((ms) => formatBarTime(ms, isDaily))
  return { from, to, first: first!, last: last! }
}
