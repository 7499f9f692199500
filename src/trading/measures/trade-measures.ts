/**
 * What closed trades say of the rule that made them: each statistic a function. The definitions are those of
 * backtesting.py 0.6; NaN without trades and where a figure would divide by nothing.
 */
import { divide } from './account-measures.ts'

/** Trades with a profit / all. */
export function winRate(wins: number, count: number): number {
  return divide(wins, count)
}

/** Geometric mean of the returns: exp(Σ log(1 + r) / n) − 1; 0 where one trade lost all there was or more. */
export function averageTrade(logGrowth: number, count: number): number {
  if (count === 0) return Number.NaN
  return logGrowth === Number.NEGATIVE_INFINITY ? 0 : Math.exp(logGrowth / count) - 1
}

/** Σ of the returns above 0 / |Σ of those below|. */
export function profitFactor(gainSum: number, lossSum: number): number {
  return divide(gainSum, Math.abs(lossSum))
}

/** Arithmetic mean of the returns. */
export function expectancy(returnSum: number, count: number): number {
  return divide(returnSum, count)
}

/**
 * System quality number, √n · mean / standard deviation (n − 1) of the profits in money. Source: Tharp 2008, "Definitive
 * Guide to Position Sizing".
 */
export function systemQualityNumber(count: number, meanProfit: number, profitDeviation: number): number {
  return divide(Math.sqrt(count) * meanProfit, profitDeviation)
}

/**
 * Share of capital whose repeated staking grows it fastest, W − (1 − W) / R: W the win rate, R mean profit of a win / mean
 * loss of a loss, in money. Source: Kelly 1956, "A New Interpretation of Information Rate". NaN without a win or a loss.
 */
export function kellyCriterion(
  count: number,
  wins: number,
  won: number,
  losses: number,
  lost: number,
): number {
  const rate = winRate(wins, count)
  return rate - (1 - rate) / (divide(won, wins) / -divide(lost, losses))
}
