/** Bars of a range with the days they stand on. */
import type { BarRange } from '../trading/simulation.ts'
import type { SeriesFacts } from './backtest-result.ts'
import type { Span } from './lab-state.ts'

/** `time` is that of the bars which `facts` describes: days where those are days, times where they are times. */
export function describeSpan(
  time: ArrayLike<number>,
  { from, to }: BarRange,
  { first }: Pick<SeriesFacts, 'first'>,
): Span {
  const isDaily = !first.includes('T')
  const show = (ms: number) => {
    const iso = new Date(ms).toISOString()
    return isDaily ? iso.slice(0, 10) : iso.replace('.000Z', 'Z')
  }
  return { from, to, first: show(time[from]!), last: show(time[to - 1]!) }
}
