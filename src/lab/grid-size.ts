/** How many trials the ranges of a search make. */

/** Rounding may leave the last value this part of a step beyond the end. */
const TOLERANCE = 1e-9

/** Both ends count; what lies between two steps at the end does not. 0 for a range that runs backwards or has no step. */
export function countValues(from: number, to: number, step: number): number {
  if (!(to >= from) || !(step > 0)) return 0
  return Math.floor((to - from) / step + TOLERANCE) + 1
}

/** Pairs, triples and so on of all values, before any constraint. */
export function countGrid(ranges: readonly (readonly [from: number, to: number, step: number])[]): number {
  return ranges.reduce((product, [from, to, step]) => product * countValues(from, to, step), 1)
}
