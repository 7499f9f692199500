/** The committee's verdict, schema version 1: the shape that leaves the house. Fractions are 0..1 unless a key ends in `_pct`. */
import { z } from 'zod'
import { formatFigure } from '../core/format.ts'

export const ACTIONS = ['BUY', 'HOLD', 'SELL', 'REVIEW'] as const
const RATINGS = ['Strong Buy', 'Buy', 'Hold', 'Sell', 'Strong Sell'] as const

const evidenceIds = z.array(z.string().regex(/^E\d+$/))

export const evidenceSchema = z.object({
  id: z.string().regex(/^E\d+$/),
  label: z.string(),
  /** A figure; of a headline or another quoted text, the text, and the unit is `text`. */
  value: z.union([z.number(), z.string()]),
  unit: z.string(),
  as_of: z.iso.date(),
  source: z.string(),
  tool: z.string(),
})
export type Evidence = z.infer<typeof evidenceSchema>
/** Evidence that is a figure. */
export type MeasuredEvidence = Evidence & { value: number }

export function isMeasured(item: Evidence): item is MeasuredEvidence {
  return typeof item.value === 'number'
}

/** What the deciding model's answers are counted under where it is asked more than once: `Answers Buy`. */
export const ANSWERS_LABEL = 'Answers'

/** A count of the deciding model's answers, which there is where it was asked more than once. */
export function isOwnAnswer({ label, unit }: Pick<Evidence, 'label' | 'unit'>): boolean {
  return unit === 'answers' && label.startsWith(`${ANSWERS_LABEL} `)
}

/** As a person reads it: the figure in its unit, or the text in quotes. */
export function formatEvidence(item: Evidence): string {
  return isMeasured(item) ? formatFigure(item.value, item.unit) : `“${item.value}”`
}

const riskMetricsSchema = z.object({
  entry: z.number().nullable(),
  stop_loss: z.number().nullable(),
  take_profit: z.number().nullable(),
  risk_per_share: z.number().nullable(),
  reward_per_share: z.number().nullable(),
  risk_reward: z.number().nullable(),
  stop_loss_pct: z.number().nullable(),
  take_profit_pct: z.number().nullable(),
  atr: z.number().nullable(),
  volatility_ann_pct: z.number().nullable(),
  max_drawdown_pct: z.number().nullable(),
  var_95_pct: z.number().nullable(),
})
export type RiskMetrics = z.infer<typeof riskMetricsSchema>

const positionSchema = z.object({
  method: z.string(),
  fraction_of_equity: z.number(),
  shares: z.number(),
  notional: z.number(),
  risk_amount: z.number(),
  caps: z.array(z.object({ rule: z.string(), from: z.number(), to: z.number() })),
  delta: z.object({ from: z.number(), to: z.number(), reason: z.string() }),
})
export type Position = z.infer<typeof positionSchema>

/** How a change since the last verdict begins where the verdict itself is another. */
export const VERDICT_TURNED = 'The verdict went from '

export function isVerdictTurn(change: string): boolean {
  return change.startsWith(VERDICT_TURNED)
}

export const decisionSchema = z.object({
  schema_version: z.literal(1),
  run_id: z.string(),
  ticker: z.string(),
  as_of: z.iso.date(),
  action: z.enum(ACTIONS),
  rating: z.enum(RATINGS).nullable(),
  confidence: z.number().min(0).max(1),
  confidence_basis: z.string(),
  calibration: z.union([z.literal('uncalibrated'), z.object({ n: z.int(), brier: z.number() })]),
  time_horizon_days: z.int(),
  summary: z.string(),
  rationale: z.array(z.object({ text: z.string(), evidence: evidenceIds })),
  dissent: z.array(z.object({ role: z.string(), text: z.string(), evidence: evidenceIds })),
  risk_metrics: riskMetricsSchema,
  position: positionSchema,
  evidence: z.array(evidenceSchema),
  unverified: z.array(z.object({ text: z.string(), number: z.string() })),
  prior: z
    .object({
      run_id: z.string(),
      action: z.enum(ACTIONS),
      as_of: z.iso.date(),
      changed: z.array(z.string()),
    })
    .nullable(),
  provenance: z.object({
    mode: z.enum(['rules', 'llm']),
    models: z.record(z.string(), z.string()),
    prompt_version: z.string(),
    vendor: z.string(),
    data_window: z.object({ first: z.iso.date(), last: z.iso.date(), bars: z.int() }),
    data_hash: z.string(),
    journal_hash: z.string(),
  }),
  usage: z.object({
    calls: z.int(),
    input_tokens: z.int(),
    output_tokens: z.int(),
    cost_usd: z.number().nullable(),
  }),
  markdown: z.string(),
  raw_text: z.string(),
})
/** As journaled and stored; `html` is rendered from `markdown` when served. */
export type Decision = z.infer<typeof decisionSchema>

/** Which verdicts a calibration rests on, in words that follow `settled verdicts`. */
export function describeCalibrated(
  mode: Decision['provenance']['mode'],
  evidence: readonly Evidence[],
): string {
  if (mode === 'rules') return 'of its kind'
  const asked = evidence.some(isOwnAnswer) ? 'asked repeatedly' : 'asked once'
  return `of its kind (the same deciding model, ${asked}, on days after all that its models have read)`
}
