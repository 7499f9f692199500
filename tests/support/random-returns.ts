/** Seeded draws that stand in for returns of tries. */
import { createSeededRandom } from '../../src/core/random.ts'

/** Standard normal draws, by Box and Muller. */
export function createNormalDraws(seed: string): () => number {
  const random = createSeededRandom(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** A column of daily returns for each try: noise of 1 % about a mean of its own (0 unless said). */
export function makeReturns(
  tries: number,
  observations: number,
  seed: string,
  meanOf: (trial: number) => number = () => 0,
): Float64Array[] {
  const draw = createNormalDraws(seed)
  return Array.from({ length: tries }, (_, trial) =>
    Float64Array.from({ length: observations }, () => meanOf(trial) + 0.01 * draw()),
  )
}
