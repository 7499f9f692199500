/**
 * Every way to take half of S blocks, in an order that lets sums over a choice be put together from two tables: one over
 * the subsets of the first S/2 blocks and one over those of the rest. Nothing is added up along the way and taken off
 * again, so a sum of zeros stays zero and equal columns give equal bits.
 */

/** More blocks than these would make tables and choices that are no longer quick: 16 have 12,870 halves. */
export const MAX_BLOCKS = 16

export interface BlockHalves {
  blocks: number
  /** In how many ways. */
  count: number
  /** Subsets of one side: 2^(S/2). */
  subsets: number
  /** The subsets of a side as bit masks, by how many blocks they have and then by value. */
  masks: Int32Array
  /** Where in `masks` the subsets of k blocks begin; one more entry than S/2 + 1. */
  starts: Int32Array
}

/** Throws `RangeError` unless `blocks` is even, from 2 to 16. */
export function listBlockHalves(blocks: number): BlockHalves {
  if (!Number.isInteger(blocks) || blocks % 2 !== 0 || blocks < 2 || blocks > MAX_BLOCKS)
    throw new RangeError(`blocks is ${blocks}; allowed: an even number from 2 to ${MAX_BLOCKS}`)
  const half = blocks / 2
  const subsets = 2 ** half
  const bySize = Array.from({ length: half + 1 }, (): number[] => [])
  for (let mask = 0; mask < subsets; mask++) bySize[countBits(mask)]!.push(mask)
  const starts = new Int32Array(half + 2)
  bySize.forEach((masks, size) => (starts[size + 1] = starts[size]! + masks.length))
  const count = bySize.reduce((sum, masks, size) => sum + masks.length * bySize[half - size]!.length, 0)
  return { blocks, count, subsets, masks: Int32Array.from(bySize.flat()), starts }
}

/**
 * Writes the sum over each subset, in the order of `masks`, of `values` from `offset` on: the highest block first.
 * `table` has 2^(S/2) entries and is scratch as much as result.
 */
export function sumSubsets(
  { masks, subsets }: BlockHalves,
  values: Float64Array,
  offset: number,
  byMask: Float64Array,
  table: Float64Array,
): void {
  byMask[0] = 0
  for (let mask = 1; mask < subsets; mask++) {
    const rest = mask & (mask - 1)
    byMask[mask] = byMask[rest]! + values[offset + 31 - Math.clz32(mask ^ rest)]!
  }
  for (let i = 0; i < subsets; i++) table[i] = byMask[masks[i]!]!
}

export function countBits(mask: number): number {
  let bits = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++
  return bits
}
