/**
 * How large a position should be. It begins with the fraction of equity that brings the instrument's volatility to the
 * target, and lets every further rule only take from it; each rule that does is recorded, so that the list of caps
 * leads from the first fraction to the last without a gap.
 */
import { InputError } from '../core/errors.ts'
import type { Side } from './costs.ts'
import { MIN_ANNUAL_VOLATILITY } from './share-count.ts'
import { kellyFraction } from './trade-statistics.ts'

export interface SizingLimits {
  /** Volatility wanted of the position, an annual fraction of equity. */
  targetVolatility: number
  /** Part of the full Kelly fraction that may be taken: half or a quarter. */
  kellyMultiplier: 0.5 | 0.25
  /** Fraction of equity that may be lost between entry and stop. */
  maxRiskPerTrade: number
  /** Fraction of equity that one position may take. */
  maxPositionFraction: number
  /** Notional of all that is held, as a multiple of equity. */
  maxLeverage: number
}

export const DEFAULT_SIZING_LIMITS: SizingLimits = Object.freeze({
  targetVolatility: 0.15,
  kellyMultiplier: 0.5,
  maxRiskPerTrade: 0.01,
  maxPositionFraction: 0.25,
  maxLeverage: 1,
})

/**
 * Trades that weigh as much as having no edge at all: with n trades, n / (n + 20) of the Kelly fraction is believed.
 * As the Kelly fraction is linear in the hit rate, this is the hit rate drawn to the one at which nothing is won.
 */
const KELLY_PRIOR_TRADES = 20

/** What may have taken from a position; how a backtest sizes its positions is `SizingRule` of `rules.ts`. */
export type SizingCapRule =
  'fractional_kelly' | 'risk_per_trade' | 'max_position' | 'leverage' | 'whole_shares'

/** A rule that took something: the fraction of equity before and after it. */
export interface SizingCap {
  rule: SizingCapRule
  from: number
  to: number
}

export interface SizingInput {
  equity: number
  entry: number
  stop: number
  side: Side
  /** Annual fraction, as `realisedVolatility` gives it. */
  annualVolatility: number
  /** Of the rule's past trades, as `computeTradeStatistics` gives them; null where there is none. */
  hitRate: number | null
  payoff: number | null
  /** How many closed trades stand behind them. */
  trades: number
  limits: SizingLimits
}

export interface PositionSize {
  method: string
  fraction_of_equity: number
  /** Whole, 0 or more, for long and short alike. */
  shares: number
  notional: number
  /** What is lost from entry to stop. */
  risk_amount: number
  caps: SizingCap[]
}

/** Digits kept of a fraction of equity: a ten-thousandth of a percent. Money is kept to the cent. */
const FRACTION_DIGITS = 6
const MONEY_DIGITS = 2

/**
 * The size of a position. In order: target / volatility; at most the fraction whose stop costs that part of the Kelly
 * fraction which `limits` and the number of trades allow (no edge: nothing); at most the fraction whose stop costs
 * `maxRiskPerTrade`; at most `maxPositionFraction`; at most `maxLeverage`; whole shares.
 *
 * The Kelly fraction f is a stake: what is lost when the bet is lost. Of a position with a stop that is the way from
 * entry to stop, so that the position may be f · entry / |entry − stop| of equity. Sources: Kelly 1956, "A New
 * Interpretation of Information Rate"; Thorp 2006, "The Kelly Criterion in Blackjack, Sports Betting, and the Stock
 * Market", on taking a part of it where the odds are estimated. A gap through the stop loses more than the stake: the
 * caps on the position itself are for that.
 *
 * Throws `InputError` naming what is not positive, out of its range, or a stop on the wrong side of the entry.
 */
