/** The price chart of a run: from the bars its data step kept, never from the vendor again. */
import { z } from 'zod'
import type { Decision } from '../../committee/decision.ts'
import type { RunState } from '../../runs/state.ts'
import { isTerminal } from '../../runs/status.ts'
import type { ChartLevel, PriceChartInput } from '../charts/charts.ts'
import type { PageDeps } from './page-deps.ts'

/** About a year of trading days. */
const BARS_SHOWN = 252
const DATA_STEP = 'data'

const column = z.array(z.number())
const dataResultSchema = z.object({ series: z.object({ time: column, close: column, volume: column }) })

export interface PriceChartPanel {
  /** Inline SVG; empty where there is none (yet). */
  svg: string
  caption: string
  empty: string
}

/** Bars never change once a run has them, so what was read for one verdict serves the next look. */
type Bars = Pick<PriceChartInput, 'time' | 'close' | 'volume'>
const KEPT_RUNS = 64
const keptBars = new WeakMap<object, Map<string, Bars>>()

export async function loadPriceChart(
  deps: PageDeps,
  state: RunState,
  decision: Decision | null,
): Promise<PriceChartPanel> {
  if (state.steps[DATA_STEP]?.status !== 'completed' && !isTerminal(state.status)) {
    return { svg: '', caption: '', empty: 'Prices appear once the data step is done.' }
  }
  const bars = await loadBars(deps, state)
  if (!bars) return { svg: '', caption: '', empty: 'This run has no prices to draw.' }
  const levels = decision ? levelsOf(decision) : []
  const svg = await deps.charts.price({ ticker: state.ticker, ...bars, levels })
  return {
    svg,
    caption: `Adjusted daily closes, ${bars.close.length} bars up to ${dateOf(bars.time.at(-1)!)}`,
    empty: '',
  }
}

async function loadBars({ desk }: PageDeps, state: RunState): Promise<Bars | null> {
  const kept = keptBars.get(desk) ?? new Map<string, Bars>()
  keptBars.set(desk, kept)
  const known = kept.get(state.run_id)
  if (known) return known
  const result = dataResultSchema.safeParse(await desk.stepResult(state.run_id, DATA_STEP))
  if (!result.success) return null
  const { time, close, volume } = result.data.series
  const bars = {
    time: time.slice(-BARS_SHOWN),
    close: close.slice(-BARS_SHOWN),
    volume: volume.slice(-BARS_SHOWN),
  }
  if (bars.close.length < 2) return null
  kept.set(state.run_id, bars)
  if (kept.size > KEPT_RUNS) kept.delete(kept.keys().next().value!)
  return bars
}

function levelsOf({ risk_metrics: risk, action }: Decision): ChartLevel[] {
  if (action !== 'BUY' && action !== 'SELL') return []
  const levels: [string, number | null, ChartLevel['tone']][] = [
    ['Target', risk.take_profit, 'buy'],
    ['Entry', risk.entry, 'ink'],
    ['Stop', risk.stop_loss, 'sell'],
  ]
  return levels.flatMap(([label, price, tone]) => (price === null ? [] : { label, price, tone }))
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
