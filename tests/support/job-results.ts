/** What jobs of the lab have found, made up and the same every time: for pages, charts and tables. */
import type { BacktestResult } from '../../src/lab/backtest-result.ts'
import type { Heatmap } from '../../src/lab/lab-desk.ts'
import {
  CHUNK_EVENT,
  FOLD_EVENT,
  MEASURED_EVENT,
  RESULT_STEP,
  SEARCH_EVENT,
  SERIES_EVENT,
  TRAINED_EVENT,
  WALK_EVENT,
  type FoldResult,
  type TrainFold,
  type TrainedModel,
  type WalkResult,
} from '../../src/lab/lab-state.ts'
import type { Trial } from '../../src/lab/trials.ts'
import type { RunKind } from '../../src/runs/event.ts'
import type { SimulatedTrade } from '../../src/trading/simulation.ts'
import { STATISTICS, type BacktestStats, type Statistic } from '../../src/trading/statistics.ts'
import type { PageDesk } from './page-desk.ts'

const DAY_MS = 86_400_000
const FIRST = Date.UTC(2004, 7, 19)

export function statsOf(facts: Partial<BacktestStats> = {}): BacktestStats {
  const none = Object.fromEntries(STATISTICS.map((name) => [name, null])) as Record<Statistic, null>
  return {
    ...none,
    ...{ start: '2004-08-19', end: '2013-03-01', duration_days: 3116, exposure_time_pct: 98.04 },
    ...{ equity_final: 56_263.52, equity_peak: 56_309.52, commissions: 9_412.7, return_pct: 462.635 },
    ...{
      buy_hold_return_pct: 703.458,
      return_ann_pct: 22.4775,
      volatility_ann_pct: 37.4164,
      cagr_pct: 14.992,
    },
    ...{
      sharpe_ratio: 0.60074,
      sortino_ratio: 1.145087,
      calmar_ratio: 0.662437,
      alpha_pct: 441.03,
      beta: 0.0307,
    },
    ...{ max_drawdown_pct: -33.931592, avg_drawdown_pct: -5.982, max_drawdown_duration_days: 690 },
    ...{ avg_drawdown_duration_days: 43, trades: 93, win_rate_pct: 52.688172, best_trade_pct: 56.98 },
    ...{ worst_trade_pct: -17.03, avg_trade_pct: 1.938, max_trade_duration_days: 121 },
    ...{ avg_trade_duration_days: 33, profit_factor: 1.993488, expectancy_pct: 2.42, sqn: 1.584392 },
    ...{ kelly_criterion: 0.209288 },
    ...facts,
  }
}

export const HOLD_STATS = statsOf({
  ...{ return_pct: 698.2, equity_final: 79_820.1, sharpe_ratio: 0.684, max_drawdown_pct: -65.3 },
  ...{ trades: 0, win_rate_pct: null, profit_factor: null, sqn: null, cagr_pct: 18.9 },
})

/** A price that wanders over `bars` weekdays, traded by whether it is above its own recent mean. */
export function resultOf(bars = 300, facts: Partial<BacktestResult> = {}): BacktestResult {
  const time: number[] = []
  for (let at = FIRST; time.length < bars; at += DAY_MS) if (new Date(at).getUTCDay() % 6 !== 0) time.push(at)
  const close = time.map(
    (_, i) =>
      100 * Math.exp(i / 900 + 0.22 * Math.sin(i / 61) + 0.06 * Math.sin(i / 9) + 0.015 * Math.sin(i * 1.9)),
  )
  const { equity, trades } = trade(time, close)
  let peak = 0
  const drawdown = equity.map((value) => (value / (peak = Math.max(peak, value)) - 1) * 100)
  const months = new Map<string, [first: number, last: number]>()
  for (const [i, at] of time.entries()) {
    const month = new Date(at).toISOString().slice(0, 7)
    months.set(month, [months.get(month)?.[0] ?? equity[Math.max(0, i - 1)]!, equity[i]!])
  }
  const days = equity.slice(1).map((value, i) => (value / equity[i]! - 1) * 100)
  return {
    series: [
      {
        ...{ ticker: 'GOOG', vendor: 'sample', adjustment: 'adjusted' as const, bars },
        ...{ first: dayOf(time[0]!), last: dayOf(time.at(-1)!) },
      },
    ],
    strategy: 'sma-cross',
    params: { fast: 10, slow: 20 },
    stats: statsOf(),
    buy_and_hold: HOLD_STATS,
    trades,
    curve: {
      ...{ time, equity, close, drawdown_pct: drawdown },
      buy_and_hold: close.map((price) => (price / close[0]!) * 10_000),
    },
    months: [...months].map(([month, [from, to]]) => ({
      ...{ year: Number(month.slice(0, 4)), month: Number(month.slice(5)) },
      return_pct: (to / from - 1) * 100,
    })),
    daily_returns: countIn(days, -5, 5, 20),
    trade_returns: countIn(
      trades.map((one) => one.return_pct),
      -12,
      24,
      18,
    ),
    notes: [],
    ...facts,
  }
}

