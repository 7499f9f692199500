/** What a strategy that is called bar by bar may see and do: the past, its account, and orders for the next bar. */

import type { IndicatorColumns } from './indicator-columns.ts'

/** A column seen from the bar at hand: nothing after it can be asked for. */
export interface IndicatorView {
  /** At the present bar. */
  readonly now: number
  /** `bars` ago, 0 being now; NaN before the first. Throws `LookAheadError` for a negative number. */
  ago(bars: number): number
}

export interface StrategySetup {
  readonly tickers: readonly string[]
  /** An indicator by its name in `IndicatorColumns`, of the first ticker unless said. */
  indicator(
    name: 'sma' | 'ema' | 'rsi' | 'atr' | 'highest' | 'lowest' | 'zScore' | 'roc',
    period: number,
    ticker?: string,
  ): IndicatorView
  /**
   * A column worked out over all bars in one go, kept under its name like those of `IndicatorColumns`. Each value must be
   * made of bars up to its own; nothing else can see that it is, so the look-ahead check tries it.
   */
  column(name: string, compute: (columns: IndicatorColumns) => Float64Array, ticker?: string): IndicatorView
  price(name: 'open' | 'high' | 'low' | 'close' | 'volume', ticker?: string): IndicatorView
  /** One of the strategy's own: `at(i)` is called once for each bar in order, with views that end there. */
  custom(name: string, at: (bar: number) => number, ticker?: string): IndicatorView
}

export interface OrderRequest {
  ticker?: string
  /** Part of what can be bought (0 < size < 1) or a number of shares (size ≥ 1); by the rules' sizing where left out. */
  size?: number
  limit?: number
  stop?: number
  /** Prices at which the position is closed. */
  stopLoss?: number
  takeProfit?: number
  /** The same as distances in price from where the order fills: each in place of the price above. */
  stopDistance?: number
  targetDistance?: number
  /** Distance in price by which a stop follows the best close. */
  trail?: number
  /** Bars after which an order that has not filled is withdrawn; until cancelled where left out. */
  goodForBars?: number
  /** Closes the position on the close of its so many-th bar, that of the entry being the first; before `next` is called there. */
  maxBars?: number
  tag?: string
}

export interface HeldPosition {
  /** Shares, negative for short; 0 for none. */
  readonly size: number
  readonly entryPrice: number
  /** Bars since the entry. */
  readonly barsHeld: number
  /** Open profit or loss, in money. */
  readonly profit: number
}

export interface BarDesk {
  /** From 0. */
  readonly bar: number
  /** Milliseconds since the epoch, UTC. */
  readonly time: number
  readonly equity: number
  readonly cash: number
  position(ticker?: string): HeldPosition
  /** Orders are for the next bar (or this close, where the rules say so). Returns the order's number. */
  buy(order?: OrderRequest): number
  sell(order?: OrderRequest): number
  /** Closes a position, or the part of it. */
  close(options?: { ticker?: string; part?: number }): void
  /** Withdraws an order that has not filled; all of them where no number is given. */
  cancel(order?: number): void
  /** Brings the holding of a ticker to this part of equity, negative for short, 0 for none. */
  target(fraction: number, ticker?: string): void
}
