/** What a row of returns says of its Sharpe ratio: mean, deviation, and how far its shape is from normal. */

export interface SharpeMoments {
  observations: number
  mean: number
  /** Sample standard deviation (n − 1). */
  deviation: number
  /** Mean / deviation, per observation, nothing taken off for a riskless rate; null where the returns do not vary. */
  sharpe: number | null
  /** Third and fourth standardised moments about the mean, by n (a normal distribution has 0 and 3); null likewise. */
  skewness: number | null
  kurtosis: number | null
}

/**
 * Deviations below this part of the largest return are what rounding leaves of returns that do not vary: a ratio made of
 * them would be noise over noise.
 */
const ROUNDING = 1e-12

/** Two passes, so that a small variance about a large mean keeps its digits. */
export function computeSharpeMoments(returns: Float64Array): SharpeMoments {
  const observations = returns.length
  let sum = 0
  let largest = 0
  for (let t = 0; t < observations; t++) {
    sum += returns[t]!
    largest = Math.max(largest, Math.abs(returns[t]!))
  }
  const mean = observations === 0 ? 0 : sum / observations
  let second = 0
  let third = 0
  let fourth = 0
  for (let t = 0; t < observations; t++) {
    const d = returns[t]! - mean
    second += d * d
    third += d * d * d
    fourth += d * d * d * d
  }
  const deviation = observations < 2 ? 0 : Math.sqrt(second / (observations - 1))
  if (!(deviation > largest * ROUNDING)) {
    return { observations, mean, deviation: 0, sharpe: null, skewness: null, kurtosis: null }
  }
  const variance = second / observations
  return {
    ...{ observations, mean, deviation, sharpe: mean / deviation },
    skewness: third / observations / variance ** 1.5,
    kurtosis: fourth / observations / variance ** 2,
  }
}
