/** Entry, stop and target of a trade: on which side they must lie, how they are mended, and what follows from them. */
import type { Side } from '../trading/costs.ts'
import type { RiskMetrics } from './decision.ts'

export type TradeSide = Side

export interface PriceLevels {
  entry: number
  stop_loss: number
  take_profit: number
}

/** Distances in ATR by which levels are set where nothing better is at hand, and by which they are mended. */
export const STOP_ATR = 2
export const TARGET_ATR = 3.5

/** The facts of risk that hold whatever the verdict. Percentages; null where they could not be measured. */
export interface RiskFacts {
  atr: number | null
  volatility_ann_pct: number | null
  max_drawdown_pct: number | null
  var_95_pct: number | null
}

/** Where only the levels matter. */
export const NO_FACTS: RiskFacts = Object.freeze({
  atr: null,
  volatility_ann_pct: null,
  max_drawdown_pct: null,
  var_95_pct: null,
})

/** Prices are quoted in cents, below 1 in hundredths of a cent. */
export function roundToTick(price: number): number {
  const ticks = price < 1 ? 10_000 : 100
  return Math.round(price * ticks) / ticks
}

/** A long trade has its stop below the entry and its target above; a short one the other way round. */
export function areLevelsOrdered(side: TradeSide, { entry, stop_loss, take_profit }: PriceLevels): boolean {
  return (
    stop_loss > 0 && take_profit > 0 && side * (entry - stop_loss) > 0 && side * (take_profit - entry) > 0
  )
}

export interface RepairedLevels {
  levels: PriceLevels
  /** What was moved and why; empty when nothing had to be. */
  repairs: string[]
}

/**
 * Moves a stop or target that lies on the wrong side of the entry to its distance in ATR. Null where that cannot be
 * done: the entry is no price, or there is no range to measure with.
 */
export function repairLevels(
  side: TradeSide,
  levels: PriceLevels,
  atr: number | undefined,
): RepairedLevels | null {
  const { entry } = levels
  if (!(entry > 0) || !Number.isFinite(entry)) return null
  if (areLevelsOrdered(side, levels)) return { levels, repairs: [] }
  if (atr === undefined || !(atr > 0)) return null
  const repairs: string[] = []
  const mended = { ...levels }
  if (!(side * (entry - levels.stop_loss) > 0) || !(levels.stop_loss > 0)) {
    mended.stop_loss = roundToTick(entry - side * STOP_ATR * atr)
    repairs.push('the stop lay on the wrong side of the entry and was moved to its distance in ATR')
  }
  if (!(side * (levels.take_profit - entry) > 0) || !(levels.take_profit > 0)) {
    mended.take_profit = roundToTick(entry + side * TARGET_ATR * atr)
    repairs.push('the target lay on the wrong side of the entry and was moved to its distance in ATR')
  }
  return areLevelsOrdered(side, mended) ? { levels: mended, repairs } : null
}

/** |take profit − entry| / |entry − stop loss|. */
export function computeRiskReward({ entry, stop_loss, take_profit }: PriceLevels): number {
  return Math.abs(take_profit - entry) / Math.abs(entry - stop_loss)
}

/** The risk block of a decision; levels and what follows from them are null without a trade. */
export function computeRiskMetrics(levels: PriceLevels | null, facts: RiskFacts): RiskMetrics {
  if (!levels) {
    return {
      ...{ entry: null, stop_loss: null, take_profit: null },
      ...{ risk_per_share: null, reward_per_share: null, risk_reward: null },
      ...{ stop_loss_pct: null, take_profit_pct: null },
      ...facts,
    }
  }
  const { entry, stop_loss, take_profit } = levels
  return {
    ...{ entry, stop_loss, take_profit },
    risk_per_share: Math.abs(entry - stop_loss),
    reward_per_share: Math.abs(take_profit - entry),
    risk_reward: computeRiskReward(levels),
    stop_loss_pct: 100 * (stop_loss / entry - 1),
    take_profit_pct: 100 * (take_profit / entry - 1),
    ...facts,
  }
}
