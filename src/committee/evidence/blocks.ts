/**
 * Where the numbers of the evidence begin. Those who work side by side do not know how much the others bring, so each
 * has a block of its own; whoever comes later goes on from the highest number there is.
 */
import type { Analyst } from '../assessment-input.ts'

const BLOCK_SIZE = 200

const BLOCKS: Readonly<Record<Analyst | 'memory', number>> = {
  // E1 is how many bars there are.
  market: 2,
  fundamentals: 201,
  news: 401,
  sentiment: 601,
  memory: 801,
}

export interface EvidenceBlock {
  first: number
  /** The highest number that may be given. */
  last: number
}

export function blockOf(who: Analyst | 'memory'): EvidenceBlock {
  const first = BLOCKS[who]
  const start = first - (first % BLOCK_SIZE)
  return { first, last: start + BLOCK_SIZE }
}
