/** Where one column crosses another: the inner loop of every search over crossing averages. */
import { SIGNAL } from './strategy.ts'

/**
 * Writes long where `line` comes to stand above `base`, having stood below it one bar before, short the other way round,
 * and nothing anywhere else, from bar `first` (1 or later) on; before it nothing. A bar on which they are equal, or one
 * of them is NaN, stands on neither side: from below through a tie to above is no crossing, as in backtesting.py's
 * `crossover`. Allocates nothing.
 */
export function writeCrossings(line: Float64Array, base: Float64Array, first: number, out: Int8Array): void {
  out.fill(SIGNAL.none)
  const { length } = line
  let i = first
  // From run to run rather than bar by bar: within one, a single comparison is made.
  while (i < length) {
    if (line[i - 1]! > base[i - 1]!) {
      while (i < length && line[i]! > base[i]!) i++
      if (i < length && line[i]! < base[i]!) out[i] = -1
    } else if (line[i - 1]! < base[i - 1]!) {
      while (i < length && line[i]! < base[i]!) i++
      if (i < length && line[i]! > base[i]!) out[i] = 1
    }
    i++
  }
}
