/**
 * Charts made off the main thread and kept by what they show: the same input is drawn once. What it promises: the
 * event loop never waits for a drawing. What a chart looks like is left to `price-chart.ts`.
 */
import { Piscina } from 'piscina'
import { hashOf } from '../../core/json.ts'

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

export interface Charts {
  /** Inline SVG, safe to print as it is. Rejects when the input cannot be drawn. */
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

export function createCharts({ maxKept = 64 }: ChartsOptions = {}): Charts {
  const pool = new Piscina({
    filename: new URL(`./chart-worker${EXTENSION}`, import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_TIMEOUT_MS,
  })
  const kept = new Map<string, Promise<string>>()
  return {
    price(input) {
      const key = hashOf(input)
      const known = kept.get(key)
      kept.delete(key)
      const drawing = known ?? (pool.run(input, { name: 'drawPriceChart' }) as Promise<string>)
      kept.set(key, drawing)
      // A failure is not kept: what failed for want of memory may succeed the next time.
      if (!known) drawing.catch(() => kept.delete(key))
      if (kept.size > maxKept) kept.delete(kept.keys().next().value!)
      return drawing
    },
    async close() {
      await pool.destroy()
    },
  }
}
