/** What model calls have used, in figures to glance at and in words. */
import { countOf, formatDollars, formatNumber, formatUsd } from '../../core/format.ts'
import type { UsageDelta } from '../../runs/event.ts'

export interface UsageView {
  /** `0.0124 USD`; where no price is known, `6.2k tokens`. */
  brief: string
  /** The same where there is little room: `$0.0124`, `6.2k tok`. */
  tiny: string
  /** `4 calls, 5,100 tokens read, 1,100 written, 0.0124 USD`. */
  detail: string
}

/** `940`, `6.2k`, `1.24M`. */
export function formatTokens(tokens: number): string {
  if (tokens < 1_000) return formatNumber(tokens, 0)
  if (tokens < 99_950) return `${formatNumber(tokens / 1_000, 1)}k`
  // What would round up to a thousand thousand is a million.
  return tokens < 999_500 ? `${formatNumber(tokens / 1_000, 0)}k` : `${formatNumber(tokens / 1_000_000, 2)}M`
}

/** Null where no model was asked. */
export function viewUsage(usage: UsageDelta | undefined): UsageView | null {
  if (!usage || usage.calls === 0) return null
  const { calls, input_tokens: read, output_tokens: written, cost_usd: cost } = usage
  return {
    brief: cost === null ? `${formatTokens(read + written)} tokens` : formatUsd(cost),
    tiny: cost === null ? `${formatTokens(read + written)} tok` : formatDollars(cost).replace(/(?=\d)/, '$'),
    detail: `${countOf(calls, 'call')}, ${formatNumber(read, 0)} tokens read, ${formatNumber(written, 0)} written, ${formatUsd(cost)}`,
  }
}
