/** Entry, stop and target of a trade: on which side they must lie, how they are mended, and what follows from them. */
import type { Side } from '../trading/costs.ts'
import { STOP_ATR, TARGET_ATR } from '../trading/plain-rule/plain-rule.ts'
import type { RiskMetrics } from './decision.ts'

export type TradeSide = Side

export interface PriceLevels {
  entry: number
  stop_loss: number
  take_profit: number
}

/**
 * How far levels may lie from where they start and still be those of a trade: the entry from the last close, stop and
 * target from the entry. In ATR; where the range is not known, as a share of that price. A stop nearer than its least is
 * hit by noise, and makes any target look like a prize.
 */
const LEVEL_BOUNDS = {
  atr: { entry: 5, stop: { least: 0.25, most: 10 }, target: 20 },
  share: { entry: 0.5, stop: { least: 0.005, most: 0.5 }, target: 0.5 },
} as const

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

export interface StrayLevel {
  level: keyof PriceLevels
  fault: 'entry_far' | 'stop_near' | 'stop_far' | 'target_far'
  /** The distance it passes. */
  bound: number
  unit: 'atr' | 'share'
}

/**
 * Levels that are out of bounds, whatever their order; what is no number is. `close` and `atr` are undefined where they
 * are not known: without a close the entry is held against nothing.
 */
export function findStrayLevels(
  { entry, stop_loss, take_profit }: PriceLevels,
  { close = entry, atr }: { close: number | undefined; atr: number | undefined },
): StrayLevel[] {
  const unit = atr !== undefined && atr > 0 ? 'atr' : 'share'
  const bounds = LEVEL_BOUNDS[unit]
  const most = (of: number, bound: number) => bound * (1 + SLACK) * (unit === 'atr' ? atr! : of)
  const away = {
    entry: Math.abs(entry - close),
    stop: Math.abs(entry - stop_loss),
    target: Math.abs(take_profit - entry),
  }
  const strays: StrayLevel[] = []
  if (!(away.entry <= most(close, bounds.entry)))
    strays.push({ level: 'entry', fault: 'entry_far', bound: bounds.entry, unit })
  if (away.stop < most(entry, bounds.stop.least) * (1 - SLACK) ** 2)
    strays.push({ level: 'stop_loss', fault: 'stop_near', bound: bounds.stop.least, unit })
  if (!(away.stop <= most(entry, bounds.stop.most)))
    strays.push({ level: 'stop_loss', fault: 'stop_far', bound: bounds.stop.most, unit })
  if (!(away.target <= most(entry, bounds.target)))
    strays.push({ level: 'take_profit', fault: 'target_far', bound: bounds.target, unit })
  return strays
}

/** A price at a bound is within it, however its digits fall in binary. */
const SLACK = 1e-9

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
