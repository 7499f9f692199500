/**
 * How many shares an order is for, by the sizing rule of a backtest and the money that is there. Used by every
 * simulation, so that the same rules buy the same shares. Counts only: never negative, 0 for what cannot be paid for.
 */
import { realisedVolatility } from '../market/indicators/index.ts'
import type { Bars } from '../market/series.ts'
import type { TradingRules } from './rules.ts'

/** A calmer instrument than this is treated as this calm: its past says less than its future. */
export const MIN_ANNUAL_VOLATILITY = 0.01
const TRADING_DAYS_A_YEAR = 252
const DAY_MS = 86_400_000
/** Steps between bars from which their spacing is told. */
const STEPS_READ = 99

export interface Purse {
  equity: number
  /** Equity that does not stand behind a position: equity − margin · value of all that is held. */
  free: number
}

/**
 * Shares for an order without a size of its own, filled at `price` (spread and slippage included).
 *
 * - `fraction`: that part of what can be bought: fraction · free / (price · (margin + commission)), fixed commission
 *   taken off first.
 * - `shares`, `cash`: as said, cash / price; 0 where it cannot be paid for.
 * - `volatility`: equity · target / volatility / price, at most what can be bought; 0 where the volatility is NaN.
 *
 * `annualVolatility` is only read by the last: the volatility on the close that the order was decided on.
 */
export function countShares(
  rules: TradingRules,
  purse: Purse,
  price: number,
  annualVolatility: number,
): number {
  const { sizing } = rules
  switch (sizing.method) {
    case 'fraction':
      return countPart(rules, sizing.fraction, purse.free, price)
    case 'shares':
      return keepPayable(rules, roundShares(rules, sizing.shares), purse.free, price)
    case 'cash':
      return keepPayable(rules, countFor(rules, sizing.cash, price), purse.free, price)
    case 'volatility': {
      if (Number.isNaN(annualVolatility)) return 0
      const value = (purse.equity * sizing.target) / Math.max(annualVolatility, MIN_ANNUAL_VOLATILITY)
      return Math.min(countFor(rules, value, price), countPart(rules, 1, purse.free, price))
    }
  }
}

/** Shares that this part of the free money buys, commissions paid. */
export function countPart(rules: TradingRules, part: number, free: number, price: number): number {
  return countFor(rules, part * free - rules.commissionFixed, price * (rules.margin + rules.commission))
}

/** The shares where the free money pays for them and their commissions, else 0. */
export function keepPayable(rules: TradingRules, shares: number, free: number, price: number): number {
  const cost = shares * price * (rules.margin + rules.commission) + rules.commissionFixed
  return cost <= free ? shares : 0
}

/** Whole, where the rules say so, and never below 0. */
export function roundShares(rules: TradingRules, shares: number): number {
  return shares > 0 ? (rules.wholeShares ? Math.floor(shares) : shares) : 0
}

/** How many of `price` each are in `money`; a quotient that rounding left a hair under a whole one counts as whole. */
export function countFor(rules: TradingRules, money: number, price: number): number {
  if (!(money > 0)) return 0
  const shares = money / price
  if (!rules.wholeShares) return shares
  const floor = Math.floor(shares)
  return (floor + 1) * price <= money ? floor + 1 : floor
}

/**
 * Annual volatility on each bar as sizing reads it: that of the last `window` log returns of the closes, NaN before there
 * are so many, times the root of the bars in a year.
 */
export function sizingVolatility(bars: Bars, window: number): Float64Array {
  return realisedVolatility(bars.close, window, barsInYear(bars.time))
}

/**
 * 252 for bars of a day; of finer ones 252 times those of a day; of coarser ones by the calendar. Told by the first bars
 * alone, so that later ones change nothing.
 */
export function barsInYear(time: Float64Array): number {
  if (time.length < 2) return TRADING_DAYS_A_YEAR
  const first = time.subarray(0, STEPS_READ + 1)
  const steps = first.slice(1).map((at, i) => at - first[i]!)
  const step = steps.sort()[steps.length >> 1]!
  if (step > 4 * DAY_MS) return (365.25 * DAY_MS) / step
  return TRADING_DAYS_A_YEAR * (step < DAY_MS ? barsOfDay(time) : 1)
}

/** Of the second day there is, for the first may have begun late; of the first where there is no other. */
function barsOfDay(time: Float64Array): number {
  const dayOf = (i: number) => Math.floor(time[i]! / DAY_MS)
  let from = 0
  while (from < time.length && dayOf(from) === dayOf(0)) from++
  if (from === time.length) return from
  let to = from
  while (to < time.length && dayOf(to) === dayOf(from)) to++
  return to - from
}
