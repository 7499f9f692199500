/** How values are spread, in bins of a round width. */
import type { Histogram } from './backtest-result.ts'

/** About as many bins lie between the outer hundredths. */
const BINS = 24
const OUTER = 0.01
/** Widths are one of these times a power of ten. */
const ROUND = [1, 2, 2.5, 5, 10]
/** Percent apart, or so much of the values, is rounding and fills no bins. */
const DUST = 1e-9

/** 0 is an edge, so that gains and losses are apart. What lies beyond the outer edges counts to the first and last bin. */
export function buildHistogram(values: readonly number[]): Histogram {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort()
  if (sorted.length === 0) return { edges: [0, 1], counts: [0] }
  const low = sorted[Math.floor(OUTER * (sorted.length - 1))]!
  const high = sorted[Math.ceil((1 - OUTER) * (sorted.length - 1))]!
  const largest = Math.max(Math.abs(low), Math.abs(high))
  const width = roundUp(Math.max((high - low) / BINS || largest / BINS || 1, largest * DUST, DUST))
  const first = Math.floor(low / width)
  const last = Math.max(first + 1, Math.ceil(high / width))
  const counts = Array.from({ length: last - first }, () => 0)
  for (const value of sorted) {
    const bin = Math.floor(value / width) - first
    counts[Math.min(counts.length - 1, Math.max(0, bin))]!++
  }
  return { edges: Array.from({ length: counts.length + 1 }, (_, i) => trim((first + i) * width)), counts }
}

function roundUp(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width))
  return trim(ROUND.find((round) => round * power >= width)! * power)
}

/** Without the dust of binary fractions: 0.30000000000000004 is 0.3. */
function trim(value: number): number {
  return Number(value.toPrecision(12))
}
