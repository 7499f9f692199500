/** From what the threads have measured to the report: which figure can be said, and which cannot and why. */
import type { HonestyReport, SnoopingTest } from '../honesty-report.ts'
import type { Caveat } from '../backtest-result.ts'
import type { TrackFacts } from '../tasks/judge-track.ts'
import { computeOverfittingProbability } from './cross-validation.ts'
import { computeDeflatedSharpe, computeMinBacktestYears } from './deflated-sharpe.ts'
import { countLogits } from './logit-histogram.ts'
import { computeMinTrackRecord, computeProbabilisticSharpe } from './probabilistic-sharpe.ts'
import type { SnoopingProbabilities } from './snooping-tests.ts'
import { describeHonesty } from './describe-honesty.ts'

export interface HonestyFacts {
  track: TrackFacts
  /** Number of the try that was chosen; null for a walk-forward, or where none was. */
  best: number | null
  isWalkForward: boolean
  trials: number
  /** Tries that differ from each other. */
  distinct: number
  /** Of the trials, those that a constraint refused after they were run. */
  refused: number
  caveats: readonly Caveat[]
  /** Ratios of the tries that were looked at, NaN where there is none. */
  sharpes: Float64Array
  /** Of the chosen try's rank on the other half, one for each half; null where there was no cross-validation. */
  ranks: Float64Array | null
  blocks: number
  againstZero: SnoopingProbabilities | null
  againstHeld: SnoopingProbabilities | null
  samples: number
  seed: number
}

export function assembleReport(facts: HonestyFacts): HonestyReport {
  const { track, trials, sharpes, ranks } = facts
  const { observations, periodsPerYear, years, band } = track
  const moments = track.moments
  const ratio = readTrack(track)
  const annual = Math.sqrt(periodsPerYear)
  const variance = computeVariance(sharpes)
  const overfitting = ranks && computeOverfittingProbability(ranks, sharpes.length)
  const report: HonestyReport = {
    ...{ trials, sampled: sharpes.length, observations, periods_per_year: periodsPerYear },
    best: {
      trial: facts.best,
      sharpe: moments?.sharpe ?? null,
      sharpe_annual: moments?.sharpe == null ? null : moments.sharpe * annual,
      skewness: moments?.skewness ?? null,
      kurtosis: moments?.kurtosis ?? null,
      sharpe_band: band,
      sharpe_annual_band: band && { ...band, low: band.low * annual, high: band.high * annual },
    },
    psr: ratio && computeProbabilisticSharpe(ratio),
    dsr_trial_variance: ratio && variance !== null ? computeDeflatedSharpe(ratio, trials, variance) : null,
    dsr_null_variance: ratio && computeDeflatedSharpe(ratio, trials, 1 / observations),
    min_track_record: ratio && computeMinTrackRecord(ratio),
    min_backtest_years: trials === 0 ? null : computeMinBacktestYears(trials),
    backtest_years: years,
    pbo: {
      value: overfitting?.value ?? null,
      blocks: facts.blocks,
      combinations: ranks?.length ?? 0,
      strict: overfitting?.strict ?? null,
      logits: overfitting && countLogits(overfitting.logits),
    },
    against_zero: nameTest(facts.againstZero),
    against_buy_and_hold: nameTest(facts.againstHeld),
    bootstrap: {
      samples: track.meanBlock === 0 ? 0 : facts.samples,
      mean_block: track.meanBlock,
      seed: facts.seed,
    },
    caveats: [...facts.caveats],
    sentences: [],
  }
  const { againstZero, againstHeld } = facts
  report.sentences = describeHonesty(report, {
    ...facts,
    isAboveZero: (againstZero?.observed ?? 0) > 0,
    isAboveHeld: (againstHeld?.observed ?? 0) > 0,
    isBestByMean: isNoLess(track.againstZero?.observed ?? null, againstZero?.observed ?? null),
  })
  return report
}

/** But for what rounding leaves of two ways to the same figure. */
function isNoLess(own: number | null, best: number | null): boolean {
  return best === null || (own !== null && own >= best - 1e-9 * Math.abs(best))
}

function readTrack({ moments, observations }: TrackFacts) {
  if (moments === null || moments.sharpe === null) return null
  const { sharpe, skewness, kurtosis } = moments
  return { sharpe, observations, skewness: skewness!, kurtosis: kurtosis! }
}

/** Sample variance of those that are there; null under two. */
function computeVariance(values: Float64Array): number | null {
  const known = values.filter((value) => !Number.isNaN(value))
  if (known.length < 2) return null
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  return known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1)
}

function nameTest(found: SnoopingProbabilities | null): SnoopingTest {
  return {
    reality_check: found?.realityCheck ?? null,
    spa_consistent: found?.consistent ?? null,
    spa_lower: found?.lower ?? null,
    spa_upper: found?.upper ?? null,
  }
}
