/**
 * At what price an exit order would have filled inside one bar, known only by its open, high, low and close. The rules
 * are the pessimistic reading of what a bar leaves open:
 *
 * - a stop fills at the worse of the bar's open and the stop: a gap through it fills at the open;
 * - a limit (target) fills at the better of the bar's open and the limit;
 * - what the open decides comes first, for it is the bar's first price; after that, where both stop and target lie
 *   within the bar, the stop is taken to have been touched before the target.
 */
import type { Side } from './costs.ts'

export interface BarPrices {
  open: number
  high: number
  low: number
}

/** The fill of a stop that closes a position of `side`, NaN where the bar does not touch it. */
export function fillStop(bar: BarPrices, side: Side, stop: number): number {
  if (side === 1) return bar.open <= stop ? bar.open : bar.low <= stop ? stop : Number.NaN
  return bar.open >= stop ? bar.open : bar.high >= stop ? stop : Number.NaN
}

/** The fill of a limit that closes a position of `side`, NaN where the bar does not reach it. */
export function fillLimit(bar: BarPrices, side: Side, limit: number): number {
  if (side === 1) return bar.open >= limit ? bar.open : bar.high >= limit ? limit : Number.NaN
  return bar.open <= limit ? bar.open : bar.low <= limit ? limit : Number.NaN
}

/**
 * Which of the two came first, given the fills that the bar offers a stop and a target (NaN for none) of which one
 * cancels the other; null for neither.
 */
export function firstOfBracket(open: number, stopFill: number, targetFill: number): 'stop' | 'target' | null {
  if (targetFill === open) return 'target'
  if (!Number.isNaN(stopFill)) return 'stop'
  return Number.isNaN(targetFill) ? null : 'target'
}

/** Whether the bar leaves open which of the two came first: both lie within it and its open decides neither. */
export function isAmbiguous(open: number, stopFill: number, targetFill: number): boolean {
  return !Number.isNaN(stopFill) && !Number.isNaN(targetFill) && stopFill !== open && targetFill !== open
}

export interface BracketFill {
  price: number
  reason: 'stop' | 'target'
}

/** Which of a stop and a target, one cancelling the other, fills in the bar and at what price; null for neither. */
export function fillBracket(bar: BarPrices, side: Side, stop: number, target: number): BracketFill | null {
  const stopFill = fillStop(bar, side, stop)
  const targetFill = fillLimit(bar, side, target)
  const reason = firstOfBracket(bar.open, stopFill, targetFill)
  return reason === null ? null : { price: reason === 'stop' ? stopFill : targetFill, reason }
}
