/** A part of the halves of a cross-validation: where the try that was best inside stands outside. */
import { rankBestOutOfSample } from '../overfitting/cross-validation.ts'
import type { Task } from '../task.ts'

export interface ValidateInput {
  /** Of all tries, in memory that threads share. */
  moments: Float64Array
  blocks: number
  shard: number
  shards: number
}

export const validateTrials: Task<ValidateInput, { ranks: Float64Array }> = {
  name: 'validateTrials',
  run({ moments, blocks, shard, shards }, { isCancelled }) {
    return { ranks: rankBestOutOfSample(moments, blocks, { shard, shards }, isCancelled) }
  },
}
