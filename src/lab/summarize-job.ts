/** What lists and comparisons show of a job. */
import type { RunState } from '../runs/state.ts'
import type { KindSummary } from '../runs/summary.ts'
import type { Statistic } from '../trading/statistics.ts'
import type { LabState } from './lab-state.ts'

const COMPARED: readonly Statistic[] = [
  'return_pct',
  'buy_hold_return_pct',
  'return_ann_pct',
  'volatility_ann_pct',
  'sharpe_ratio',
  'sortino_ratio',
  'calmar_ratio',
  'max_drawdown_pct',
  'exposure_time_pct',
  'trades',
  'win_rate_pct',
  'profit_factor',
  'sqn',
]

/** The figures of its backtest, or of what its search has found so far. */
export function summarizeJob({ data }: RunState<LabState>): KindSummary {
  const stats = data.stats ?? data.search?.best?.stats
  if (!stats) return { decision: null }
  return { decision: null, stats: Object.fromEntries(COMPARED.map((name) => [name, stats[name]])) }
}

/** Of a training: how often the model was right on bars it had not seen, beside always saying the more frequent. */
export function summarizeTraining({ data: { trained } }: RunState<LabState>): KindSummary {
  if (!trained) return { decision: null }
  const { accuracy, baseline } = trained
  return { decision: null, stats: { accuracy, baseline } }
}
