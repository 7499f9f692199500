/**
 * Resamples of a row of returns that keep what neighbouring days have to do with each other: blocks that begin anywhere
 * with the same chance and whose lengths are geometric, wrapped round the end. Politis & Romano, "The Stationary
 * Bootstrap", Journal of the American Statistical Association 89(428), 1994.
 *
 * A resample is kept as where its blocks begin and end, not as its days: the sum over a block is a difference of two
 * prefix sums, so a resample costs two look-ups a block whatever its length.
 */
import { createSeededRandom } from '../../core/random.ts'
import { instantiateKernel, LANES } from './resample-kernel.ts'

export { LANES }

export interface Resamples {
  samples: number
  observations: number
  /** Blocks of resample b are those numbered `offsets[b]` to before `offsets[b + 1]`. */
  offsets: Int32Array
  /** First observation of a block, and the one after its last, 0 for the end of the row. Sorted, each for itself. */
  starts: Int32Array
  ends: Int32Array
}

/** Lengths have mean `meanBlock`, the last of each resample cut so that it has as many observations as the row. */
export function drawResamples(
  observations: number,
  samples: number,
  meanBlock: number,
  seed: number,
): Resamples {
  const random = createSeededRandom(`resamples ${seed}`)
  const logStay = Math.log(1 - 1 / meanBlock)
  const offsets = new Int32Array(samples + 1)
  const starts: number[] = []
  const ends: number[] = []
  for (let sample = 0; sample < samples; sample++) {
    for (let left = observations; left > 0;) {
      const start = Math.floor(random() * observations)
      const length = Math.min(left, 1 + Math.floor(Math.log(1 - random()) / logStay))
      starts.push(start)
      ends.push((start + length) % observations)
      left -= length
    }
    offsets[sample + 1] = starts.length
  }
  return {
    ...{ samples, observations, offsets },
    starts: sortWithin(Int32Array.from(starts), offsets),
    ends: sortWithin(Int32Array.from(ends), offsets),
  }
}

/** A sum over blocks does not ask which end belongs to which start, and memory is read faster in order. */
function sortWithin(values: Int32Array, offsets: Int32Array): Int32Array {
  for (let i = 1; i < offsets.length; i++) values.subarray(offsets[i - 1]!, offsets[i]!).sort()
  return values
}

export interface ResampleSums {
  /** Observations × `LANES`: what `fillPrefix` writes. */
  prefix: Float64Array
  /** Samples × `LANES`: what `add` leaves. */
  sums: Float64Array
  /** Sums each lane's values over each resample. */
  add(): void
}

const DOUBLE = Float64Array.BYTES_PER_ELEMENT
const INDEX = Int32Array.BYTES_PER_ELEMENT
const PAGE = 65_536

/** Memory of its own, laid out once: prefix sums first, so that blocks begin and end at their row's address. */
export function createResampleSums(resamples: Resamples): ResampleSums {
  const { samples, observations, offsets, starts, ends } = resamples
  const row = LANES * DOUBLE
  const sumsAt = observations * row
  const blocksAt = sumsAt + samples * row
  const limitsAt = blocksAt + 2 * starts.length * INDEX
  const memory = new WebAssembly.Memory({ initial: Math.ceil((limitsAt + samples * INDEX) / PAGE) })
  const blocks = new Int32Array(memory.buffer, blocksAt, 2 * starts.length)
  for (let block = 0; block < starts.length; block++) {
    blocks[2 * block] = ends[block]! * row
    blocks[2 * block + 1] = starts[block]! * row
  }
  const limits = new Int32Array(memory.buffer, limitsAt, samples)
  for (let sample = 0; sample < samples; sample++)
    limits[sample] = blocksAt + offsets[sample + 1]! * 2 * INDEX
  const sumBlocks = instantiateKernel(memory)
  return {
    prefix: new Float64Array(memory.buffer, 0, observations * LANES),
    sums: new Float64Array(memory.buffer, sumsAt, samples * LANES),
    add: () => sumBlocks(samples, limitsAt, blocksAt, sumsAt),
  }
}

/**
 * Writes into a lane the prefix sums of `values` about their `mean`, one for each observation, the first 0. Deviations
 * from the mean add up to 0 over the row, so that a block round its end is a difference like any other.
 */
export function fillPrefix(values: Float64Array, mean: number, prefix: Float64Array, lane: number): void {
  let sum = 0
  for (let t = 0; t < values.length; t++) {
    prefix[t * LANES + lane] = sum
    sum += values[t]! - mean
  }
}
