/** The price chart of a run: from the bars its data step kept, never from the vendor again. */
import { z } from 'zod'
import type { Decision } from '../../committee/decision.ts'
import { DATA_STEP } from '../../committee/plan.ts'
import { dateOf } from '../../market/series.ts'
import type { RunDesk } from '../../runs/desk.ts'
import type { RunState } from '../../runs/state.ts'
import { isTerminal } from '../../runs/status.ts'
import type { ChartLevel, Charts, PriceChartInput } from '../charts/charts.ts'

/** About a year of trading days. */
const BARS_SHOWN = 252
const KEPT_RUNS = 64

const column = z.array(z.number())
const dataResultSchema = z.object({
  series: z.object({ time: column, close: column, volume: column, adjustment: z.enum(['raw', 'adjusted']) }),
})

export interface PriceChartPanel {
  /** Inline SVG; empty where there is none (yet). */
  svg: string
  caption: string
  empty: string
}

interface PriceChartDeps {
  desk: RunDesk
  charts: Charts
}

export interface PriceCharts {
  load(state: RunState, decision: Decision | null): Promise<PriceChartPanel>
}

interface Bars extends Pick<PriceChartInput, 'time' | 'close' | 'volume'> {
  adjustment: 'raw' | 'adjusted'
}

export function createPriceCharts({ desk, charts }: PriceChartDeps): PriceCharts {
  /** Bars never change once a run has them, so what was read for one look serves the next. */
  const kept = new Map<string, Bars>()

  async function loadBars(runId: string): Promise<Bars | null> {
    const known = kept.get(runId)
    if (known) return known
    const result = dataResultSchema.safeParse(await desk.stepResult(runId, DATA_STEP))
    if (!result.success || result.data.series.close.length < 2) return null
    const { time, close, volume, adjustment } = result.data.series
    const last = (values: number[]) => values.slice(-BARS_SHOWN)
    const bars = { time: last(time), close: last(close), volume: last(volume), adjustment }
    kept.set(runId, bars)
    if (kept.size > KEPT_RUNS) kept.delete(kept.keys().next().value!)
    return bars
  }

  return {
    async load(state, decision) {
      if (state.steps[DATA_STEP]?.status !== 'completed' && !isTerminal(state.status)) {
        return { svg: '', caption: '', empty: 'Prices appear once the data step is done.' }
      }
      const bars = await loadBars(state.run_id)
      if (!bars) return { svg: '', caption: '', empty: 'This run has no prices to draw.' }
      const { adjustment, ...columns } = bars
      const levels = decision ? levelsOf(decision) : []
      const svg = await charts.price({ ticker: state.ticker, ...columns, levels })
      const closes = adjustment === 'adjusted' ? 'Adjusted daily closes' : 'Daily closes as traded'
      return {
        svg,
        caption: `${closes}, ${bars.close.length} bars up to ${dateOf(bars.time.at(-1)!)}`,
        empty: '',
      }
    },
  }
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
