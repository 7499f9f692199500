/**
 * By what rules orders are filled, sized and paid for in a backtest: one record for every simulation, whatever makes its
 * signals. Fractions are of 1 (0.002 is 0.2 %), money is in the currency of the prices.
 *
 * How every simulation reads them, where more than one reading is possible:
 *
 * - A market order comes before anything else at the open it fills at. To go the other way closes what is held and then
 *   opens, by the cash that is there after the close: two orders, each with its commission. What cannot be paid for, or is
 *   of size 0, is rejected after the close and counted. How many shares: `share-count.ts`.
 * - Stop-loss, take-profit and trailing stop are measured from the price paid or received at entry, spread and slippage
 *   included. One that began at the open of a bar may end within that bar; one that began at its close may not.
 * - The trailing stop on a bar stands below (short: above) the best of that entry price and the closes since, that bar's
 *   own left out. The tighter one of stop-loss and trailing stop holds; where they are the same, it is the stop-loss.
 * - A bar that reaches stop and target, neither at its open, is read as stopped and counted as ambiguous.
 * - Equity at 0 or below on a close ends everything there: what is held is closed at the close, for `margin`, and equity
 *   is 0 from that bar on.
 * - Margin call, with leverage only (margin below 1): equity on a close below `MAINTENANCE` · margin · the value of all
 *   that is held closes it, before any other order, at the next open (or this close, by `fillAt`), for `margin`.
 * - `finalize` closes what is open on the last bar at that bar's open, by fills at the close at its close. The open comes
 *   before anybody knows that this is the last bar: it is there for figures that are those of backtesting.py.
 *   `'fold'` closes it at the close of the last bar, however fills are made: the end of a test is known beforehand.
 * - Where fills are at the close, what a close decides fills at that close, and its costs are in that bar's equity.
 * - The close of the last bar decides nothing: what would begin there could not be held.
 * - To be told again to hold what is held changes nothing.
 * - What is open at the end without `finalize` is valued at the last close; of its commissions only the entry's is paid.
 */
import { InputError } from '../core/errors.ts'

/** How large a position is when a strategy does not say so itself. */
export type SizingRule =
  /** This part of what the account can buy at that moment, 0 < fraction ≤ 1; 1 is all of it. */
  | { method: 'fraction'; fraction: number }
  /** Always so many shares. */
  | { method: 'shares'; shares: number }
  /** Always for so much money. */
  | { method: 'cash'; cash: number }
  /** So that the position's volatility (annual, of the last `window` bars) is `target` of equity, at most what can be bought. */
  | { method: 'volatility'; target: number; window: number }

export interface TradingRules {
  cash: number
  /** Of the traded value, on each side. */
  commission: number
  /** Money for each order that fills, on each side. */
  commissionFixed: number
  /** Between bid and ask, paid in full at entry, as in backtesting.py. */
  spread: number
  /** By which a fill at the market's price is worse. A limit's fill has none. */
  slippage: number
  /** Part of a position's value that must be there in cash: 1 is no leverage, 0.5 twice. */
  margin: number
  fillAt: 'next-open' | 'close'
  wholeShares: boolean
  /** Without it a signal to go short closes what is held and opens nothing. */
  allowShort: boolean
  sizing: SizingRule
  /** From the entry price, as a fraction of it; null for none. */
  stopLoss: number | null
  takeProfit: number | null
  /** From the best close since entry. */
  trailingStop: number | null
  /** Closes what is open on the last bar, as backtesting.py's `finalize_trades` does, or as a test ends; else it is valued and not counted as a trade. */
  finalize: boolean | 'fold'
}

/**
 * Part of the initial margin below which a position is called, as 25 % of FINRA Rule 4210 is half of the 50 % of
 * Regulation T.
 */
export const MAINTENANCE = 0.5

export const DEFAULT_RULES: TradingRules = Object.freeze({
  cash: 10_000,
  commission: 0,
  commissionFixed: 0,
  spread: 0,
  slippage: 0,
  margin: 1,
  fillAt: 'next-open',
  wholeShares: true,
  allowShort: true,
  sizing: Object.freeze({ method: 'fraction', fraction: 1 } as const),
  stopLoss: null,
  takeProfit: null,
  trailingStop: null,
  finalize: false,
})

/** Throws `InputError` naming the rule that is out of its range, and the value. */
export function checkRules(rules: TradingRules): void {
  inRange('cash', rules.cash, (value) => value > 0 && Number.isFinite(value), 'above 0')
  for (const name of ['commission', 'spread', 'slippage'] as const) {
    inRange(name, rules[name], (value) => value >= 0 && value < 1, 'a fraction from 0 to below 1')
  }
  inRange(
    'commission_fixed',
    rules.commissionFixed,
    (value) => value >= 0 && Number.isFinite(value),
    '0 and above',
  )
  inRange('margin', rules.margin, (value) => value > 0 && value <= 1, 'above 0, up to 1 (no leverage)')
  for (const [name, value] of [
    ['stop_loss', rules.stopLoss],
    ['take_profit', rules.takeProfit],
    ['trailing_stop', rules.trailingStop],
  ] as const) {
    if (value !== null) {
      const below = name === 'take_profit' ? Number.POSITIVE_INFINITY : 1
      inRange(name, value, (one) => one > 0 && one < below, 'a fraction of the price, above 0 and below 1')
    }
  }
  checkSizing(rules.sizing)
}

function checkSizing(sizing: SizingRule): void {
  const isPositive = (value: number) => value > 0 && Number.isFinite(value)
  switch (sizing.method) {
    case 'fraction':
      return inRange('fraction', sizing.fraction, (value) => value > 0 && value <= 1, 'above 0, up to 1')
    case 'shares':
      return inRange('shares', sizing.shares, isPositive, 'above 0')
    case 'cash':
      return inRange('position_cash', sizing.cash, isPositive, 'above 0')
    case 'volatility':
      inRange('target_volatility', sizing.target, isPositive, 'above 0')
      return inRange(
        'volatility_window',
        sizing.window,
        (value) => Number.isInteger(value) && value >= 2,
        'a whole number from 2',
      )
  }
}

function inRange(field: string, value: number, isAllowed: (value: number) => boolean, allowed: string): void {
  if (!isAllowed(value)) throw new InputError(field, `${field} is ${value}; allowed: ${allowed}`)
}
