/** What doors may ask of the lab's results beyond a run's state: read from steps, worked out in worker threads. */
import type { SimulatedTrade } from '../trading/simulation.ts'
import type { Statistic } from '../trading/statistics.ts'
import type { BacktestResult } from './backtest-result.ts'
import type { StrategyCatalog } from './strategy-catalog.ts'
import type { Trial } from './trials.ts'

export interface TrialQuery {
  sort: Statistic
  descending: boolean
  /** Rows left out at the front. */
  offset: number
  limit: number
  /** Only trials whose parameters lie in these ranges, both ends counting. */
  within?: Record<string, [number, number]>
}

export interface TrialPage {
  trials: Trial[]
  total: number
}

export interface HeatmapQuery {
  /** Names of the parameters on the axes. */
  x: string
  y: string
  statistic: Statistic
  /** Where one has drilled down to, both ends counting. */
  within?: Record<string, [number, number]>
}

/** At most 2,500 cells; each shows its best trial. Where it stands for several values, the ranges say which. */
export interface Heatmap {
  x: { name: string; from: number; to: number }[]
  y: { name: string; from: number; to: number }[]
  /** Row by row, y outer; null where no trial is. */
  cells: ({ trial: number; value: number; trials: number } | null)[]
  low: number
  high: number
}

export interface LabDesk {
  readonly catalog: StrategyCatalog
  /** Of a backtest or, of a search, its best trial; null until it is there. `NotFoundError` once files are pruned. */
  result(runId: string): Promise<BacktestResult | null>
  /** One trial of a search, simulated again now and remembered for a while: its equity was never kept. `NotFoundError`, `InputError`. */
  inspectTrial(runId: string, trial: number): Promise<BacktestResult>
  /** Also of a search under way: what has been run so far. */
  trials(runId: string, query: TrialQuery): Promise<TrialPage>
  /** Null with fewer than two parameters searched. */
  heatmap(runId: string, query: HeatmapQuery): Promise<Heatmap | null>
  /** Every trial in their order, some at a time and with turns for others in between: what exports are made of. */
  eachTrial(runId: string): AsyncIterable<Trial[]>
  /** Every trade of `result`, in the same way, also those that it does not list. `NotFoundError` where there is no result. */
  eachTrade(runId: string): AsyncIterable<SimulatedTrade[]>
}
