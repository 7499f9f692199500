/** What a launch would take, as a line beside the form: said before anything is started, and bound to nothing. */
import type { AssessmentEstimate, EstimatedRange } from '../../committee/estimate.ts'
import { countOf, formatDollars, formatNumber, formatUsd } from '../../core/format.ts'
import type { RunBudget } from '../../runs/identity.ts'
import { formatTokens } from './usage-view.ts'

export interface EstimateView {
  /** `hint` before there is anything to estimate, `refused` where the form cannot be launched as it is. */
  state: 'hint' | 'refused' | 'known'
  /** The figures, the most asked for first; of other states the one sentence. */
  parts: string[]
  /** What the figures rest on; empty for other states. */
  basis: string
  /** Why the bound of a run would hold it up; empty where it would not. */
  warning: string
}

export const ESTIMATE_HINT: EstimateView = {
  state: 'hint',
  parts: ['Name a ticker to see what it would take.'],
  basis: '',
  warning: '',
}

/** Beside a refused launch, which says itself what is wrong. */
export const ESTIMATE_AWAITS: EstimateView = {
  state: 'hint',
  parts: ['The estimate comes once that is mended.'],
  basis: '',
  warning: '',
}

export function viewRefusedEstimate(message: string): EstimateView {
  return { state: 'refused', parts: [message], basis: '', warning: '' }
}

/** Of all runs of one launch together; the time is that of each, for they go on side by side. `bound` is that of each run. */
export function viewEstimate(estimates: readonly AssessmentEstimate[], bound: RunBudget): EstimateView {
  const calls = addRanges(estimates.map((one) => one.calls))
  const time = formatTimeRange(spanRanges(estimates.map((one) => one.seconds)))
  const isOne = estimates.length === 1
  if (calls.high === 0) {
    return {
      state: 'known',
      parts: ['No model calls', `about ${time}${isOne ? '' : ' each'}`],
      basis: describeBasis(estimates, 'by the rules'),
      warning: '',
    }
  }
  const tokens = addRanges(estimates.map((one) => one.tokens))
  const costs = estimates.map((one) => one.usd)
  const usd = costs.every((cost) => cost !== null) ? addRanges(costs) : null
  const inAll = isOne ? '' : ' in all'
  return {
    state: 'known',
    parts: [
      `About ${formatRange(calls, (value) => formatNumber(value, 0))} model ${calls.high === 1 ? 'call' : 'calls'}`,
      `${formatRange(tokens, formatTokens)} tokens`,
      usd === null
        ? `cost unknown: ${describeUnpriced(estimates)}`
        : `${formatRange(usd, formatDollars)} USD${inAll}`,
      isOne ? time : `${time} each run`,
    ],
    basis: describeBasis(estimates, 'from a table of what each role usually asks'),
    warning: describeShortage(estimates, bound),
  }
}

function describeUnpriced(estimates: readonly AssessmentEstimate[]): string {
  const models = [...new Set(estimates.flatMap((one) => one.unpriced))]
  return `LLM_PRICES names no price of ${models.join(' and ')}`
}

/** Each call reserves the most it may use, so a run pauses some way below its bound. */
function describeShortage(estimates: readonly AssessmentEstimate[], { usd, tokens }: RunBudget): string {
  const needs = estimates.map((one) => one.needs)
  const most = (values: readonly (number | null)[]) => Math.max(0, ...values.map((value) => value ?? 0))
  const needed = { usd: most(needs.map((one) => one.usd)), tokens: most(needs.map((one) => one.tokens)) }
  const short = [
    ...(usd !== null && usd < needed.usd ? [formatUsd(roundUp(needed.usd))] : []),
    ...(tokens !== null && tokens < needed.tokens
      ? [`${formatNumber(roundUp(needed.tokens), 0)} tokens`]
      : []),
  ]
  if (short.length === 0) return ''
  return `A run pauses before it would pass its bound, and each call reserves the most it may use: to get through, it needs about ${short.join(' and ')}.`
}

/** To two digits. */
function roundUp(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 1)
  return Math.ceil(value / step) * step
}

function describeBasis(estimates: readonly AssessmentEstimate[], otherwise: string): string {
  const runs = Math.min(...estimates.map((one) => one.runs))
  const isMeasured = estimates.every((one) => one.basis === 'past')
  return isMeasured ? `measured on ${countOf(runs, 'run')} of this shape` : otherwise
}

/** Two ends that read the same are one. */
function formatRange({ low, high }: EstimatedRange, format: (value: number) => string): string {
  const ends = [format(low), format(high)]
  return ends[0] === ends[1] ? ends[0]! : `${ends[0]}–${ends[1]}`
}

/** Whole seconds up to a minute and a half, then whole minutes: an estimate pretends to no more. */
function formatTimeRange({ low, high }: EstimatedRange): string {
  if (high < 90) return `${formatRange({ low, typical: low, high }, toSeconds)} s`
  const ends = formatRange({ low, typical: low, high }, (seconds) =>
    formatNumber(Math.max(1, Math.round(seconds / 60)), 0),
  )
  return `${ends} min`
}

function toSeconds(seconds: number): string {
  return formatNumber(Math.max(1, Math.round(seconds)), 0)
}

function addRanges(ranges: readonly EstimatedRange[]): EstimatedRange {
  const sum = (end: keyof EstimatedRange) => ranges.reduce((total, range) => total + range[end], 0)
  return { low: sum('low'), typical: sum('typical'), high: sum('high') }
}

function spanRanges(ranges: readonly EstimatedRange[]): EstimatedRange {
  return {
    low: Math.min(...ranges.map((range) => range.low)),
    typical: Math.max(...ranges.map((range) => range.typical)),
    high: Math.max(...ranges.map((range) => range.high)),
  }
}
