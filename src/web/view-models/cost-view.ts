/** What a run has cost so far, how much of its budget that is, and what stands in its way when it paused for it. */
import { formatNumber } from '../../core/format.ts'
import { isBudgetReason } from '../../runs/budget-bound.ts'
import type { RunBudget } from '../../runs/identity.ts'
import { isTerminal } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import { runHref } from './run-row.ts'
import { countOf, formatDollars, formatUsd } from './usage-view.ts'

export interface BoundView {
  label: string
  /** `0.21 of 0.50 USD`. */
  text: string
  /** 0–100; null where what is used cannot be told. */
  percent: number | null
}

export interface PauseView {
  /** Why, as a sentence without its last stop. */
  reason: string
  /** Where a higher bound is sent. */
  path: string
  /** What the bounds are now, as a hint in the fields. */
  usd: string
  tokens: string
  ticker: string
  cancel: { path: string; label: string; danger: boolean; hint: string }
}

export interface CostView {
  cost: string
  detail: string
  /** Nothing can come to it any more. */
  isFinal: boolean
  bounds: BoundView[]
  /** Null unless it is paused for its budget. */
  pause: PauseView | null
}

export interface CostFacts {
  budget: RunBudget
  /** Models are asked in it, though none may have been yet. */
  isThinking: boolean
}

/** Null for a run that asks no model and has no bound: there is nothing to say. */
export function viewCost(summary: Summary, { budget, isThinking }: CostFacts): CostView | null {
  const { usage } = summary
  const bounds = viewBounds(summary, budget)
  if (!isThinking && usage.calls === 0 && bounds.length === 0) return null
  const { calls, input_tokens: read, output_tokens: written } = usage
  return {
    cost: formatUsd(usage.cost_usd),
    detail:
      calls === 0
        ? 'no model was asked yet'
        : `${countOf(calls, 'model call')}, ${formatNumber(read, 0)} tokens read, ${formatNumber(written, 0)} written`,
    isFinal: isTerminal(summary.status),
    bounds,
    pause: viewPause(summary, budget),
  }
}

/** Paused, and nothing but another bound lets it go on. */
export function isOutOfBudget(summary: Summary): boolean {
  return summary.status === 'paused' && isBudgetReason(summary.progress_message)
}

function viewBounds({ usage }: Summary, budget: RunBudget): BoundView[] {
  const bounds: BoundView[] = []
  if (budget.usd !== null) {
    const spent = usage.cost_usd
    bounds.push({
      label: 'Budget in USD',
      text:
        spent === null
          ? `of ${formatUsd(budget.usd)}`
          : `${formatDollars(spent)} of ${formatUsd(budget.usd)}`,
      percent: spent === null ? null : percentOf(spent, budget.usd),
    })
  }
  if (budget.tokens !== null) {
    const used = usage.input_tokens + usage.output_tokens
    bounds.push({
      label: 'Budget in tokens',
      text: `${formatNumber(used, 0)} of ${countOf(budget.tokens, 'token')}`,
      percent: percentOf(used, budget.tokens),
    })
  }
  return bounds
}

function viewPause(summary: Summary, budget: RunBudget): PauseView | null {
  if (!isOutOfBudget(summary)) return null
  const base = runHref(summary.run_id)
  const reason = (summary.progress_message ?? '').replace(/^budget:\s*/, '')
  return {
    reason: reason.charAt(0).toUpperCase() + reason.slice(1),
    path: `${base}/budget`,
    usd: budget.usd === null ? 'no bound' : `now ${formatDollars(budget.usd)}`,
    tokens: budget.tokens === null ? 'no bound' : `now ${formatNumber(budget.tokens, 0)}`,
    ticker: summary.ticker,
    cancel: {
      path: `${base}/cancel`,
      label: 'Cancel',
      danger: true,
      hint: 'Ends the run; what it wrote is kept',
    },
  }
}

function percentOf(used: number, bound: number): number {
  return Math.min(100, Math.round((100 * used) / bound))
}
