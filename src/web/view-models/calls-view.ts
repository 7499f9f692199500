/** How many calls are under way at once, tier by tier: who is at their limit, who slowed down, who waits. */
import { formatNumber } from '../../core/format.ts'
import type { TierUse } from '../../core/layered-limiter.ts'

export interface TierRow {
  id: string
  label: string
  /** How far it hangs below the broadest one: 0, 1, 2. */
  depth: number
  used: string
  limit: string
  /** Set where it stands below its limit after answers of "too many requests". */
  slowed: string
  meterMax: number
  meterValue: number
  waiting: string
  runs: string
  rateLimited: string
  retries: string
  backOff: string
}

export function viewTiers(tiers: readonly TierUse[]): TierRow[] {
  const sorted = [...tiers].sort((a, b) => (orderOf(a.tier) < orderOf(b.tier) ? -1 : 1))
  return sorted.map((tier, index) => {
    const { label, depth } = nameTier(tier.tier)
    const count = (value: number) => (value === 0 ? '–' : formatNumber(value, 0))
    return {
      id: `tier-${index}`,
      label,
      depth,
      used: formatNumber(tier.in_use, 0),
      limit: formatNumber(tier.adapted_limit, 0),
      slowed: tier.adapted_limit < tier.limit ? `slowed from ${formatNumber(tier.limit, 0)}` : '',
      meterMax: Math.max(1, tier.adapted_limit),
      meterValue: Math.min(tier.in_use, tier.adapted_limit),
      waiting: count(tier.waiting),
      runs: count(tier.owners),
      rateLimited: count(tier.rate_limited),
      retries: count(tier.retries),
      backOff: tier.back_off_seconds === 0 ? '–' : `${formatNumber(tier.back_off_seconds, 1)} s`,
    }
  })
}

export function isAnyUnderWay(tiers: readonly TierUse[]): boolean {
  return tiers.some((tier) => tier.in_use + tier.waiting > 0)
}

/** Models before data, the broadest of each first, and a model below its provider. */
function orderOf(tier: string): string {
  const rank = ['global', 'data'].includes(tier) ? '0' : '1'
  return `${tier === 'data' || tier.startsWith('host:') ? 'data' : 'a'} ${rank} ${tier}`
}

function nameTier(tier: string): Pick<TierRow, 'label' | 'depth'> {
  if (tier === 'global') return { label: 'Model calls', depth: 0 }
  if (tier === 'data') return { label: 'Data calls', depth: 0 }
  if (tier.startsWith('host:')) return { label: tier.slice('host:'.length), depth: 1 }
  return { label: tier, depth: tier.includes(':') ? 2 : 1 }
}
