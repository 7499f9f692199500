/**
 * The numbers from 0 to below `size` in an order that looks random and is the same for the same seed, without holding
 * any of them: a Feistel network of four rounds over the next larger power of four, walked on until the number is in
 * range (J. Black and P. Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).
 */
import { sha256 } from '../../core/json.ts'

const ROUNDS = 4
/** Half of a number must fit 32-bit arithmetic with room for the rounds. */
const MAX_SIZE = 2 ** 52

/** The place of the `index`-th draw: a permutation, so nothing is drawn twice. Throws `RangeError` outside of the range. */
export function createShuffle(size: number, seed: string): (index: number) => number {
  if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE)
    throw new RangeError(`size is ${size}; allowed: a whole number from 1 to 2^52`)
  const halfBits = Math.max(1, Math.ceil(Math.log2(size) / 2))
  const half = 2 ** halfBits
  const digest = sha256(seed)
  const keys = Array.from({ length: ROUNDS }, (_, round) =>
    Number.parseInt(digest.slice(round * 8, round * 8 + 8), 16),
  )

  function mixOnce(value: number): number {
    let left = Math.floor(value / half)
    let right = value % half
    for (const key of keys) {
      const next = (left ^ (scramble(right ^ key) % half)) >>> 0
      left = right
      right = next
    }
    return left * half + right
  }

  return (index) => {
    if (!Number.isInteger(index) || index < 0 || index >= size)
      throw new RangeError(`draw ${index} of ${size}`)
    let value = mixOnce(index)
    while (value >= size) value = mixOnce(value)
    return value
  }
}

/** 32 bits, each depending on all: the finaliser of MurmurHash3 (A. Appleby, public domain). */
function scramble(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
