/** Columns of figures that should agree to 1e-9. */
import { expect } from 'vitest'

const TOLERANCE = 1e-9

/**
 * Expects every figure of `ours` to stand within 1e-9 of the one in `theirs`, relative to it (or to `scale`, where the
 * figures are differences of larger ones). NaN in `ours` is a bar not yet answered; a gap in `theirs` asks nothing.
 */
export function expectClose(ours: Float64Array, theirs: ArrayLike<number | null>, scale = 0): void {
  expect(ours.length).toBe(theirs.length)
  let compared = 0
  for (let i = 0; i < ours.length; i++) {
    const wanted = theirs[i] ?? null
    if (wanted === null || Number.isNaN(ours[i]!)) continue
    compared += 1
    const error = Math.abs(ours[i]! - wanted) / Math.max(Math.abs(wanted), scale, Number.MIN_VALUE)
    if (ours[i] !== wanted && !(error <= TOLERANCE))
      expect.fail(`at ${i}: ${ours[i]} instead of ${wanted}, off by ${error}`)
  }
  expect(compared).toBeGreaterThan(ours.length * 0.8)
}

/** Expects NaN before `first` and numbers from there on. */
export function expectWarmUp(values: Float64Array, first: number): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!) !== i < first)
      expect.fail(`at ${i}: ${values[i]}, where figures begin at ${first}`)
  }
}
