/** The standard normal distribution, near the precision of a double, both tails included. */

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI)
/** Beyond it the series loses the digits of the tail, and the continued fraction has them with few terms. */
const TAIL_FROM = 3
const FRACTION_TERMS = 80

/**
 * Φ(x). Near 0: ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …), Marsaglia, "Evaluating the Normal Distribution", Journal of
 * Statistical Software 11(4), 2004. In the tails: φ(x) over Laplace's continued fraction x + 1/(x + 2/(x + 3/(x + …))),
 * Abramowitz & Stegun 26.2.14, which keeps the relative precision of small probabilities.
 */
export function computeNormalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  if (x < -TAIL_FROM) return upperTail(-x)
  if (x > TAIL_FROM) return 1 - upperTail(x)
  let term = x
  let sum = x
  for (let i = 3; Math.abs(term) > Math.abs(sum) * 1e-17; i += 2) {
    term *= (x * x) / i
    sum += term
  }
  return 0.5 + sum * density(x)
}

/**
 * Φ⁻¹(p); −∞ at 0, ∞ at 1, NaN outside. Begins with the rational approximation 26.2.23 of Abramowitz & Stegun (error
 * below 4.5e-4) and refines it by Halley's method on Φ itself, whose error each step takes to its third power.
 */
export function computeNormalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  if (p > 0.5) return 0 - computeNormalQuantile(1 - p)
  if (p === 0) return Number.NEGATIVE_INFINITY
  if (p === 0.5) return 0
  const t = Math.sqrt(-2 * Math.log(p))
  let x =
    (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
  for (let step = 0; step < 3; step++) {
    const miss = (computeNormalCdf(x) - p) / density(x)
    x -= miss / (1 + (x * miss) / 2)
  }
  return x
}

function density(x: number): number {
  return Math.exp((-x * x) / 2) / ROOT_TWO_PI
}

function upperTail(x: number): number {
  let fraction = x
  for (let term = FRACTION_TERMS; term > 0; term--) fraction = x + term / fraction
  return density(x) / fraction
}
