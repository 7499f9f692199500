/** Where a Sharpe ratio may lie, read from resamples of its returns. */
import type { Band } from '../honesty-report.ts'
import { createResampleSums, fillPrefix, LANES, type Resamples } from './stationary-bootstrap.ts'

/**
 * Percentile band of the Sharpe ratio per observation over the resamples (Efron & Tibshirani, "An Introduction to the
 * Bootstrap", 1993, §13.3; quantiles linear between neighbours). Null where no two resamples have a ratio.
 */
export function computeSharpeBand(returns: Float64Array, resamples: Resamples, level = 0.95): Band | null {
  const ratios = resampleSharpe(returns, resamples)
  if (ratios.length < 2) return null
  const tail = (1 - level) / 2
  return { low: quantile(ratios, tail), high: quantile(ratios, 1 - tail), level }
}

/** Sorted, of the resamples that vary. From deviations, so that a small variance about a large mean keeps its digits. */
function resampleSharpe(returns: Float64Array, resamples: Resamples): Float64Array {
  const n = returns.length
  const mean = returns.reduce((sum, value) => sum + value, 0) / n
  const squares = returns.map((value) => (value - mean) ** 2)
  const meanSquare = squares.reduce((sum, value) => sum + value, 0) / n
  const { prefix, sums, add } = createResampleSums(resamples)
  fillPrefix(returns, mean, prefix, 0)
  fillPrefix(squares, meanSquare, prefix, 1)
  add()
  const ratios: number[] = []
  for (let at = 0; at < sums.length; at += LANES) {
    const shift = sums[at]! / n
    const variance = ((sums[at + 1]! / n + meanSquare - shift * shift) * n) / (n - 1)
    if (variance > meanSquare * 1e-9) ratios.push((mean + shift) / Math.sqrt(variance))
  }
  return Float64Array.from(ratios).sort()
}

/** Type 7 of Hyndman & Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50(4), 1996. */
function quantile(sorted: Float64Array, fraction: number): number {
  const position = fraction * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below]!
  return low + (position - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - low)
}
