/**
 * What can be said of the one track a search came to, and of the bars it ran on: how its returns are spread, how long
 * blocks have to be, where its ratio may lie, and how it stands alone against doing nothing and buying and holding.
 */
import { chooseMeanBlock } from '../overfitting/block-length.ts'
import type { TrialGround } from '../overfitting/judged-search.ts'
import { computeSharpeBand } from '../overfitting/sharpe-band.ts'
import { computeSharpeMoments, type SharpeMoments } from '../overfitting/sharpe-moments.ts'
import {
  addTry,
  computeSnoopingProbabilities,
  createSnoopingMaxima,
  type SnoopingProbabilities,
} from '../overfitting/snooping-tests.ts'
import { createResampleSums, drawResamples, fillPrefix, LANES } from '../overfitting/stationary-bootstrap.ts'
import { chooseObservations, readReturns } from '../overfitting/track-returns.ts'
import type { Band } from '../honesty-report.ts'
import type { Params } from '../../trading/strategies/strategy.ts'
import { STATISTICS } from '../../trading/statistics.ts'
import type { Task } from '../task.ts'
import { openEvaluator } from './open-evaluator.ts'

export interface TrackInput extends TrialGround {
  /** Parameters of a try, or equity at each close of the range; neither where nothing was chosen. */
  params: Params | null
  track: Float64Array | null
  samples: number
  seed: number
  /** Under so many returns nothing is drawn. */
  leastObservations: number
}

export interface TrackFacts {
  observations: number
  periodsPerYear: number
  years: number
  /** 0 where nothing is drawn. */
  meanBlock: number
  /** Null where nothing was chosen. */
  moments: SharpeMoments | null
  band: Band | null
  againstZero: SnoopingProbabilities | null
  againstHeld: SnoopingProbabilities | null
  /** Of buying and holding, per observation. */
  heldSharpe: number | null
}

export const judgeTrack: Task<TrackInput, TrackFacts> = {
  name: 'judgeTrack',
  async run(input) {
    const { bars, range, params, samples, seed } = input
    const evaluator = await openEvaluator(input)
    const observations = chooseObservations(bars.series, range)
    const { count, periodsPerYear, years } = observations
    const held = new Float64Array(count)
    readReturns(evaluator.buyAndHold(range).simulation.equity, observations, held)
    const heldMoments = computeSharpeMoments(held)
    const none: TrackFacts = {
      ...{ observations: count, periodsPerYear, years, meanBlock: 0, moments: null, band: null },
      ...{ againstZero: null, againstHeld: null, heldSharpe: heldMoments.sharpe },
    }
    const equity = input.track ?? (params && runTry(evaluator, params, range))
    if (equity === null) return none
    const returns = new Float64Array(count)
    readReturns(equity, observations, returns)
    const moments = computeSharpeMoments(returns)
    if (count < input.leastObservations) return { ...none, moments }

    const meanBlock = chooseMeanBlock([returns, held], count)
    const resamples = drawResamples(count, samples, meanBlock, seed)
    const { prefix, sums, add } = createResampleSums(resamples)
    const differences = returns.map((value, t) => value - held[t]!)
    const difference = computeSharpeMoments(differences)
    fillPrefix(returns, moments.mean, prefix, 0)
    fillPrefix(differences, difference.mean, prefix, 1)
    add()
    const test = (mean: number, scale: number, lane: number) => {
      const maxima = createSnoopingMaxima(samples)
      addTry(maxima, { mean, observations: count, scale }, sums, lane, LANES)
      return computeSnoopingProbabilities(maxima)
    }
    return {
      ...none,
      ...{ meanBlock, moments, band: computeSharpeBand(returns, resamples) },
      againstZero: test(moments.mean, moments.deviation, 0),
      againstHeld: test(difference.mean, moments.deviation + heldMoments.deviation, 1),
    }
  },
}

function runTry(
  evaluator: Awaited<ReturnType<typeof openEvaluator>>,
  params: Params,
  range: TrialGround['range'],
): Float64Array {
  evaluator.evaluate(params, range, new Float64Array(STATISTICS.length), 0)
  return evaluator.equity
}
