/**
 * The first bar on which a stop-loss, trailing stop or take-profit ends a position: bars that touch neither cost two
 * comparisons each. What the touched bar then means is said in `fills.ts`. One object, used again; allocates nothing.
 */
import type { Bars } from '../../market/series.ts'
import { exitFillPrice, type Side } from '../costs.ts'
import { fillLimit, fillStop, firstOfBracket, isAmbiguous } from '../fills.ts'
import type { TradingRules } from '../rules.ts'

export interface ExitScan {
  /** Whether the rules have any such exit. */
  readonly isNeeded: boolean
  /**
   * Looks at the bars `start` to `end`, both included, for what ends a position entered at `entryPrice`. Returns the bar,
   * `end + 1` where nothing does; `price` (slippage included), `reason` and `isAmbiguous` tell of it.
   */
  find(side: Side, entryPrice: number, start: number, end: number): number
  readonly price: number
  readonly reason: 'stop' | 'trail' | 'target'
  readonly isAmbiguous: boolean
}

export function createExitScan(bars: Bars, rules: TradingRules): ExitScan {
  const { open, high, low, close } = bars
  const { stopLoss, takeProfit, trailingStop } = rules
  const bar = { open: 0, high: 0, low: 0 }

  /** Reads the touched bar; false where it fills neither. */
  function readBar(at: number, side: Side, stop: number, target: number, isTrailing: boolean): boolean {
    bar.open = open[at]!
    bar.high = high[at]!
    bar.low = low[at]!
    const stopFill = fillStop(bar, side, stop)
    const targetFill = fillLimit(bar, side, target)
    const reason = firstOfBracket(bar.open, stopFill, targetFill)
    if (reason === null) return false
    scan.isAmbiguous = isAmbiguous(bar.open, stopFill, targetFill)
    scan.reason = reason === 'stop' && isTrailing ? 'trail' : reason
    scan.price = reason === 'stop' ? exitFillPrice(stopFill, side, rules) : targetFill
    return true
  }

  function findLong(stop: number, target: number, start: number, end: number): number {
    for (let at = start; at <= end; at++) {
      if (low[at]! <= stop || high[at]! >= target) if (readBar(at, 1, stop, target, false)) return at
    }
    return end + 1
  }

  function findShort(stop: number, target: number, start: number, end: number): number {
    for (let at = start; at <= end; at++) {
      if (high[at]! >= stop || low[at]! <= target) if (readBar(at, -1, stop, target, false)) return at
    }
    return end + 1
  }

  function findTrailing(
    side: Side,
    entryPrice: number,
    fixed: number,
    target: number,
    start: number,
    end: number,
  ): number {
    const part = 1 - side * trailingStop!
    let best = entryPrice
    for (let at = start; at <= end; at++) {
      const trailing = best * part
      const isTrailing = side * (fixed - trailing) < 0
      const stop = isTrailing ? trailing : fixed
      const isTouched =
        side === 1 ? low[at]! <= stop || high[at]! >= target : high[at]! >= stop || low[at]! <= target
      if (isTouched && readBar(at, side, stop, target, isTrailing)) return at
      if (side * (close[at]! - best) > 0) best = close[at]!
    }
    return end + 1
  }

  const scan = {
    isNeeded: stopLoss !== null || takeProfit !== null || trailingStop !== null,
    price: Number.NaN,
    reason: 'stop' as ExitScan['reason'],
    isAmbiguous: false,
    find(side: Side, entryPrice: number, start: number, end: number): number {
      const never = side * Number.POSITIVE_INFINITY
      const stop = stopLoss === null ? -never : entryPrice * (1 - side * stopLoss)
      const target = takeProfit === null ? never : entryPrice * (1 + side * takeProfit)
      if (trailingStop !== null) return findTrailing(side, entryPrice, stop, target, start, end)
      return side === 1 ? findLong(stop, target, start, end) : findShort(stop, target, start, end)
    },
  }
  return scan
}
