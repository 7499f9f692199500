/** Statistics as lines of a terminal: the names under which JSON has them, beside buying and holding. */
import { formatNumber } from '../../core/format.ts'
import { STATISTICS, UNIT_OF, type BacktestStats, type Statistic } from '../../trading/statistics.ts'
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

/** Ratios tell something in their third digit, percent and money do not; days and trades are whole. */
export function digitsOf(name: Statistic): number {
  const unit = UNIT_OF[name]
  return unit === 'ratio' ? 4 : unit === 'days' || unit === 'count' ? 0 : 2
}

/** What a reader must know, a line each. */
export function formatNotes(notes: readonly string[]): string[] {
  return notes.map((note) => `Note: ${note}`)
}

export function formatParams(params: Record<string, number>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
