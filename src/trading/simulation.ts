/** What a simulation leaves: the account's value bar by bar, and its trades. */

/** `end`: the data ended. `fold`: the bars of a walk-forward's test ended, and more follow. */
export type ExitReason = 'signal' | 'stop' | 'target' | 'trail' | 'time' | 'end' | 'fold' | 'margin' | 'open'

/** One trade as it leaves the house. */
export interface SimulatedTrade {
  ticker: string
  /** Shares, negative for short. */
  size: number
  /** Bars from the first of the series. */
  entry_index: number
  exit_index: number
  /** Milliseconds since the epoch, UTC. */
  entry_time: number
  exit_time: number
  /** What was paid or received a share, spread and slippage included, commission not. */
  entry_price: number
  exit_price: number
  /** Money, commissions taken off. */
  pnl: number
  /** In percent of the value at entry, all costs taken off. */
  return_pct: number
  commission: number
  exit_reason: ExitReason
  /** What the strategy called it; null for nothing. */
  tag: string | null
}

/** The bars traded on: `from` to before `to`. Indicators see the bars before `from` as well, never one after the present. */
export interface BarRange {
  from: number
  to: number
}

export interface Simulation {
  /** Of each bar of the range: cash and holdings at its close, after all costs so far. */
  equity: Float64Array
  /** In the order in which they ended; those still open at the end last, with `exit_reason` `open`, unless finalised. */
  trades: SimulatedTrade[]
  /** Paid in all, commissions of open trades included. */
  commissions: number
  /** The bar on which equity came to 0 or below and everything ended; null where it did not. */
  ruinedAt: number | null
  /** Bars that leave open what was touched first, and were read the pessimistic way. */
  ambiguousBars: number
  /** Orders that could not be paid for or were of size 0. */
  rejectedOrders: number
}
