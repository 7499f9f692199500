/** What a run has cost so far, how much of its budget that is, and what stands in its way when it paused for it. */
import { countOf, formatDollars, formatNumber, formatUsd } from '../../core/format.ts'
import { isBudgetReason } from '../../runs/budget-bound.ts'
import type { RunBudget } from '../../runs/identity.ts'
import { isTerminal } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import type { Refusal } from '../page.ts'
import { runHref } from './run-row.ts'

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
  fields: BoundField[]
  ticker: string
  /** Why what was typed last was refused; empty where it was not. */
  refusal: string
  cancel: { path: string; label: string; danger: boolean; hint: string }
}

export interface BoundField {
  name: 'usd' | 'tokens'
  label: string
  inputmode: 'decimal' | 'numeric'
  value: string
  /** What the bound is now. */
  standing: string
  isRefused: boolean
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
  /** A bound that was typed and could not be taken. */
  refused?: RefusedBound | undefined
}

export interface RefusedBound {
  /** Every value of every field. */
  typed: Readonly<Record<string, readonly string[]>>
  refusal: Refusal
}

/** Null for a run that asks no model and has no bound: there is nothing to say. */
export function viewCost(summary: Summary, { budget, isThinking, refused }: CostFacts): CostView | null {
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
    pause: viewPause(summary, budget, refused),
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

function viewPause(summary: Summary, budget: RunBudget, refused?: RefusedBound): PauseView | null {
  if (!isOutOfBudget(summary)) return null
  const base = runHref(summary.run_id)
  const reason = (summary.progress_message ?? '').replace(/^budget:\s*/, '')
  return {
    reason: reason.charAt(0).toUpperCase() + reason.slice(1),
    path: `${base}/budget`,
    fields: [
      {
        ...{ name: 'usd', label: LABELS.usd, inputmode: 'decimal' },
        standing: budget.usd === null ? 'no bound' : `now ${formatDollars(budget.usd)}`,
        ...fillField('usd', refused),
      },
      {
        ...{ name: 'tokens', label: LABELS.tokens, inputmode: 'numeric' },
        standing: budget.tokens === null ? 'no bound' : `now ${formatNumber(budget.tokens, 0)}`,
        ...fillField('tokens', refused),
      },
    ],
    ticker: summary.ticker,
    refusal: refused ? describeRefusal(refused.refusal) : '',
    cancel: {
      path: `${base}/cancel`,
      label: 'Cancel the run',
      danger: true,
      hint: 'Ends the run; what it wrote is kept',
    },
  }
}

const LABELS = { usd: 'New bound in USD', tokens: 'New bound in tokens' } as const

function fillField(
  name: BoundField['name'],
  refused: RefusedBound | undefined,
): Pick<BoundField, 'value' | 'isRefused'> {
  return { value: refused?.typed[name]?.[0] ?? '', isRefused: refused?.refusal.field === name }
}

/** In the words of the form. */
function describeRefusal({ field, message }: Refusal): string {
  const label = field === 'usd' || field === 'tokens' ? LABELS[field] : null
  if (label === null || !message.startsWith(`${field} is `))
    return 'Type a new bound in USD, in tokens, or both.'
  return label + message.slice(field!.length) + '.'
}

function percentOf(used: number, bound: number): number {
  return Math.min(100, Math.round((100 * used) / bound))
}
