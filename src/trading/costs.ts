/** What trading costs: commission, spread and slippage, as fractions of the price (0.002 is 0.2 %). */
import { InputError } from '../core/errors.ts'

/** Long or short. */
export type Side = 1 | -1

export interface Costs {
  /** Of the traded value, at entry and again at exit. */
  commission: number
  /** Between bid and ask, paid in full at entry, as in backtesting.py; none where left out. */
  spread?: number
  /** By which a fill that takes the market's price is worse, at entry, stop and time exits; none where left out. */
  slippage?: number
}

export const NO_COSTS: Costs = Object.freeze({ commission: 0, spread: 0, slippage: 0 })

/** Throws `InputError` naming the cost that is negative, not a number, or 100 % and more. */
export function checkCosts(costs: Costs): void {
  for (const name of ['commission', 'spread', 'slippage'] as const) {
    const value = costs[name] ?? 0
    if (!(value >= 0 && value < 1))
      throw new InputError(name, `${name} is ${value}; allowed: a fraction from 0 to below 1`)
  }
}

/** What is paid (long) or received (short) a share when a position opens at the market's `price`. */
export function entryFillPrice(price: number, side: Side, costs: Costs): number {
  return price * (1 + side * ((costs.spread ?? 0) + (costs.slippage ?? 0)))
}

/** What an exit that takes the market's `price` brings; a limit order's fill has no slippage and is not passed here. */
export function exitFillPrice(price: number, side: Side, costs: Costs): number {
  return price * (1 - side * (costs.slippage ?? 0))
}

/**
 * Return of a round trip in percent of the value at entry, both commissions taken off:
 * 100 · (side·(exit − entry)/entry − commission·(1 + exit/entry)).
 */
export function netReturnPct(entryPrice: number, exitPrice: number, side: Side, costs: Costs): number {
  const gained = (side * (exitPrice - entryPrice)) / entryPrice
  return 100 * (gained - costs.commission * (1 + exitPrice / entryPrice))
}
