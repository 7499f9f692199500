/**
 * How long blocks of a bootstrap should be. Politis & White, "Automatic Block-Length Selection for the Dependent
 * Bootstrap", Econometric Reviews 23(1), 2004, with the correction of Patton, Politis & White, Econometric Reviews
 * 28(4), 2009, for the stationary bootstrap.
 */

/**
 * Two weeks of trading, as Sullivan, Timmermann & White (Journal of Finance 54(5), 1999) took for daily rules: returns of
 * a rule have hardly any autocorrelation for the selection to see, their size has.
 */
const LEAST = 10
/** Blocks a resample has at most on average, so that a long history costs no more than a short one. */
const MOST_BLOCKS = 256
/** Two-sided 95 % of a normal distribution, on which the number of autocorrelations that count is decided. */
const SIGNIFICANT = 1.959963984540054

/** Deviations below this part of the largest value are what rounding leaves of a row that does not vary. */
const ROUNDING = 1e-12

/**
 * The mean length for all rows together: the largest that the selection finds for any, at least 10, at least 1/256 of
 * the observations, and at most what the selection may find. A whole number.
 */
export function chooseMeanBlock(rows: readonly Float64Array[], observations: number): number {
  const found = Math.max(...rows.map(selectBlockLength), LEAST, observations / MOST_BLOCKS)
  return Math.max(1, Math.round(Math.min(found, longestAllowed(observations))))
}

/** The selected mean length of one row; 1 where it does not vary. */
export function selectBlockLength(values: Float64Array): number {
  const n = values.length
  const lagsAsked = Math.max(5, Math.ceil(Math.sqrt(Math.log10(n))))
  const most = Math.ceil(Math.sqrt(n)) + lagsAsked
  if (n <= most + 1) return 1
  const covariances = computeAutocovariances(values, most)
  const variance = covariances[0]!
  const largest = values.reduce((found, value) => Math.max(found, Math.abs(value)), 0)
  if (!(Math.sqrt(variance) > largest * ROUNDING)) return 1
  const bound = SIGNIFICANT * Math.sqrt(Math.log10(n) / n)
  const isSmall = (lag: number) => Math.abs(covariances[lag]! / variance) < bound
  const bandwidth = Math.min(2 * findQuietLag(isSmall, lagsAsked, most), most)
  // Twice the sums from 1 on, for covariances are the same on both sides.
  let weighted = 0
  let spectrum = variance
  for (let lag = 1; lag <= bandwidth; lag++) {
    const weight = flatTop(lag / bandwidth) * covariances[lag]!
    weighted += 2 * lag * weight
    spectrum += 2 * weight
  }
  const spread = 2 * spectrum * spectrum
  if (!(spread > 0)) return 1
  const length = ((2 * weighted * weighted) / spread) ** (1 / 3) * n ** (1 / 3)
  return Math.min(Math.max(1, length), longestAllowed(n))
}

function longestAllowed(observations: number): number {
  return Math.ceil(Math.min(3 * Math.sqrt(observations), observations / 3))
}

/** The smallest lag after which `asked` in a row are small; else the last that is not. At least 1. */
function findQuietLag(isSmall: (lag: number) => boolean, asked: number, most: number): number {
  let small = 0
  let lastLarge = 0
  for (let lag = 1; lag <= most; lag++) {
    small = isSmall(lag) ? small + 1 : 0
    if (small === 0) lastLarge = lag
    if (small === asked) return Math.max(1, lag - asked)
  }
  return Math.max(1, lastLarge)
}

/** 1 up to a half, then down to 0 in a straight line. */
function flatTop(x: number): number {
  return x <= 0.5 ? 1 : 2 * (1 - x)
}

/** About the mean, divided by n. */
function computeAutocovariances(values: Float64Array, most: number): Float64Array {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  return Float64Array.from({ length: most + 1 }, (_, lag) => {
    let sum = 0
    for (let t = lag; t < n; t++) sum += (values[t]! - mean) * (values[t - lag]! - mean)
    return sum / n
  })
}
