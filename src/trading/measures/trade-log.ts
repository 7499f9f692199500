/**
 * The closed trades of one simulation in columns that are used again for the next: what a search keeps of them, and what
 * the statistics of trades are read from, whichever simulator made them.
 */
import type { ExitReason, SimulatedTrade } from '../simulation.ts'

export interface TradeLog {
  count: number
  /** Shares, negative for short. */
  size: Float64Array
  entryPrice: Float64Array
  exitPrice: Float64Array
  /** Of both sides. */
  commission: Float64Array
  /** Bars from the first of the series. */
  entryIndex: Int32Array
  exitIndex: Int32Array
  reasons: ExitReason[]
}

export function createTradeLog(capacity: number): TradeLog {
  return {
    count: 0,
    size: new Float64Array(capacity),
    entryPrice: new Float64Array(capacity),
    exitPrice: new Float64Array(capacity),
    commission: new Float64Array(capacity),
    entryIndex: new Int32Array(capacity),
    exitIndex: new Int32Array(capacity),
    reasons: Array.from({ length: capacity }, (): ExitReason => 'signal'),
  }
}

/** The closed ones of a list, in its order. */
export function logTrades(trades: readonly SimulatedTrade[]): TradeLog {
  const closed = trades.filter(({ exit_reason }) => exit_reason !== 'open')
  return {
    count: closed.length,
    size: Float64Array.from(closed, ({ size }) => size),
    entryPrice: Float64Array.from(closed, ({ entry_price }) => entry_price),
    exitPrice: Float64Array.from(closed, ({ exit_price }) => exit_price),
    commission: Float64Array.from(closed, ({ commission }) => commission),
    entryIndex: Int32Array.from(closed, ({ entry_index }) => entry_index),
    exitIndex: Int32Array.from(closed, ({ exit_index }) => exit_index),
    reasons: closed.map(({ exit_reason }) => exit_reason),
  }
}

/** Money: size · (exit − entry) − commission. */
export function tradeProfit(size: number, entryPrice: number, exitPrice: number, commission: number): number {
  return size * (exitPrice - entryPrice) - commission
}

/** The profit as a fraction of the value at entry, |size| · entry. */
export function tradeReturn(size: number, entryPrice: number, profit: number): number {
  return profit / (Math.abs(size) * entryPrice)
}
