/**
 * A trade in the hands of each risk voice: its target, and the size it comes to. The stop is the trader's for all of
 * them, for it stands where a level of the chart would be broken. Computed outside the reasoning, so that a voice argues
 * with figures and cannot make them up.
 */
import {
  DEFAULT_SIZING_LIMITS,
  fractionBeforeShares,
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
export const REFERENCE_EQUITY_LABEL = 'Reference equity'

/** How each voice carries a trade: times the trader's distance to the target, and within which limits. */
const CARRY: Readonly<Record<RiskVoice, { target: number; limits: SizingLimits }>> = {
  aggressive: {
    target: 1.4,
    limits: {
      targetVolatility: 0.25,
      kellyMultiplier: 0.5,
      maxRiskPerTrade: 0.015,
      maxPositionFraction: 0.35,
      maxLeverage: 1,
    },
  },
  neutral: { target: 1, limits: DEFAULT_SIZING_LIMITS },
  conservative: {
    target: 0.9,
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

/** The label of a voice's figure, `Neutral target`; with no voice that of the trader's own, `Target`. The stop is one for all. */
export function carryLabel(voice: RiskVoice | null, name: string): string {
  return voice === null ? name.slice(0, 1).toUpperCase() + name.slice(1) : `${prefixOf(voice)} ${name}`
}

/** The voice's own target for the same entry and stop; the trader's where moving it would not leave a trade. */
function moveTarget(voice: RiskVoice, side: TradeSide, levels: PriceLevels): PriceLevels {
  const { entry } = levels
  const take_profit = roundToTick(entry + CARRY[voice].target * (levels.take_profit - entry))
  const moved = { ...levels, take_profit }
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
  const moved = moveTarget(voice, side, levels)
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
    { label: `${prefix} target`, value: levels.take_profit, unit: 'price' as const },
    { label: `${prefix} reward to risk`, value: computeRiskReward(levels), unit: 'ratio' as const },
    {
      label: `${prefix} size`,
      value: 100 * size.fraction_of_equity,
      unit: '%' as const,
      meaning: 'of equity',
    },
    {
      ...{
        label: `${prefix} size before shares`,
        value: 100 * fractionBeforeShares(size),
        unit: '%' as const,
      },
      meaning: 'of equity, before whole shares',
    },
    { label: `${prefix} shares`, value: size.shares, unit: 'shares' as const },
    { label: `${prefix} notional`, value: size.notional, unit: 'money' as const },
    { label: `${prefix} amount at risk`, value: size.risk_amount, unit: 'money' as const },
  ]).map((item) => ({ ...item, source }))
}
