/** What a search says of its own luck: the shape of the honesty panel. Ratios are per period (not annual) unless said. */

import type { Caveat, Histogram } from './backtest-result.ts'

export interface Band {
  low: number
  high: number
  /** 0.95. */
  level: number
}

export interface DeflatedSharpe {
  /** Expected best Sharpe ratio of that many tries without any skill. */
  threshold: number
  /** Probability that the true Sharpe ratio is above it. */
  probability: number | null
}

/** A test over all trials at once by stationary bootstrap: how likely the best would look this good with no skill at all. */
export interface SnoopingTest {
  /** White's reality check, and Hansen's SPA: consistent, lower and upper. */
  reality_check: number | null
  spa_consistent: number | null
  spa_lower: number | null
  spa_upper: number | null
}

export interface HonestyReport {
  /** Tries that were run, those that a constraint refused afterwards too: who refuses them has looked at them. */
  trials: number
  /** Of these, tries that were looked at one by one: all, or of very many an even selection with the best among them. */
  sampled: number
  /** Returns each ratio rests on, and how many of them make a year. */
  observations: number
  periods_per_year: number
  best: {
    /** Its number in the search; null for what a walk-forward made of many, and where nothing was chosen. */
    trial: number | null
    sharpe: number | null
    sharpe_annual: number | null
    skewness: number | null
    kurtosis: number | null
    /** By bootstrap; null where it was not made. */
    sharpe_band: Band | null
    sharpe_annual_band: Band | null
  }
  /** Probability that the true Sharpe ratio is above 0. */
  psr: number | null
  /** With the variance of the trials' own ratios, and with that of ratios without skill (1 / observations). */
  dsr_trial_variance: DeflatedSharpe | null
  dsr_null_variance: DeflatedSharpe | null
  /** Observations after which the ratio would be above 0 with 95 % probability; null where never. */
  min_track_record: number | null
  /** Years of data needed so that the best of so many tries without skill is not expected to reach an annual ratio of 1. */
  min_backtest_years: number | null
  /** Years there are. */
  backtest_years: number
  /** Probability of backtest overfitting by combinatorially symmetric cross-validation, ties counting against it (λ ≤ 0). */
  pbo: {
    value: number | null
    blocks: number
    combinations: number
    strict: number | null
    logits: Histogram | null
  }
  /** Against doing nothing, and against buying and holding. */
  against_zero: SnoopingTest
  against_buy_and_hold: SnoopingTest
  bootstrap: { samples: number; mean_block: number; seed: number }
  /** Why all these figures are void. Absent in reports from before they were asked for. */
  caveats?: Caveat[]
  /** What all this comes to, for a person. The first is the one that matters most. */
  sentences: string[]
}
