/** A heatmap of trials over two parameters: few enough cells to be drawn, each showing its best trial. */
import { SMALLER_IS_BETTER, type Statistic } from '../../trading/statistics.ts'
import { isWithin, type ColumnRange } from '../found/column-range.ts'
import type { Heatmap } from '../lab-desk.ts'
import type { Task } from '../task.ts'

export const HEATMAP_CELLS_MAX = 2_500

export interface HeatmapInput {
  statistic: Statistic
  x: { name: string; column: Float64Array }
  y: { name: string; column: Float64Array }
  values: Float64Array
  trials: Float64Array
  within: ColumnRange[]
}

export const drawHeatmap: Task<HeatmapInput, Heatmap> = {
  name: 'drawHeatmap',
  run({ statistic, x, y, values, trials, within }) {
    const rows: number[] = []
    for (let row = 0; row < values.length; row++) if (isWithin(within, row)) rows.push(row)
    const across = distinct(x.column, rows)
    const down = distinct(y.column, rows)
    const [xBins, yBins] = chooseBins(across.length, down.length)
    const axisX = cutAxis(across, xBins)
    const axisY = cutAxis(down, yBins)
    const sign = SMALLER_IS_BETTER.has(statistic) ? -1 : 1
    const cells: Heatmap['cells'] = Array.from({ length: axisX.bins.length * axisY.bins.length }, () => null)
    for (const row of rows) {
      const value = values[row]!
      if (!Number.isFinite(value)) continue
      const at = axisY.binOf.get(y.column[row]!)! * axisX.bins.length + axisX.binOf.get(x.column[row]!)!
      const cell = cells[at]
      if (!cell) cells[at] = { trial: trials[row]!, value, trials: 1 }
      else {
        cell.trials++
        // The earlier trial where two are as good.
        if (sign * value > sign * cell.value) Object.assign(cell, { trial: trials[row]!, value })
      }
    }
    const shown = cells.flatMap((cell) => (cell ? [cell.value] : []))
    return {
      x: axisX.bins.map((bin) => ({ name: x.name, ...bin })),
      y: axisY.bins.map((bin) => ({ name: y.name, ...bin })),
      cells,
      low: shown.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY),
      high: shown.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY),
    }
  },
}

function distinct(column: Float64Array, rows: readonly number[]): Float64Array {
  return Float64Array.from(new Set(rows.map((row) => column[row]!))).sort()
}

/** As many bins as there are values where that fits; else the finer axis is cut first. */
function chooseBins(x: number, y: number): [number, number] {
  if (x * y <= HEATMAP_CELLS_MAX) return [x, y]
  const side = Math.floor(Math.sqrt(HEATMAP_CELLS_MAX))
  if (x <= side) return [x, Math.floor(HEATMAP_CELLS_MAX / x)]
  if (y <= side) return [Math.floor(HEATMAP_CELLS_MAX / y), y]
  return [side, side]
}

interface CutAxis {
  bins: { from: number; to: number }[]
  binOf: ReadonlyMap<number, number>
}

/** Neighbouring values together, about as many in each bin. */
function cutAxis(values: Float64Array, count: number): CutAxis {
  const bins: CutAxis['bins'] = []
  const binOf = new Map<number, number>()
  const perBin = Math.ceil(values.length / Math.max(1, count))
  for (const [at, value] of values.entries()) {
    const bin = Math.floor(at / perBin)
    bins[bin] ??= { from: value, to: value }
    bins[bin].to = value
    binOf.set(value, bin)
  }
  return { bins, binOf }
}