function trade(time: readonly number[], close: readonly number[]) {
  const trades: SimulatedTrade[] = []
  const equity: number[] = []
  let cash = 10_000
  let entry = -1
  let side = 0
  const closeOut = (i: number, reason: SimulatedTrade['exit_reason']) => {
    const size = (side * cash) / close[entry]!
    const pnl = size * (close[i]! - close[entry]!)
    trades.push({
      ...{ ticker: 'GOOG', size: Math.trunc(size), entry_index: entry, exit_index: i },
      ...{ entry_time: time[entry]!, exit_time: time[i]!, entry_price: close[entry]!, exit_price: close[i]! },
      ...{ pnl, return_pct: (pnl / cash) * 100, commission: 20, exit_reason: reason, tag: null },
    })
    cash += pnl
  }
  for (let i = 0; i < close.length; i++) {
    const mean = close.slice(Math.max(0, i - 25), i + 1).reduce((a, b) => a + b, 0) / Math.min(26, i + 1)
    const want = i < 26 ? 0 : close[i]! > mean ? 1 : -1
    if (want !== side) {
      if (side !== 0) closeOut(i, 'signal')
      entry = i
      side = want
    }
    equity.push(side === 0 ? cash : cash * (1 + side * (close[i]! / close[entry]! - 1)))
  }
  if (side !== 0) closeOut(close.length - 1, 'open')
  return { trades, equity }
}

function countIn(values: readonly number[], low: number, high: number, bins: number) {
  const width = (high - low) / bins
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of values) counts[Math.min(bins - 1, Math.max(0, Math.floor((value - low) / width)))]!++
  return { edges: Array.from({ length: bins + 1 }, (_, i) => low + i * width), counts }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** The Sharpe ratio of a pair: hills and valleys, below zero for some. */
export function sharpeAt(fast: number, slow: number): number {
  return (
    0.35 * Math.exp(-((fast - 6) ** 2) / 900 - (slow - 163) ** 2 / 2_000) +
    0.08 * Math.sin(fast / 9 + slow / 13)
  )
}

export function trialOf(trial: number, fast: number, slow: number): Trial {
  const {
    start: _start,
    end: _end,
    ...stats
  } = statsOf({ sharpe_ratio: sharpeAt(fast, slow), trades: 120 - fast })
  return { trial, params: { fast, slow }, stats }
}

/** Of `x` × `y` values, each cell standing for `step` of them either way. */
export function heatmapOf(x = 10, y = 10, step = 1): Heatmap {
  const stops = (name: string, from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ name, from: from + i * step, to: from + (i + 1) * step - 1 }))
  const [xs, ys] = [stops('fast', 1, x), stops('slow', 101, y)]
  const cells = ys.flatMap((slow, row) =>
    xs.map((fast, column) => ({
      ...{ trial: row * x + column, value: sharpeAt(fast.from, slow.from), trials: step * step },
    })),
  )
  const values = cells.map(({ value }) => value)
  return { x: xs, y: ys, cells, low: Math.min(...values), high: Math.max(...values) }
}

export function foldOf(fold: number, folds = 6): FoldResult {
  const span = (from: number, bars: number) => ({
    ...{ from, to: from + bars },
    ...{ first: dayOf(FIRST + from * 1.45 * DAY_MS), last: dayOf(FIRST + (from + bars) * 1.45 * DAY_MS) },
  })
  const made = [12.4, -8.1, 21.9, 4.2, -2.6, 15.3][fold % 6]!
  return {
    ...{ fold, folds, train: span(fold * 250, 500), test: span(fold * 250 + 500, 250), evaluated: 400 },
    params: { fast: 6 + (fold % 3) * 4, slow: 120 + fold * 9 },
    in_sample: statsOf({ return_ann_pct: 24 + fold, sharpe_ratio: 0.9 }),
    out_of_sample: statsOf({ return_ann_pct: made, sharpe_ratio: made / 30 }),
  }
}

