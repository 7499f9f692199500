/** Support and resistance: the turning points of the last year that stand below and above the close. */
import type { Bars } from '../../market/series.ts'

/** Bars on each side that a turning point must top; it is known only once as many have passed. */
const SWING_BARS = 5
const LOOKBACK_BARS = 252

export interface Levels {
  /** Nearest first: swing lows below the last close. */
  supports: number[]
  /** Nearest first: swing highs above the last close. */
  resistances: number[]
}

/**
 * A swing high is a bar whose high is above those of the `SWING_BARS` bars before it and not below those of the
 * `SWING_BARS` after it; a swing low likewise with lows.
 */
export function findLevels({ high, low, close }: Pick<Bars, 'high' | 'low' | 'close'>): Levels {
  const last = close.at(-1)
  if (last === undefined) return { supports: [], resistances: [] }
  const start = Math.max(SWING_BARS, close.length - LOOKBACK_BARS)
  const end = close.length - SWING_BARS
  const supports = new Set<number>()
  const resistances = new Set<number>()
  for (let bar = start; bar < end; bar++) {
    if (high[bar]! > last && isSwing(high, bar, 1)) resistances.add(high[bar]!)
    if (low[bar]! < last && isSwing(low, bar, -1)) supports.add(low[bar]!)
  }
  return {
    supports: [...supports].sort((a, b) => b - a),
    resistances: [...resistances].sort((a, b) => a - b),
  }
}

/** `side` 1 looks for tops, −1 for bottoms. */
function isSwing(values: Float64Array, bar: number, side: 1 | -1): boolean {
  const value = side * values[bar]!
  for (let away = 1; away <= SWING_BARS; away++) {
    if (side * values[bar - away]! >= value) return false
    if (side * values[bar + away]! > value) return false
  }
  return true
}
