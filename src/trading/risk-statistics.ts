/** Risk of holding an instrument, from its closes alone, oldest first. */
import { drawdown } from '../market/indicators/index.ts'

/** Fewer returns than this have no 5 % tail. */
const MIN_RETURNS_FOR_TAIL = 20
const TAIL = 0.05
const TRADING_DAYS_A_YEAR = 252

/**
 * Historical one-day value at risk at 95 %, in percent of the position, 0 or above: the loss that one day in twenty of
 * the last `days` days exceeded, by the 5 % quantile of their simple returns (linear between neighbours: type 7 of
 * Hyndman & Fan 1996). Fewer days are used where there are no more; null under 20 returns. Throws `RangeError` unless
 * `days` is a whole number from 1.
 */
export function valueAtRisk95Pct(closes: Float64Array, days: number): number | null {
  if (!Number.isInteger(days) || days < 1)
    throw new RangeError(`days is ${days}; allowed: a whole number from 1`)
  const count = Math.min(days, closes.length - 1)
  if (count < MIN_RETURNS_FOR_TAIL) return null
  const returns = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const end = closes.length - count + i
    returns[i] = closes[end]! / closes[end - 1]! - 1
  }
  returns.sort()
  const position = TAIL * (count - 1)
  const below = Math.floor(position)
  const low = returns[below]!
  const quantile = low + (position - below) * (returns[Math.min(below + 1, count - 1)]! - low)
  return Math.max(0, -100 * quantile)
}

/** The deepest fall from a running peak, in percent, 0 or below; null for no closes. */
export function maxDrawdownPct(closes: Float64Array): number | null {
  if (closes.length === 0) return null
  return 100 * drawdown(closes).reduce((deepest, one) => Math.min(deepest, one), 0)
}

/**
 * Annualised volatility in percent: 100 · the sample standard deviation of all log returns · √252. Null under two
 * returns. `realisedVolatility` is the same over a rolling window, as a fraction.
 */
export function annualisedVolatilityPct(
  closes: Float64Array,
  periodsPerYear = TRADING_DAYS_A_YEAR,
): number | null {
  const count = closes.length - 1
  if (count < 2) return null
  let mean = 0
  for (let i = 1; i <= count; i++) mean += Math.log(closes[i]! / closes[i - 1]!)
  mean /= count
  let squares = 0
  for (let i = 1; i <= count; i++) squares += (Math.log(closes[i]! / closes[i - 1]!) - mean) ** 2
  return 100 * Math.sqrt(squares / (count - 1)) * Math.sqrt(periodsPerYear)
}
