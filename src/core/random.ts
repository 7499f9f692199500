/** Numbers that look random and are the same for the same seed. Not for secrets. */
import { sha256 } from './json.ts'

/** 0 ≤ x < 1: mulberry32 (T. Ettinger, public domain) over 32 bits of the seed's SHA-256. */
export function createSeededRandom(seed: string): () => number {
  let a = Number.parseInt(sha256(seed).slice(0, 8), 16)
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