export const WALK: WalkResult = {
  stats: statsOf({ return_pct: 61.2, sharpe_ratio: 0.31 }),
  buy_and_hold: HOLD_STATS,
  ...{ efficiency: 0.271, profitable_folds: 4, stability: { fast: 0.04, slow: 0.31 } },
}

export function trainFoldOf(fold: number, folds = 5): TrainFold {
  const { train, test } = foldOf(fold)
  const accuracy = 0.53 + 0.01 * (fold % 3)
  return {
    fold,
    folds,
    train,
    test,
    samples: 250,
    accuracy,
    baseline: 0.54,
    log_loss: 0.692,
    brier: 0.2495,
    auc: 0.521,
  }
}

export const TRAINED: TrainedModel = {
  ...{ model: 'logistic', features: ['roc-5', 'rsi-14', 'atr-14', 'z-20'], horizon_bars: 5, seed: 1 },
  ...{ accuracy: 0.5421, baseline: 0.5388, log_loss: 0.6911, brier: 0.2489, auc: 0.5264 },
  calibration: [
    ...[{ predicted: 0.34, observed: 0.41, count: 22 }],
    ...[{ predicted: 0.46, observed: 0.5, count: 240 }],
    ...[{ predicted: 0.55, observed: 0.55, count: 610 }],
    ...[{ predicted: 0.63, observed: 0.57, count: 180 }],
  ],
  importance: { 'rsi-14': 0.41, 'roc-5': 0.28, 'z-20': 0.2, 'atr-14': 0.11 },
  importance_by: 'absolute weight on standardised features',
  hash: 'a'.repeat(64),
}

export interface FilledJob {
  ended?: 'completed' | 'error' | 'canceled' | null
  /** Part of a search or of the folds that is done, 0..1. */
  done?: number
  result?: BacktestResult
  ticker?: string
}

/** A job of the kind with what its workflow would have told by then. */
export function addJob(desk: PageDesk, kind: RunKind, filled: FilledJob = {}): string {
  const { ended = 'completed', done = 1, result = resultOf(), ticker = 'GOOG' } = filled
  const runId = desk.add({ kind, ticker })
  const measure = (body: Record<string, unknown>) => desk.emit(runId, body as never)
  measure({ type: SERIES_EVENT, series: result.series })
  if (kind === 'optimize') searchOf(measure, done)
  const folds = Math.floor(6 * done)
  if (kind === 'walk-forward') for (let i = 0; i < folds; i++) measure({ type: FOLD_EVENT, fold: foldOf(i) })
  if (kind === 'train')
    for (let i = 0; i < folds - 1; i++) measure({ type: FOLD_EVENT, fold: trainFoldOf(i) })
  if (done === 1) {
    const { stats, buy_and_hold, notes } = result
    if (kind === 'train') measure({ type: TRAINED_EVENT, trained: TRAINED })
    else if (kind === 'walk-forward') measure({ type: WALK_EVENT, walk: WALK })
    else measure({ type: MEASURED_EVENT, stats, buy_and_hold, notes })
    if (kind !== 'train') {
      desk.emit(runId, { type: 'step_started', key: RESULT_STEP, input_hash: '', attempt: 1, node_id: null })
      desk.emit(runId, { type: 'step_completed', key: RESULT_STEP, result: null })
    }
  } else
    desk.emit(runId, { type: 'run_progress', fraction: done, message: `Run ${Math.round(done * 100)}/100` })
  if (ended === 'completed') desk.complete(runId)
  if (ended === 'error') desk.emit(runId, { type: 'run_failed', error: 'the prices could not be read' })
  if (ended === 'canceled') desk.emit(runId, { type: 'run_canceled', reason: 'asked' })
  return runId
}

/** Ten chunks of a thousand each, as many as are done. */
function searchOf(emit: (body: Record<string, unknown>) => unknown, done: number): void {
  emit({ type: SEARCH_EVENT, planned: 10_000, names: ['fast', 'slow'], maximize: 'sharpe_ratio' })
  for (let chunk = 0; chunk < Math.floor(done * 10); chunk++) emitChunk(emit, chunk)
}

export function emitChunk(emit: (body: Record<string, unknown>) => unknown, chunk: number): void {
  const { trial, params, stats } = trialOf(562 + chunk, 6, 153 + chunk)
  emit({ type: CHUNK_EVENT, chunk, evaluated: 990, refused: 9, failed: 1, best: { trial, params, stats } })
}
