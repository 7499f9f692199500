/** How the logits of a cross-validation are spread, in bins of which one edge is 0: what lies at or below it is overfit. */
import type { Histogram } from '../backtest-result.ts'

const BINS = 24
/** e^±6 is 1 in 400: the outermost bins hold what lies beyond. */
const REACH = 6

/** A bin counts what is above its lower edge, up to and including its upper one. */
export function countLogits(logits: Float64Array): Histogram {
  const width = (2 * REACH) / BINS
  const counts = new Array<number>(BINS).fill(0)
  for (const logit of logits) {
    const bin = Math.ceil((logit + REACH) / width) - 1
    counts[Math.min(BINS - 1, Math.max(0, bin))]!++
  }
  return { edges: Array.from({ length: BINS + 1 }, (_, i) => i * width - REACH), counts }
}
