/**
 * How sure a Sharpe ratio is, given how long its track is and how far its returns are from normal. Ratios are those of
 * one observation, not of a year.
 */
import { computeNormalCdf, computeNormalQuantile } from './normal.ts'

export interface SharpeTrack {
  sharpe: number
  observations: number
  /** 0 and 3 for returns that are normal. */
  skewness: number
  kurtosis: number
}

/**
 * Probabilistic Sharpe ratio: the probability that the true ratio is above `benchmark`,
 * Φ((SR − SR*)·√(T − 1) / √(1 − γ₃·SR + (γ₄ − 1)/4·SR²)).
 * Bailey & López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012, eq. 11. Null where the
 * estimate has no variance by these moments, or there are under two observations.
 */
export function computeProbabilisticSharpe(track: SharpeTrack, benchmark = 0): number | null {
  const spread = varianceFactor(track)
  if (!(spread > 0) || track.observations < 2) return null
  return computeNormalCdf(
    ((track.sharpe - benchmark) * Math.sqrt(track.observations - 1)) / Math.sqrt(spread),
  )
}

/**
 * Minimum track record length: the observations from which the ratio is above `benchmark` with probability `confidence`,
 * 1 + (1 − γ₃·SR + (γ₄ − 1)/4·SR²)·(z / (SR − SR*))². Same paper, eq. 13. Not rounded; null where the ratio is not above
 * the benchmark, for then no length is enough.
 */
export function computeMinTrackRecord(
  track: Omit<SharpeTrack, 'observations'>,
  benchmark = 0,
  confidence = 0.95,
): number | null {
  const spread = varianceFactor(track)
  if (!(track.sharpe > benchmark) || !(spread > 0)) return null
  return 1 + spread * (computeNormalQuantile(confidence) / (track.sharpe - benchmark)) ** 2
}

/** (T − 1) times the variance of the estimated ratio. */
function varianceFactor({ sharpe, skewness, kurtosis }: Omit<SharpeTrack, 'observations'>): number {
  return 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe
}
