/** What doors may ask of the lab's results beyond a run's state: read from steps, worked out in worker threads. */
import type { SimulatedTrade } from '../trading/simulation.ts'
import type { Statistic } from '../trading/statistics.ts'
import type { BacktestResult } from './backtest-result.ts'
import type { SearchState } from './lab-state.ts'
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
  /** Of the statistics only the one sorted by, the others null: which takes far less where trials lie wide apart. */
  isBrief?: boolean
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

/** What was found last of a search under way, and how far it was then. */
export interface Glance<Found> {
  found: Found
  search: SearchState
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
  /**
   * The same of a search under way without waiting for anything: what was found last, which is found anew behind where it
   * is older than `search`, how far it is now. Null before the first time.
   */
  readonly glance: {
    trials(runId: string, query: TrialQuery, search: SearchState): Promise<Glance<TrialPage> | null>
    heatmap(runId: string, query: HeatmapQuery, search: SearchState): Promise<Glance<Heatmap | null> | null>
  }
  /** Every trial in their order, some at a time and with turns for others in between: what exports are made of. */
  eachTrial(runId: string): AsyncIterable<Trial[]>
  /** Every trade of `result`, in the same way, also those that it does not list. `NotFoundError` where there is no result. */
  eachTrade(runId: string): AsyncIterable<SimulatedTrade[]>
}
