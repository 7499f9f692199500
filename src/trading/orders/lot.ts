/** Shares that were bought or sold short at once, and what ends holding them. */
import type { Side } from '../costs.ts'
import type { TradingRules } from '../rules.ts'
import type { Bracket } from './order.ts'

export interface Lot {
  readonly ticker: number
  readonly side: Side
  /** Those left, above 0. */
  shares: number
  readonly entryIndex: number
  readonly entryTime: number
  /** Spread and slippage included, commission not. */
  readonly entryPrice: number
  /** When in the bar: what began inside it or at its close was not there at its open. */
  readonly began: 'open' | 'inside' | 'close'
  /** Paid at entry for the shares left. */
  commission: number
  /** NaN for none. */
  readonly stop: number
  readonly target: number
  /** Below the best close (short: above), in price and as a part of it; NaN for none. */
  readonly trail: number
  readonly trailPart: number
  /** Of the entry price and the closes since. */
  best: number
  /** Own bars until it is closed for time. */
  barsLeft: number
  readonly tag: string | null
}

export type LotEntry = Pick<
  Lot,
  'ticker' | 'side' | 'shares' | 'entryIndex' | 'entryTime' | 'entryPrice' | 'began' | 'commission' | 'tag'
>

/** The order's own stop, target and trail, or those of the rules where it has none. */
export function createLot(entry: LotEntry, bracket: Bracket, rules: TradingRules): Lot {
  const { side, entryPrice } = entry
  const away = (part: number | null, direction: Side) =>
    part === null ? Number.NaN : entryPrice * (1 + direction * part)
  const opposite: Side = side === 1 ? -1 : 1
  return {
    ...entry,
    stop: firstOf(bracket.stopLoss, entryPrice - side * bracket.stopDistance, away(rules.stopLoss, opposite)),
    target: firstOf(
      bracket.takeProfit,
      entryPrice + side * bracket.targetDistance,
      away(rules.takeProfit, side),
    ),
    trail: bracket.trail,
    trailPart: Number.isNaN(bracket.trail) ? (rules.trailingStop ?? Number.NaN) : Number.NaN,
    best: entryPrice,
    // The close it began at was the end of its first bar.
    barsLeft: entry.began === 'close' ? Math.max(1, bracket.maxBars - 1) : bracket.maxBars,
  }
}

function firstOf(...values: number[]): number {
  return values.find((value) => !Number.isNaN(value)) ?? Number.NaN
}

export interface StopLevel {
  /** NaN for none. */
  price: number
  reason: 'stop' | 'trail'
}

/** The tighter one of stop-loss and trailing stop; the stop-loss where they are the same. */
export function stopOf({ side, stop, trail, trailPart, best }: Lot): StopLevel {
  const trailing = Number.isNaN(trailPart) ? best - side * trail : best * (1 - side * trailPart)
  return Number.isNaN(trailing) || side * (stop - trailing) >= 0
    ? { price: stop, reason: 'stop' }
    : { price: trailing, reason: 'trail' }
}

/** Moves what the trailing stop is measured from. */
export function followClose(lot: Lot, close: number): void {
  if (lot.side * (close - lot.best) > 0) lot.best = close
}
