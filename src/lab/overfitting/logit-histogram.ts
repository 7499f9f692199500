/**
 * How the logits of a cross-validation are spread, in bins that are equally wide as ranks (a 24th of all tries each), so
 * that they can be drawn as such. One edge is 0, the middle: what lies at or below it is overfit.
 */
import type { Histogram } from '../backtest-result.ts'

const BINS = 24
/** The outermost edges: ranks of 0 and 1 have no logit that is a number. The outermost bins hold what lies beyond. */
const REACH = 6

/** A bin counts what is above its lower edge, up to and including its upper one. */
export function countLogits(logits: Float64Array): Histogram {
  const counts = new Array<number>(BINS).fill(0)
  for (const logit of logits) {
    const bin = Math.ceil(BINS / (1 + Math.exp(-logit))) - 1
    counts[Math.min(BINS - 1, Math.max(0, bin))]!++
  }
  const edges = Array.from({ length: BINS - 1 }, (_, i) => Math.log((i + 1) / (BINS - 1 - i)))
  return { edges: [-REACH, ...edges, REACH], counts }
}
