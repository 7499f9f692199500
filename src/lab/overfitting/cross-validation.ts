/**
 * Combinatorially symmetric cross-validation: how often the try that was best on one half of the blocks is no better
 * than the middle of all tries on the other half. Bailey, Borwein, López de Prado & Zhu, "The Probability of Backtest
 * Overfitting", Journal of Computational Finance 20(4), 2017.
 *
 * Works on what each block leaves of a try: the sum and the sum of squares of its returns. Tries are compared by
 * s·|s| / q over the blocks of a half, which rises with the Sharpe ratio s / √(n·q − s²) for a given n and needs no root;
 * a try that did nothing there has 0.
 */
import { listBlockHalves, sumSubsets, type BlockHalves } from './block-halves.ts'

/** Numbers each try leaves: S sums, then S sums of squares. */
export function momentsPerTrial(blocks: number): number {
  return 2 * blocks
}

/**
 * Of the halves in this shard: the rank (1 is the worst, N the best; the middle of those that tie) that the try which was
 * best in sample has out of sample. Halves are in the order of `listBlockHalves`, those whose subset of the first side is
 * number `shard` modulo `shards`. `isCancelled` is asked between tries.
 */
export function rankBestOutOfSample(
  moments: Float64Array,
  blocks: number,
  { shard, shards }: { shard: number; shards: number } = { shard: 0, shards: 1 },
  isCancelled: () => boolean = () => false,
): Float64Array {
  const halves = listBlockHalves(blocks)
  const width = momentsPerTrial(blocks)
  const trials = moments.length / width
  const firsts = listFirsts(halves, shard, shards)
  const count = firsts.reduce((sum, first) => sum + partnersOf(halves, halves.masks[first]!).length, 0)
  const tables = createTables(halves)

  const bestKeys = new Float64Array(count).fill(-Number.MAX_VALUE)
  const bestTrials = new Int32Array(count)
  for (let trial = 0; trial < trials && !isCancelled(); trial++) {
    fillTables(tables, halves, moments, trial * width)
    keepBest(tables, halves, firsts, bestKeys, bestTrials, trial)
  }
  const outside = keysOutside(halves, moments, firsts, bestTrials)
  const below = new Int32Array(count)
  const ties = new Int32Array(count)
  for (let trial = 0; trial < trials && !isCancelled(); trial++) {
    fillTables(tables, halves, moments, trial * width)
    addRanks(tables, halves, firsts, outside, below, ties)
  }
  // A try ties with itself.
  return Float64Array.from(below, (count, half) => count + (ties[half]! + 1) / 2)
}

export interface OverfittingProbability {
  /** Share of halves with λ ≤ 0, ties against the search, and with λ < 0. */
  value: number
  strict: number
  /** λ = ln(ω / (1 − ω)) of each half, ω = rank / (N + 1). */
  logits: Float64Array
}

export function computeOverfittingProbability(ranks: Float64Array, trials: number): OverfittingProbability {
  const middle = (trials + 1) / 2
  let atMost = 0
  let below = 0
  for (const rank of ranks) {
    if (rank <= middle) atMost++
    if (rank < middle) below++
  }
  return {
    value: atMost / ranks.length,
    strict: below / ranks.length,
    logits: ranks.map((rank) => Math.log(rank / (trials + 1 - rank))),
  }
}

interface Tables {
  byMask: Float64Array
  firstSums: Float64Array
  firstSquares: Float64Array
  secondSums: Float64Array
  secondSquares: Float64Array
}

function createTables({ subsets }: BlockHalves): Tables {
  const create = () => new Float64Array(subsets)
  return {
    ...{ byMask: create(), firstSums: create(), firstSquares: create() },
    ...{ secondSums: create(), secondSquares: create() },
  }
}

function fillTables(tables: Tables, halves: BlockHalves, moments: Float64Array, offset: number): void {
  const { blocks } = halves
  sumSubsets(halves, moments, offset, tables.byMask, tables.firstSums)
  sumSubsets(halves, moments, offset + blocks / 2, tables.byMask, tables.secondSums)
  sumSubsets(halves, moments, offset + blocks, tables.byMask, tables.firstSquares)
  sumSubsets(halves, moments, offset + (3 * blocks) / 2, tables.byMask, tables.secondSquares)
}

