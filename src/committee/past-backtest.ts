/**
 * A backtest of the ticker, as the committee reads one: what a rule would have earned before the day it stands on. Where
 * there is none nothing is said of it, and the committee is as it would be without a lab.
 */
import { keepFinite, type Measurement } from './evidence/measurement.ts'

/** Figures in percent and as `Statistic` names them; null where they could not be computed. */
export interface PastBacktest {
  run_id: string
  strategy: string
  params: Readonly<Record<string, number>>
  vendor: string
  /** YYYY-MM-DD of the first and last bar it has seen. */
  first: string
  last: string
  return_pct: number | null
  sharpe_ratio: number | null
  max_drawdown_pct: number | null
  trades: number | null
}

/** The newest completed backtest of a ticker whose last bar is not after `asOf`; null where there is none. */
export type FindPastBacktest = (ticker: string, asOf: string) => Promise<PastBacktest | null>

export const BACKTEST_LABELS = Object.freeze({
  returned: 'Backtest return',
  sharpe: 'Backtest Sharpe ratio',
  drawdown: 'Backtest max drawdown',
  trades: 'Backtest trades',
})

/** Its figures as evidence, by the run that they come from. */
export function measureBacktest(found: PastBacktest): Measurement[] {
  const values = Object.entries(found.params).map(([name, value]) => `${name} ${value}`)
  const rule = values.length === 0 ? found.strategy : `${found.strategy} (${values.join(', ')})`
  const source = `backtest ${found.run_id} of ${rule} on ${found.vendor} bars from ${found.first} to ${found.last}`
  return keepFinite([
    { label: BACKTEST_LABELS.returned, value: found.return_pct, unit: '%' as const },
    { label: BACKTEST_LABELS.sharpe, value: found.sharpe_ratio, unit: 'ratio' as const },
    { label: BACKTEST_LABELS.drawdown, value: found.max_drawdown_pct, unit: '%' as const },
    { label: BACKTEST_LABELS.trades, value: found.trades, unit: 'trades' as const },
  ]).map((item) => ({ ...item, source, asOf: found.last }))
}
