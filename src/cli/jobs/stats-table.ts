/** Statistics as lines of a terminal: the names under which JSON has them, beside buying and holding. */
import { formatNumber } from '../../core/format.ts'
import { STATISTICS, type BacktestStats, type Statistic } from '../../trading/statistics.ts'
import { formatTable } from '../table.ts'

export function formatStatistics(stats: BacktestStats, buyAndHold: BacktestStats | null): string[] {
  const columns = [
    { title: 'Statistic' },
    { title: 'Strategy', align: 'right' as const },
    ...(buyAndHold ? [{ title: 'Buy and hold', align: 'right' as const }] : []),
  ]
  const row = (name: string, of: (one: BacktestStats) => string) => [
    name,
    of(stats),
    ...(buyAndHold ? [of(buyAndHold)] : []),
  ]
  return formatTable(columns, [
    row('start', (one) => one.start),
    row('end', (one) => one.end),
    ...STATISTICS.map((name) => row(name, (one) => formatNumber(one[name], digitsOf(name)))),
  ])
}

/** Ratios tell something in their third digit, percent and money do not. */
export function digitsOf(name: Statistic): number {
  return RATIOS.has(name) ? 4 : 2
}

const RATIOS: ReadonlySet<Statistic> = new Set([
  ...(['sharpe_ratio', 'sortino_ratio', 'calmar_ratio', 'beta'] as const),
  ...(['profit_factor', 'sqn', 'kelly_criterion'] as const),
])

export function formatParams(params: Record<string, number>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
