/**
 * Charts made off the main thread and kept by what they show: the same input is drawn once. What it promises: the
 * event loop never waits for a drawing. What a chart looks like is left to the file of each.
 */
import { Piscina } from 'piscina'
import { hashOf } from '../../core/json.ts'
import { createLatest } from '../../core/latest.ts'
import type { CalibrationInput } from './lab/calibration-chart.ts'
import type { CurvesInput } from './lab/curves-chart.ts'
import type { EquityChartInput } from './lab/equity-chart.ts'
import type { FoldsInput } from './lab/folds-chart.ts'
import type { HeatmapInput } from './lab/heatmap-chart.ts'
import type { HistogramInput } from './lab/histogram-chart.ts'
import type { ParallelInput } from './lab/parallel-chart.ts'

export interface ChartLevel {
  label: string
  price: number
  /** The custom property of the style sheet that colours it. */
  tone: 'ink' | 'buy' | 'sell'
}

/** Columns of equal length, oldest first; at least two bars. */
export interface PriceChartInput {
  ticker: string
  /** Milliseconds since the epoch, UTC. */
  time: number[]
  close: number[]
  volume: number[]
  levels: ChartLevel[]
}

/** What can be drawn, by the name of what draws it. */
export interface Drawings {
  drawPriceChart: PriceChartInput
  drawEquityChart: EquityChartInput
  drawHistogram: HistogramInput
  drawHeatmap: HeatmapInput
  drawParallel: ParallelInput
  drawFoldsChart: FoldsInput
  drawCalibration: CalibrationInput
  drawCurves: CurvesInput
}

export interface Charts {
  /** Inline SVG, safe to print as it is. Rejects when the input cannot be drawn. */
  draw<Name extends keyof Drawings>(name: Name, input: Drawings[Name]): Promise<string>
  price(input: PriceChartInput): Promise<string>
  close(): Promise<void>
}

export interface ChartsOptions {
  /** Drawings kept, the least recently used going first. */
  maxKept?: number
}

/** In a checkout this file is TypeScript, in the package JavaScript; the worker beside it has the same extension. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const IDLE_TIMEOUT_MS = 30_000

function fileOf(name: keyof Drawings): string {
  const file = name === 'drawPriceChart' ? 'chart-worker' : 'lab/worker'
  return new URL(`./${file}${EXTENSION}`, import.meta.url).href
}

export function createCharts({ maxKept = 64 }: ChartsOptions = {}): Charts {
  const pool = new Piscina({
    filename: fileOf('drawPriceChart'),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_TIMEOUT_MS,
  })
  const kept = createLatest<string>(maxKept)
  const draw: Charts['draw'] = (name, input) =>
    kept.get(
      hashOf([name, input]),
      () => pool.run(input, { name, filename: fileOf(name) }) as Promise<string>,
    )
  return {
    draw,
    price: (input) => draw('drawPriceChart', input),
    async close() {
      await pool.destroy()
    },
  }
}
