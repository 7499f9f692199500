/** What a backtest has found out, as its step keeps it and pages show it. */
import type { SimulatedTrade } from '../trading/simulation.ts'
import type { BacktestStats } from '../trading/statistics.ts'
import type { PackedTrades } from './pack-trades.ts'

export interface SeriesFacts {
  ticker: string
  vendor: string
  adjustment: 'raw' | 'adjusted'
  bars: number
  /** ISO 8601: a day where bars are daily. */
  first: string
  last: string
}

/** For a chart: at most about 1,500 points, among them every extreme of what was left out. Columns of equal length. */
export interface EquityCurve {
  /** Milliseconds since the epoch, UTC. */
  time: number[]
  equity: number[]
  /** In percent of the running peak, 0 or below. */
  drawdown_pct: number[]
  buy_and_hold: number[]
  /** Closes of the (first) ticker, on which trades are marked. */
  close: number[]
}

export interface MonthReturn {
  year: number
  /** 1–12. */
  month: number
  return_pct: number
}

export interface Histogram {
  /** One more than the counts; the first and last bin hold what lies beyond. */
  edges: number[]
  counts: number[]
}

/** Why figures are no record of what the strategy would have earned: it saw later bars, or was trained on these. */
export type Caveat = 'looks-ahead' | 'in-sample'

/** A sentence that a reader must know, and what it says of all figures; null where that is nothing. */
export interface Remark {
  note: string
  caveat: Caveat | null
}

/** More are neither shown nor answered at once: they are exported. */
export const TRADES_LISTED = 5_000

/** All trades in columns, where there are more than are listed. */
export interface BacktestResult extends Partial<PackedTrades> {
  series: SeriesFacts[]
  strategy: string
  params: Record<string, number>
  stats: BacktestStats
  buy_and_hold: BacktestStats
  /** In the order in which they ended, the first `TRADES_LISTED` at most. */
  trades: SimulatedTrade[]
  curve: EquityCurve
  months: MonthReturn[]
  /** Daily returns, and returns of trades, in percent. */
  daily_returns: Histogram
  trade_returns: Histogram
  /** What a reader must know, a sentence each: ambiguous bars, rejected orders, ruin, look-ahead found, repaired rows. */
  notes: string[]
  /** Those that the notes tell of, each once. Absent in results from before they were told apart. */
  caveats?: Caveat[]
}
