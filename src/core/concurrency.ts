/** How many calls may be under way at once, for whoever shows or changes it: every tier of every limiter of the desk. */
import type { TierUse } from './layered-limiter.ts'

export interface CallLimits {
  /** Model calls at the same time, over all runs. */
  llm_max_concurrency: number
  /** By provider or `provider:model`. */
  llm_provider_limits: Readonly<Record<string, number>>
}

export interface Concurrency {
  tiers(): TierUse[]
  /** What is set now. */
  readonly limits: CallLimits
  /** Takes effect at once and holds until the next change or start; permits already given stay. */
  setLimits(limits: Partial<CallLimits>): void
}
