/**
 * What a backtest's statistics are called and which of them are numbers, in the order in which they are shown and kept.
 * The definitions are those of backtesting.py 0.6; each is a function in `measures/`, beside its formula and source.
 */

/** Numbers only: a row of these is one trial of a search. Where one cannot be computed it is NaN in a row, null in JSON. */
export const STATISTICS = [
  'duration_days',
  'exposure_time_pct',
  'equity_final',
  'equity_peak',
  'commissions',
  'return_pct',
  'buy_hold_return_pct',
  'return_ann_pct',
  'volatility_ann_pct',
  'cagr_pct',
  'sharpe_ratio',
  'sortino_ratio',
  'calmar_ratio',
  'alpha_pct',
  'beta',
  'max_drawdown_pct',
  'avg_drawdown_pct',
  'max_drawdown_duration_days',
  'avg_drawdown_duration_days',
  'trades',
  'win_rate_pct',
  'best_trade_pct',
  'worst_trade_pct',
  'avg_trade_pct',
  'max_trade_duration_days',
  'avg_trade_duration_days',
  'profit_factor',
  'expectancy_pct',
  'sqn',
  'kelly_criterion',
] as const

export type Statistic = (typeof STATISTICS)[number]

/** How a figure is counted: `change` is in percent and has a direction, `money` is in the currency of the prices. */
export type StatisticUnit = 'days' | 'pct' | 'change' | 'money' | 'ratio' | 'count'

export const UNIT_OF: Readonly<Record<Statistic, StatisticUnit>> = Object.freeze({
  duration_days: 'days',
  exposure_time_pct: 'pct',
  equity_final: 'money',
  equity_peak: 'money',
  commissions: 'money',
  return_pct: 'change',
  buy_hold_return_pct: 'change',
  return_ann_pct: 'change',
  volatility_ann_pct: 'pct',
  cagr_pct: 'change',
  sharpe_ratio: 'ratio',
  sortino_ratio: 'ratio',
  calmar_ratio: 'ratio',
  alpha_pct: 'change',
  beta: 'ratio',
  max_drawdown_pct: 'pct',
  avg_drawdown_pct: 'pct',
  max_drawdown_duration_days: 'days',
  avg_drawdown_duration_days: 'days',
  trades: 'count',
  win_rate_pct: 'pct',
  best_trade_pct: 'change',
  worst_trade_pct: 'change',
  avg_trade_pct: 'change',
  max_trade_duration_days: 'days',
  avg_trade_duration_days: 'days',
  profit_factor: 'ratio',
  expectancy_pct: 'change',
  sqn: 'ratio',
  kelly_criterion: 'ratio',
})

/** A row of `STATISTICS` by name, null for what is none. */
export function nameStatistics(row: Float64Array, offset = 0): Record<Statistic, number | null> {
  return Object.fromEntries(
    STATISTICS.map((name, index) => {
      const value = row[offset + index]!
      return [name, Number.isFinite(value) ? value : null]
    }),
  ) as Record<Statistic, number | null>
}

/** ISO 8601 dates (days where bars are daily) of the first and last bar, and the numbers by name. */
export type BacktestStats = { start: string; end: string } & Record<Statistic, number | null>

/** For which a smaller figure is the better one: an objective of these is minimised where one asks for the best. */
export const SMALLER_IS_BETTER: ReadonlySet<Statistic> = new Set<Statistic>([
  'commissions',
  'volatility_ann_pct',
  'max_drawdown_duration_days',
  'avg_drawdown_duration_days',
])
