/**
 * Which models a run thinks with and what it may spend, settled when the run is admitted and written into its input, so
 * that settings changed later, or another run, change nothing about it.
 */
import { InputError, quote } from '../core/errors.ts'
import type { Gateway, ModelId } from '../llm/model-call.ts'
import type { ModelFacts } from '../llm/model-facts.ts'
import type { RunBudget } from '../runs/workflow.ts'
import { DEEP_ROLES, MODEL_ROLES, type AssessmentInput, type ModelRole } from './assessment-input.ts'

/** What the desk has to think with, and what a run gets that does not say otherwise. */
export interface ModelDesk {
  /** Defaults; null where none is set. */
  deep: ModelId | null
  quick: ModelId | null
  budgetUsd: number | null
  budgetTokens: number | null
  gateway: Gateway
  facts: ModelFacts
}

type ThinkingInput = Pick<
  AssessmentInput,
  'mode' | 'deep_model' | 'quick_model' | 'role_models' | 'budget_usd' | 'budget_tokens' | 'repeats'
>

const MODEL_FIELDS = ['deep_model', 'quick_model', 'role_models'] as const

export interface Settled<Input> {
  input: Input
  budget: RunBudget
}

/**
 * Fills in mode, models and budget. Models think where any is named or set, unless rules are asked for; one of the two
 * models stands for both. Throws `InputError` naming the field for a model that cannot be used, for models or repeats
 * that rules have no use for, and for a bound in USD on a model whose price is not known.
 */
export function settleModels<Input extends ThinkingInput>(
  input: Input,
  desk: ModelDesk | null,
): Settled<Input> {
  const named = MODEL_FIELDS.find((field) => input[field] !== undefined)
  const isSet = desk !== null && (desk.deep !== null || desk.quick !== null)
  const mode = input.mode ?? (named !== undefined || isSet ? 'llm' : 'rules')
  const settled = mode === 'rules' ? settleRules(input, named) : settleThinking(input, desk)
  return {
    input: settled,
    budget: { usd: settled.budget_usd ?? null, tokens: settled.budget_tokens ?? null },
  }
}

/** The model of each role. For an input that has been settled; throws `InputError` where one is missing. */
export function modelsByRole(
  input: Pick<ThinkingInput, 'deep_model' | 'quick_model' | 'role_models'>,
): Record<ModelRole, ModelId> {
  const entries = MODEL_ROLES.map((role) => {
    const isDeep = DEEP_ROLES.includes(role)
    const model = input.role_models?.[role] ?? (isDeep ? input.deep_model : input.quick_model)
    if (model !== undefined) return [role, model] as const
    const [field, setting] = isDeep ? ['deep_model', 'LLM_DEEP_MODEL'] : ['quick_model', 'LLM_QUICK_MODEL']
    throw new InputError(
      field!,
      `${field} is nothing, and ${role} needs one: name it, like openai:gpt-4o, or set ${setting}`,
    )
  })
  return Object.fromEntries(entries) as Record<ModelRole, ModelId>
}

function settleRules<Input extends ThinkingInput>(
  input: Input,
  named: (typeof MODEL_FIELDS)[number] | undefined,
): Input {
  if (named !== undefined)
    throw new InputError(
      named,
      `${named} is ${quote(input[named])}, but mode is "rules", which asks no model: leave one of them out`,
    )
  if (input.repeats > 1)
    throw new InputError(
      'repeats',
      `repeats is ${quote(input.repeats)}; only 1 is possible, for the rules committee gives the same input the same verdict every time`,
    )
  return { ...input, mode: 'rules' }
}

function settleThinking<Input extends ThinkingInput>(input: Input, desk: ModelDesk | null): Input {
  if (desk === null)
    throw new InputError('mode', 'mode is "llm", but this desk asks no models: only "rules" is possible')
  const deep = input.deep_model ?? desk.deep ?? undefined
  const quick = input.quick_model ?? desk.quick ?? undefined
  const filled: Input = {
    ...input,
    ...{ mode: 'llm' },
    ...given('deep_model', deep ?? quick),
    ...given('quick_model', quick ?? deep),
    ...given('budget_usd', boundOf(input.budget_usd, desk.budgetUsd)),
    ...given('budget_tokens', boundOf(input.budget_tokens, desk.budgetTokens)),
  }
  const models = modelsByRole(filled)
  if (filled.deep_model !== undefined) desk.gateway.checkModel('deep_model', filled.deep_model)
  if (filled.quick_model !== undefined) desk.gateway.checkModel('quick_model', filled.quick_model)
  for (const model of new Set(Object.values(filled.role_models ?? {})))
    desk.gateway.checkModel('role_models', model)
  checkPrices(filled.budget_usd, Object.values(models), desk.facts)
  return filled
}

/** Null asks for none, whatever is set. */
function boundOf(asked: number | null | undefined, set: number | null): number | null | undefined {
  return asked === undefined ? (set ?? undefined) : asked
}

function given(field: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [field]: value }
}

/** A bound that nothing can be held to would stop the run at its first call. */
function checkPrices(usd: number | null | undefined, models: readonly ModelId[], facts: ModelFacts): void {
  if (usd === undefined || usd === null) return
  const unpriced = models.find((model) => facts.priceOf(model) === null)
  if (unpriced === undefined) return
  throw new InputError(
    'budget_usd',
    `budget_usd is ${usd}, but the price of ${unpriced} is not known, so the run cannot be held to it: give the price in LLM_PRICES (${unpriced}=in/out, USD for a million tokens), or leave out the bound in USD (also RUN_BUDGET_USD) and set budget_tokens`,
  )
}
