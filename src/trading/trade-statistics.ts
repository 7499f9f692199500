/** What a list of trades says of the rule that made them. Trades that are still open do not count. */
import type { Trade } from './simulate.ts'

export interface TradeStatistics {
  /** Closed trades. */
  n: number
  /** Those with a return above 0; every other one is a loss. */
  wins: number
  /** wins / n. */
  hit_rate: number | null
  /** Mean return of the wins, above 0. */
  avg_win_pct: number | null
  /** Mean return of the losses, 0 or below. */
  avg_loss_pct: number | null
  /** avg_win / |avg_loss|. */
  payoff: number | null
  /** Mean return of all: hit_rate·avg_win + (1 − hit_rate)·avg_loss. */
  expectancy_pct: number | null
  /** Sum of the wins / |sum of the losses|. */
  profit_factor: number | null
}

/** Statistics of the closed trades; null where a figure would divide by nothing. */
export function computeTradeStatistics(trades: readonly Trade[]): TradeStatistics {
  let n = 0
  let wins = 0
  let won = 0
  let lost = 0
  for (const trade of trades) {
    if (trade.exit_reason === 'open') continue
    n += 1
    if (trade.return_pct > 0) {
      wins += 1
      won += trade.return_pct
    } else lost += trade.return_pct
  }
  const losses = n - wins
  const avgWin = wins === 0 ? null : won / wins
  const avgLoss = losses === 0 ? null : lost / losses
  return {
    n,
    wins,
    hit_rate: n === 0 ? null : wins / n,
    avg_win_pct: avgWin,
    avg_loss_pct: avgLoss,
    payoff: avgWin === null || avgLoss === null || avgLoss === 0 ? null : avgWin / -avgLoss,
    expectancy_pct: n === 0 ? null : (won + lost) / n,
    profit_factor: lost === 0 ? null : won / -lost,
  }
}

/**
 * The share of capital whose repeated staking grows it fastest: p − (1 − p) / b for a bet that wins `payoff` times the
 * stake with probability `hitRate` and else loses it; 0 or below means no edge. Source: Kelly 1956, "A New
 * Interpretation of Information Rate". Throws `RangeError` unless 0 ≤ hitRate ≤ 1 and payoff > 0.
 */
export function kellyFraction(hitRate: number, payoff: number): number {
  if (!(hitRate >= 0 && hitRate <= 1)) throw new RangeError(`hitRate is ${hitRate}; allowed: 0 to 1`)
  if (!(payoff > 0)) throw new RangeError(`payoff is ${payoff}; allowed: above 0`)
  return hitRate - (1 - hitRate) / payoff
}
