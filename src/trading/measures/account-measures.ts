/**
 * What an account's equity says of the rule that moved it: each statistic a function, as fractions unless said. The
 * definitions are those of backtesting.py 0.6, where they are not those of the source named. NaN where a figure would
 * divide by nothing. A risk-free rate of 0 throughout.
 */

const YEAR_MS = 365.25 * 86_400_000

/** (end − start) / start. */
export function totalReturn(start: number, end: number): number {
  return (end - start) / start
}

/**
 * Geometric mean of the returns of n steps: (last / first)^(1/n) − 1. 0 where everything was lost, for then there is no
 * such mean.
 */
export function geometricMeanReturn(first: number, last: number, steps: number): number {
  if (steps === 0) return Number.NaN
  return last <= 0 ? 0 : Math.exp(Math.log(last / first) / steps) - 1
}

/** (1 + g)^P − 1: the mean return of a step, compounded over the P steps of a year. */
export function annualisedReturn(meanReturn: number, periodsPerYear: number): number {
  return (1 + meanReturn) ** periodsPerYear - 1
}

/** Sample variance (n − 1) from n, Σr and Σr². NaN under two returns. */
export function sampleVariance(count: number, sum: number, squares: number): number {
  if (count < 2) return Number.NaN
  return Math.max(0, squares - (sum * sum) / count) / (count - 1)
}

/**
 * Standard deviation of a year's return where those of its P steps are independent and compound:
 * √((σ² + (1 + g)²)^P − (1 + g)^(2P)), g the geometric mean and σ² the sample variance of a step's return.
 * Source: Tobin 1965, "The Theory of Portfolio Selection", as in https://doi.org/10.2139/ssrn.3054517.
 */
export function annualisedVolatility(variance: number, meanReturn: number, periodsPerYear: number): number {
  const growth = (1 + meanReturn) ** 2
  return Math.sqrt((variance + growth) ** periodsPerYear - growth ** periodsPerYear)
}

/** Compound annual growth by the calendar: (end / start)^(1 / years) − 1, a year being 365.25 days. */
export function compoundAnnualGrowth(start: number, end: number, durationMs: number): number {
  if (durationMs === 0) return Number.NaN
  return (end / start) ** (YEAR_MS / durationMs) - 1
}

/**
 * Annualised return / annualised volatility. Source: Sharpe 1966, "Mutual Fund Performance"; with the compounded return
 * in place of the arithmetic mean.
 */
export function sharpeRatio(annualReturn: number, annualVolatility: number): number {
  return divide(annualReturn, annualVolatility)
}

/**
 * Annualised return / (√(Σ min(r, 0)² / n) · √P): downside deviation from a target of 0 over all n steps. Source: Sortino
 * and van der Meer 1991, "Downside Risk".
 */
export function sortinoRatio(
  annualReturn: number,
  downSquares: number,
  count: number,
  periodsPerYear: number,
): number {
  return divide(annualReturn, Math.sqrt(downSquares / count) * Math.sqrt(periodsPerYear))
}

/** Annualised return / deepest drawdown. Source: Young 1991, "Calmar Ratio: A Smoother Tool". */
export function calmarRatio(annualReturn: number, maxDrawdown: number): number {
  return divide(annualReturn, maxDrawdown)
}

/**
 * Covariance of the account's log returns with the market's / variance of the market's, bar by bar, from Σxy, Σx, Σy and
 * Σy². Source: Sharpe 1964, "Capital Asset Prices". NaN under two returns and for a market that does not move.
 */
export function betaToMarket(
  count: number,
  products: number,
  logs: number,
  marketLogs: number,
  marketSquares: number,
): number {
  if (count < 2) return Number.NaN
  return divide(products - (logs * marketLogs) / count, marketSquares - (marketLogs * marketLogs) / count)
}

/** Return − β · the market's return, both over the whole time. Source: Jensen 1968, "The Performance of Mutual Funds". */
export function jensenAlpha(accountReturn: number, beta: number, marketReturn: number): number {
  return accountReturn - beta * marketReturn
}

/** Mean of the deepest points of all drawdowns; of the one begun on the last bar where there is no other. */
export function averageDrawdown(depthSum: number, count: number): number {
  if (count > 0) return depthSum / count
  return depthSum > 0 ? depthSum : Number.NaN
}

/** a / b, NaN where b is 0. */
export function divide(a: number, b: number): number {
  return b === 0 ? Number.NaN : a / b
}