export function sizePosition(input: SizingInput): PositionSize {
  checkInput(input)
  const { equity, entry, stop, annualVolatility, limits } = input
  const riskPerShare = Math.abs(entry - stop)
  const riskPerFraction = riskPerShare / entry
  const caps: SizingCap[] = []
  let fraction = limits.targetVolatility / Math.max(annualVolatility, MIN_ANNUAL_VOLATILITY)

  function cap(rule: SizingCapRule, limit: number): void {
    if (fraction <= limit) return
    const [from, to] = [roundFraction(fraction), roundFraction(limit)]
    if (from !== to) caps.push({ rule, from, to })
    fraction = limit
  }

  cap('fractional_kelly', (limits.kellyMultiplier * believedKelly(input)) / riskPerFraction)
  cap('risk_per_trade', limits.maxRiskPerTrade / riskPerFraction)
  cap('max_position', limits.maxPositionFraction)
  cap('leverage', limits.maxLeverage)
  const shares = wholeShares(fraction, equity, entry)
  cap('whole_shares', (shares * entry) / equity)

  return {
    method: `volatility target, ${limits.kellyMultiplier === 0.5 ? 'half' : 'quarter'} Kelly`,
    fraction_of_equity: roundFraction(fraction),
    shares,
    notional: roundTo(shares * entry, MONEY_DIGITS),
    risk_amount: roundTo(shares * riskPerShare, MONEY_DIGITS),
    caps,
  }
}

/** The fraction of equity before it came down to whole shares: what the trade is worth to an account of any size. */
export function fractionBeforeShares({ caps, fraction_of_equity }: PositionSize): number {
  return caps.find((cap) => cap.rule === 'whole_shares')?.from ?? fraction_of_equity
}

function roundFraction(fraction: number): number {
  return roundTo(fraction, FRACTION_DIGITS)
}

function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

/** The Kelly fraction of the trades, drawn to 0 the fewer they are; 0 for no edge and for no trades. */
function believedKelly({ hitRate, payoff, trades }: SizingInput): number {
  if (hitRate === null || trades === 0) return 0
  // No payoff: no wins, which is no edge, or no loss that cost anything, where (1 − p) / b vanishes.
  const full = payoff === null ? (hitRate === 0 ? 0 : hitRate) : kellyFraction(hitRate, payoff)
  return Math.max(0, full) * (trades / (trades + KELLY_PRIOR_TRADES))
}

/** The most whole shares within the fraction; a quotient that rounding left a hair under a whole one counts as whole. */
function wholeShares(fraction: number, equity: number, entry: number): number {
  const floor = Math.floor((fraction * equity) / entry)
  return ((floor + 1) * entry) / equity <= fraction ? floor + 1 : floor
}

function checkInput({
  equity,
  entry,
  stop,
  side,
  annualVolatility,
  hitRate,
  payoff,
  trades,
  limits,
}: SizingInput): void {
  const positive = { equity, entry, stop, ...limits }
  for (const [name, value] of Object.entries(positive)) {
    if (!(value > 0 && Number.isFinite(value)))
      throw new InputError(name, `${name} is ${value}; allowed: above 0`)
  }
  if (!(annualVolatility >= 0)) {
    throw new InputError('annualVolatility', `annualVolatility is ${annualVolatility}; allowed: 0 and above`)
  }
  if (hitRate !== null && !(hitRate >= 0 && hitRate <= 1)) {
    throw new InputError('hitRate', `hitRate is ${hitRate}; allowed: 0 to 1`)
  }
  if (payoff !== null && !(payoff > 0))
    throw new InputError('payoff', `payoff is ${payoff}; allowed: above 0`)
  if (!Number.isInteger(trades) || trades < 0)
    throw new InputError('trades', `trades is ${trades}; allowed: 0 and up`)
  if (side === 1 ? stop >= entry : stop <= entry) {
    const where = side === 1 ? 'below' : 'above'
    throw new InputError(
      'stop',
      `stop is ${stop} for a ${side === 1 ? 'long' : 'short'} entry at ${entry}; allowed: ${where} it`,
    )
  }
}
