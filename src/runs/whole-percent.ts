/**
 * A share 0..1 as the whole percents that are full, as lists and journals count progress. What is 29 of 100 is 29, though
 * its double times 100 lies a hair below.
 */
export function wholePercent(fraction: number): number {
  return Math.floor(fraction * 100 + 1e-9)
}
