/** Which of two trials is the better one by the statistic that a search is after. */
import { countOf } from '../../core/format.ts'
import { SMALLER_IS_BETTER, STATISTICS, type Statistic } from '../../trading/statistics.ts'

/** Of risk, cost and length: who never trades has the best of each and has shown nothing. */
const NEEDS_A_TRADE: ReadonlySet<Statistic> = new Set<Statistic>([
  'commissions',
  'volatility_ann_pct',
  'max_drawdown_pct',
  'avg_drawdown_pct',
  'max_drawdown_duration_days',
  'avg_drawdown_duration_days',
  'max_trade_duration_days',
  'avg_trade_duration_days',
])
const TRADES = STATISTICS.indexOf('trades')

/** Of the row of `STATISTICS` at `offset`, so that more is better, whatever the statistic; NaN where there is none. */
export function scoreOf(statistic: Statistic, stats: Float64Array, offset: number): number {
  if (isIdle(statistic, stats, offset)) return Number.NaN
  const value = stats[offset + STATISTICS.indexOf(statistic)]!
  return SMALLER_IS_BETTER.has(statistic) ? -value : value
}

/** Whether it has no score by that statistic because it has ended no trade. */
export function isIdle(statistic: Statistic, stats: Float64Array, offset: number): boolean {
  return NEEDS_A_TRADE.has(statistic) && stats[offset + TRADES] === 0
}

/** What a reader must know of tries that had no score for want of a trade, `idle` of `evaluated`; none where there are none. */
export function describeIdle(idle: number, evaluated: number): string[] {
  return idle > 0
    ? [
        `${idle} of ${countOf(evaluated, 'try', 'tries')} ended no trade: who never trades loses and pays nothing, so they rank behind all others here.`,
      ]
    : []
}
