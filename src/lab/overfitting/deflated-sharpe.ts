/** What the best of many tries reaches without any skill, and what is left of a Sharpe ratio once that is asked of it. */
import { computeNormalQuantile } from './normal.ts'
import { computeProbabilisticSharpe, type SharpeTrack } from './probabilistic-sharpe.ts'

/** Euler and Mascheroni's. */
const GAMMA = 0.5772156649015329

/**
 * About the expected largest of `trials` independent standard normal draws:
 * (1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e)); 0 for a single one.
 * Bailey, Borwein, López de Prado & Zhu, "Pseudo-Mathematics and Financial Charlatanism", Notices of the AMS 61(5),
 * 2014, proposition 1. Taken from the lower tail, where a small 1/N keeps its digits.
 */
export function computeExpectedMaximum(trials: number): number {
  if (trials <= 1) return 0
  return -(
    (1 - GAMMA) * computeNormalQuantile(1 / trials) +
    GAMMA * computeNormalQuantile(1 / (trials * Math.E))
  )
}

/**
 * Deflated Sharpe ratio: the probabilistic one against the best that so many tries are expected to show when none has
 * skill, √V·E[max], V the variance of the tries' ratios per observation.
 * Bailey & López de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5), 2014.
 */
export function computeDeflatedSharpe(
  track: SharpeTrack,
  trials: number,
  variance: number,
): { threshold: number; probability: number | null } {
  const threshold = Math.sqrt(variance) * computeExpectedMaximum(trials)
  return { threshold, probability: computeProbabilisticSharpe(track, threshold) }
}

/**
 * Minimum backtest length: years from which the best of so many tries without skill is no longer expected to reach an
 * annual ratio of `annualSharpe`, (E[max]/SR)². "Pseudo-Mathematics …", theorem 3 (before its upper bound 2·ln N/SR²).
 */
export function computeMinBacktestYears(trials: number, annualSharpe = 1): number {
  return (computeExpectedMaximum(trials) / annualSharpe) ** 2
}
