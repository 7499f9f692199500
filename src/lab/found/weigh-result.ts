/** What results take in memory, roughly: for a bound, not for an account. */
import type { BacktestResult } from '../backtest-result.ts'
import type { Heatmap } from '../lab-desk.ts'

/** An object of about a dozen figures. */
const TRADE_BYTES = 320
const FIGURE_BYTES = 8
const MONTH_BYTES = 64
const CELL_BYTES = 64
/** Statistics, facts and notes. */
const REST_BYTES = 16_384

export function weighResult({ trades, trade_figures, curve, months }: BacktestResult): number {
  const points = Object.values(curve).reduce((sum: number, column: number[]) => sum + column.length, 0)
  const listed = trades.length * TRADE_BYTES + (trade_figures?.byteLength ?? 0)
  return listed + points * FIGURE_BYTES + months.length * MONTH_BYTES + REST_BYTES
}

export function weighHeatmap(heatmap: Heatmap | null): number {
  return heatmap === null ? 0 : heatmap.cells.length * CELL_BYTES
}
