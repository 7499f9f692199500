/**
 * A part of a search's tries, run again for what they leave in blocks and in resamples: from it the search can be judged
 * with no return of any try kept.
 */
import { momentsPerTrial } from '../overfitting/cross-validation.ts'
import type { TrialGround } from '../overfitting/judged-search.ts'
import { computeSharpeMoments } from '../overfitting/sharpe-moments.ts'
import { addTry, createSnoopingMaxima, type SnoopingMaxima } from '../overfitting/snooping-tests.ts'
import {
  createResampleSums,
  drawResamples,
  fillPrefix,
  LANES,
  type ResampleSums,
} from '../overfitting/stationary-bootstrap.ts'
import { chooseObservations, readReturns } from '../overfitting/track-returns.ts'
import { STATISTICS } from '../../trading/statistics.ts'
import type { Task, TaskControl } from '../task.ts'
import { openEvaluator } from './open-evaluator.ts'

export interface BootstrapInput extends TrialGround {
  /** Tries × names, row by row; how many there are is said too, for a search may have no names. */
  params: Float64Array
  count: number
  blocks: number
  /** How resamples are drawn, the same in every part; null for none. */
  resampling: { samples: number; meanBlock: number; seed: number } | null
}

export interface BootstrapOutput {
  /** Of each try: sums of its returns over each block, then sums of their squares. */
  moments: Float64Array
  /** Sharpe ratios per observation; NaN where returns do not vary. */
  sharpes: Float64Array
  againstZero: SnoopingMaxima | null
  againstHeld: SnoopingMaxima | null
}

export const bootstrapTrials: Task<BootstrapInput, BootstrapOutput> = {
  name: 'bootstrapTrials',
  async run(input, control) {
    const evaluator = await openEvaluator(input)
    const { range, names, fixed, params, count, blocks } = input
    const observations = chooseObservations(input.bars.series, range)
    const held = new Float64Array(observations.count)
    readReturns(evaluator.buyAndHold(range).simulation.equity, observations, held)
    const row = new Float64Array(STATISTICS.length)
    const own: Record<string, number> = { ...fixed }
    return weighTries({
      ...{ count, observations: observations.count, blocks, held, control },
      resampling: input.resampling,
      readTry(trial, out) {
        for (let at = 0; at < names.length; at++) own[names[at]!] = params[trial * names.length + at]!
        evaluator.evaluate(own, range, row, 0)
        readReturns(evaluator.equity, observations, out)
      },
    })
  },
}

export interface WeighedTries {
  count: number
  /** Returns of each try. */
  observations: number
  blocks: number
  /** Returns of buying and holding. */
  held: Float64Array
  resampling: BootstrapInput['resampling']
  /** Writes the returns of a try. */
  readTry(trial: number, out: Float64Array): void
  control: TaskControl
}

/** The same for tries from anywhere. */
export function weighTries({
  count,
  observations,
  blocks,
  held,
  resampling,
  readTry,
  control,
}: WeighedTries): BootstrapOutput {
  const width = momentsPerTrial(blocks)
  const moments = new Float64Array(count * width)
  const sharpes = new Float64Array(count)
  const tests = resampling && createTests(observations, resampling, held)
  const returns = new Float64Array(observations)
  for (let first = 0; first < count && !control.isCancelled(); first += LANES) {
    const lanes = Math.min(LANES, count - first)
    for (let lane = 0; lane < lanes; lane++) {
      readTry(first + lane, returns)
      addBlockMoments(returns, blocks, moments, (first + lane) * width)
      const { sharpe, mean, deviation } = computeSharpeMoments(returns)
      sharpes[first + lane] = sharpe ?? Number.NaN
      tests?.fill(lane, returns, mean, deviation)
    }
    tests?.add(lanes)
    control.report((first + lanes) / count)
  }
  return { moments, sharpes, againstZero: tests?.zero ?? null, againstHeld: tests?.against ?? null }
}

/** Blocks of equal length up to the last observation; the oldest that do not fill a block are left out. */
export function addBlockMoments(
  returns: Float64Array,
  blocks: number,
  moments: Float64Array,
  offset: number,
): void {
  const length = Math.floor(returns.length / blocks)
  const skipped = returns.length - length * blocks
  for (let block = 0; block < blocks; block++) {
    let sum = 0
    let squares = 0
    for (let t = skipped + block * length; t < skipped + (block + 1) * length; t++) {
      sum += returns[t]!
      squares += returns[t]! * returns[t]!
    }
    moments[offset + block] = sum
    moments[offset + blocks + block] = squares
  }
}

/** What the last part drew: every part of a search asks for the same, and drawing it anew leaves tens of megabytes. */
let latest: { key: string; resampled: ResampleSums } | null = null

function openResamples(
  observations: number,
  { samples, meanBlock, seed }: NonNullable<BootstrapInput['resampling']>,
): ResampleSums {
  const key = JSON.stringify([observations, samples, meanBlock, seed])
  if (latest?.key !== key) {
    // Not both at once.
    latest = null
    const resampled = createResampleSums(drawResamples(observations, samples, meanBlock, seed))
    latest = { key, resampled }
  }
  return latest.resampled
}

/** Both tests over one set of resamples; against buying and holding by the difference of sums. */
function createTests(
  observations: number,
  resampling: NonNullable<BootstrapInput['resampling']>,
  held: Float64Array,
) {
  const { samples } = resampling
  const { prefix, sums, add } = openResamples(observations, resampling)
  const heldMoments = computeSharpeMoments(held)
  fillPrefix(held, heldMoments.mean, prefix, 0)
  add()
  const heldSums = Float64Array.from({ length: samples }, (_, b) => sums[b * LANES]!)
  const differences = new Float64Array(samples)
  const means = new Float64Array(LANES)
  const deviations = new Float64Array(LANES)
  const zero = createSnoopingMaxima(samples)
  const against = createSnoopingMaxima(samples)
  return {
    zero,
    against,
    fill(lane: number, returns: Float64Array, mean: number, deviation: number) {
      fillPrefix(returns, mean, prefix, lane)
      means[lane] = mean
      deviations[lane] = deviation
    },
    add(lanes: number) {
      add()
      for (let lane = 0; lane < lanes; lane++) {
        const mean = means[lane]!
        const scale = deviations[lane]!
        addTry(zero, { mean, observations, scale }, sums, lane, LANES)
        for (let b = 0; b < samples; b++) differences[b] = sums[b * LANES + lane]! - heldSums[b]!
        const difference = {
          mean: mean - heldMoments.mean,
          observations,
          scale: scale + heldMoments.deviation,
        }
        addTry(against, difference, differences, 0, 1)
      }
    },
  }
}
