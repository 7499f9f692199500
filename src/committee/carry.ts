/**
 * A trade in the hands of each risk voice: its stop and target, and the size it comes to. Computed outside the
 * reasoning, so that a voice argues with figures and cannot make them up.
 */
import {
  DEFAULT_SIZING_LIMITS,
  sizePosition,
  type PositionSize,
  type SizingLimits,
} from '../trading/sizing.ts'
import type { Ledger } from './evidence/ledger.ts'
import { keepFinite, type Measurement } from './evidence/measurement.ts'
import type { RiskVoice } from './plan.ts'
import {
  areLevelsOrdered,
  computeRiskReward,
  roundToTick,
  type PriceLevels,
  type TradeSide,
} from './trade-levels.ts'

/** What the sizes are worked out for, until the desk knows an account: fractions hold for any equity. */
export const REFERENCE_EQUITY = 100_000

/** How each voice carries a trade: times the trader's distances, and within which limits. */
export const CARRY: Readonly<Record<RiskVoice, { stop: number; target: number; limits: SizingLimits }>> = {
  aggressive: {
    stop: 1.2,
    target: 1.4,
    limits: {
      targetVolatility: 0.25,
      kellyMultiplier: 0.5,
      maxRiskPerTrade: 0.015,
      maxPositionFraction: 0.35,
      maxLeverage: 1,
    },
  },
  neutral: { stop: 1, target: 1, limits: DEFAULT_SIZING_LIMITS },
  conservative: {
    stop: 0.85,
    target: 0.85,
    limits: {
      targetVolatility: 0.1,
      kellyMultiplier: 0.25,
      maxRiskPerTrade: 0.005,
      maxPositionFraction: 0.15,
      maxLeverage: 1,
    },
  },
}

export interface CarriedTrade {
  levels: PriceLevels
  size: PositionSize
}

/** What precedes the labels of a voice's figures: `Aggressive stop`. */
export function prefixOf(voice: RiskVoice): string {
  return voice.slice(0, 1).toUpperCase() + voice.slice(1)
}

/** The voice's own levels around the same entry; the trader's where moving them would not leave a trade. */
export function moveLevels(voice: RiskVoice, side: TradeSide, levels: PriceLevels): PriceLevels {
  const { stop, target } = CARRY[voice]
  const { entry } = levels
  const moved = {
    entry,
    stop_loss: roundToTick(entry + stop * (levels.stop_loss - entry)),
    take_profit: roundToTick(entry + target * (levels.take_profit - entry)),
  }
  return areLevelsOrdered(side, moved) ? moved : levels
}

/** Null where the evidence does not hold what a size rests on: the volatility. */
export function carryTrade(
  voice: RiskVoice,
  side: TradeSide,
  levels: PriceLevels,
  ledger: Ledger,
): CarriedTrade | null {
  const volatilityPct = ledger.value('Realised volatility 63') ?? ledger.value('Annualised volatility')
  if (volatilityPct === undefined) return null
  const moved = moveLevels(voice, side, levels)
  const hitRatePct = ledger.value('Rule hit rate')
  const size = sizePosition({
    equity: REFERENCE_EQUITY,
    entry: moved.entry,
    stop: moved.stop_loss,
    side,
    annualVolatility: volatilityPct / 100,
    hitRate: hitRatePct === undefined ? null : hitRatePct / 100,
    payoff: ledger.value('Rule payoff') ?? null,
    trades: ledger.value('Rule trades') ?? 0,
    limits: CARRY[voice].limits,
  })
  return { levels: moved, size }
}

export function measureCarry(voice: RiskVoice, { levels, size }: CarriedTrade): Measurement[] {
  const prefix = prefixOf(voice)
  const source = `the trader’s trade as the ${voice} voice would carry it`
  return keepFinite([
    { label: `${prefix} stop`, value: levels.stop_loss, unit: 'price' as const },
    { label: `${prefix} target`, value: levels.take_profit, unit: 'price' as const },
    { label: `${prefix} reward to risk`, value: computeRiskReward(levels), unit: 'ratio' as const },
    { label: `${prefix} size`, value: size.fraction_of_equity, unit: 'ratio' as const },
    { label: `${prefix} shares`, value: size.shares, unit: 'shares' as const },
    { label: `${prefix} notional`, value: size.notional, unit: 'money' as const },
    { label: `${prefix} amount at risk`, value: size.risk_amount, unit: 'money' as const },
  ]).map((item) => ({ ...item, source }))
}