function listFirsts({ subsets }: BlockHalves, shard: number, shards: number): Int32Array {
  return Int32Array.from({ length: subsets }, (_, i) => i).filter((i) => i % shards === shard)
}

/** Positions of the second side's subsets that make a half together with `first`: `from` to before `from + length`. */
function partnersOf({ blocks, starts }: BlockHalves, first: number): { from: number; length: number } {
  let size = blocks / 2
  for (let rest = first; rest !== 0; rest &= rest - 1) size--
  return { from: starts[size]!, length: starts[size + 1]! - starts[size]! }
}

function keepBest(
  { firstSums, firstSquares, secondSums, secondSquares }: Tables,
  halves: BlockHalves,
  firsts: Int32Array,
  bestKeys: Float64Array,
  bestTrials: Int32Array,
  trial: number,
): void {
  let c = 0
  for (let i = 0; i < firsts.length; i++) {
    const first = firsts[i]!
    const sum = firstSums[first]!
    const square = firstSquares[first]!
    const { from, length } = partnersOf(halves, halves.masks[first]!)
    for (let second = from; second < from + length; second++) {
      const s = sum + secondSums[second]!
      const q = square + secondSquares[second]!
      const signed = s * Math.abs(s)
      const best = bestKeys[c]!
      // Multiplied out, for most are not the best and need no division.
      if (signed > best * q || q === 0) {
        const key = q > 0 ? signed / q : 0
        if (key > best) {
          bestKeys[c] = key
          bestTrials[c] = trial
        }
      }
      c++
    }
  }
}

/** Where the blocks of a half are left out: complements of subsets stand in the reverse order of the subsets. */
function addRanks(
  { firstSums, firstSquares, secondSums, secondSquares }: Tables,
  halves: BlockHalves,
  firsts: Int32Array,
  outside: Float64Array,
  below: Int32Array,
  ties: Int32Array,
): void {
  const last = halves.subsets - 1
  let c = 0
  for (let i = 0; i < firsts.length; i++) {
    const first = firsts[i]!
    const sum = firstSums[last - first]!
    const square = firstSquares[last - first]!
    const { from, length } = partnersOf(halves, halves.masks[first]!)
    for (let second = from; second < from + length; second++) {
      const s = sum + secondSums[last - second]!
      const q = square + secondSquares[last - second]!
      const key = q > 0 ? (s * Math.abs(s)) / q : 0
      const best = outside[c]!
      // Added, not branched on: either is as likely as the other.
      below[c]! += Number(key < best)
      if (key === best) ties[c]!++
      c++
    }
  }
}

/** Of each half, what its best try has on the blocks left out. */
function keysOutside(
  halves: BlockHalves,
  moments: Float64Array,
  firsts: Int32Array,
  bestTrials: Int32Array,
): Float64Array {
  const { blocks, masks, subsets } = halves
  const width = momentsPerTrial(blocks)
  const outside = new Float64Array(bestTrials.length)
  let c = 0
  for (const first of firsts) {
    const { from, length } = partnersOf(halves, masks[first]!)
    const left = subsets - 1 - masks[first]!
    for (let second = from; second < from + length; second++) {
      const right = subsets - 1 - masks[second]!
      const at = bestTrials[c]! * width
      const s = sumMask(moments, at, left) + sumMask(moments, at + blocks / 2, right)
      const q = sumMask(moments, at + blocks, left) + sumMask(moments, at + (3 * blocks) / 2, right)
      outside[c] = q > 0 ? (s * Math.abs(s)) / q : 0
      c++
    }
  }
  return outside
}

/** As `sumSubsets` adds, to the last bit. */
function sumMask(values: Float64Array, offset: number, mask: number): number {
  let sum = 0
  for (let rest = mask; rest !== 0;) {
    const highest = 31 - Math.clz32(rest)
    sum += values[offset + highest]!
    rest ^= 1 << highest
  }
  return sum
}
