/**
 * What an assessment would take before it is launched: time, model calls, tokens and USD. Measured on finished runs of
 * the same shape where there are any, else counted from a table of what each role usually asks. An estimate binds
 * nothing: the bound of a run is its budget.
 */
import type { ModelFacts } from '../llm/model-facts.ts'
import { computeCost } from '../llm/model-facts.ts'
import type { ModelId } from '../llm/model-call.ts'
import type { UsageDelta } from '../runs/event.ts'
import {
  ANALYSTS,
  DEEP_ROLES,
  type Analyst,
  type AssessmentInput,
  type ModelRole,
} from './assessment-input.ts'
import { RISK_VOICES } from './plan.ts'

/** A finished run, as far as an estimate looks at it. */
export interface PastRun {
  /** As `shapeOf` gives it for the run's input. */
  shape: string
  execution_ms: number
  usage: UsageDelta
}

/** Of past runs the median between the least and the most; of the table one figure thrice. */
export interface EstimatedRange {
  low: number
  typical: number
  high: number
}

export interface AssessmentEstimate {
  shape: string
  basis: 'past' | 'table'
  /** Runs it was measured on; 0 for the table. */
  runs: number
  calls: EstimatedRange
  seconds: EstimatedRange
  /** Read and written together. */
  tokens: EstimatedRange
  /** Null where the price of a model that would be asked is unknown. */
  usd: EstimatedRange | null
}

/** How many of the newest runs of a shape are looked at. */
const MOST_RUNS = 20

interface RoleLoad {
  input_tokens: number
  output_tokens: number
}

/** Of one call, roughly: evidence and what others said go in, a report of a page and a few fields come out. */
const ANALYST_LOAD: RoleLoad = { input_tokens: 5_000, output_tokens: 1_000 }
const DEBATE_LOAD: RoleLoad = { input_tokens: 9_000, output_tokens: 900 }
const MANAGER_LOAD: RoleLoad = { input_tokens: 12_000, output_tokens: 1_000 }
const OTHER_LOAD: RoleLoad = { input_tokens: 10_000, output_tokens: 700 }

/** Of one call, roughly: a thousand tokens written at 80 a second. */
const SECONDS_PER_CALL = 12
/** Of all that is computed: data, evidence, levels, sizes; the whole of a run by the rules. */
const SECONDS_OF_RULES = 1

/** One role's calls: `rows` of them wait for each other, the rest go on side by side. */
interface RoleCalls {
  role: ModelRole
  calls: number
  rows: number
  load: RoleLoad
}

/**
 * What two runs have in common that can be expected to take alike: who thinks, with which model in each role, the
 * analysts, rounds and repeats. Ticker and day are not part of it. `input` is as admitted, its models filled in.
 */
export function shapeOf(input: AssessmentInput): string {
  const analysts = `analysts=${orderAnalysts(input).join('+')}`
  const rounds = `rounds=${input.rounds}`
  if (input.mode !== 'llm') return ['rules', analysts, rounds].join(' ')
  const models = countCalls(input).map(({ role }) => `${role}=${modelOf(input, role) ?? '?'}`)
  return ['llm', analysts, rounds, `repeats=${input.repeats}`, ...models].join(' ')
}

/**
 * `input` is as admitted; without `mode: 'llm'` the rules think, which costs nothing. `past` may hold runs of any shape,
 * newest first.
 */
export function estimateAssessment(
  input: AssessmentInput,
  facts: ModelFacts,
  past: readonly PastRun[],
): AssessmentEstimate {
  const shape = shapeOf(input)
  const counted = estimateFromTable(input, facts)
  const alike = past.filter((run) => run.shape === shape).slice(0, MOST_RUNS)
  if (alike.length === 0) return { shape, basis: 'table', runs: 0, ...counted }
  const costs = alike.map((run) => run.usage.cost_usd).filter((cost) => cost !== null)
  return {
    shape,
    basis: 'past',
    runs: alike.length,
    calls: rangeOf(alike.map((run) => run.usage.calls)),
    seconds: rangeOf(alike.map((run) => run.execution_ms / 1_000)),
    tokens: rangeOf(alike.map((run) => run.usage.input_tokens + run.usage.output_tokens)),
    // A price may have become known since.
    usd: costs.length > 0 ? rangeOf(costs) : counted.usd,
  }
}

function estimateFromTable(
  input: AssessmentInput,
  facts: ModelFacts,
): Pick<AssessmentEstimate, 'calls' | 'seconds' | 'tokens' | 'usd'> {
  const roles = input.mode === 'llm' ? countCalls(input) : []
  const costs = roles.map(({ role, calls, load }) => {
    const model = modelOf(input, role)
    const cost = model === undefined ? null : computeCost(facts.priceOf(model), load)
    return cost === null ? null : cost * calls
  })
  const tokens = roles.map(({ calls, load }) => calls * (load.input_tokens + load.output_tokens))
  return {
    calls: exactly(sum(roles.map(({ calls }) => calls))),
    seconds: exactly(SECONDS_OF_RULES + SECONDS_PER_CALL * countRows(roles)),
    tokens: exactly(sum(tokens)),
    usd: costs.some((cost) => cost === null) ? null : exactly(sum(costs as number[])),
  }
}

/** An analyst looks up and then answers; bull and bear speak once a round; each manager is asked `repeats` times. */
function countCalls(input: AssessmentInput): RoleCalls[] {
  const { rounds, repeats } = input
  return [
    ...orderAnalysts(input).map((role) => ({ role, calls: 2, rows: 2, load: ANALYST_LOAD })),
    { role: 'bull', calls: rounds, rows: rounds, load: DEBATE_LOAD },
    { role: 'bear', calls: rounds, rows: rounds, load: DEBATE_LOAD },
    { role: 'research_manager', calls: repeats, rows: 1, load: MANAGER_LOAD },
    { role: 'trader', calls: 1, rows: 1, load: OTHER_LOAD },
    ...RISK_VOICES.map((role) => ({ role, calls: 1, rows: 1, load: OTHER_LOAD })),
    { role: 'portfolio_manager', calls: repeats, rows: 1, load: MANAGER_LOAD },
  ]
}

/** Calls one after the other from start to end: analysts work side by side, and so do the risk voices. */
function countRows(roles: readonly RoleCalls[]): number {
  const sideBySide: readonly (readonly ModelRole[])[] = [ANALYSTS, RISK_VOICES]
  const alone = roles.filter(({ role }) => !sideBySide.some((group) => group.includes(role)))
  const groups = sideBySide.map((group) =>
    Math.max(0, ...roles.filter(({ role }) => group.includes(role)).map(({ rows }) => rows)),
  )
  return sum(alone.map(({ rows }) => rows)) + sum(groups)
}

function modelOf(input: AssessmentInput, role: ModelRole): ModelId | undefined {
  const own = input.role_models?.[role]
  if (own !== undefined) return own
  return DEEP_ROLES.includes(role) ? input.deep_model : input.quick_model
}

function orderAnalysts(input: AssessmentInput): Analyst[] {
  return ANALYSTS.filter((analyst) => input.analysts.includes(analyst))
}

function rangeOf(values: readonly number[]): EstimatedRange {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { low: sorted[0]!, typical: median, high: sorted.at(-1)! }
}

function exactly(value: number): EstimatedRange {
  return { low: value, typical: value, high: value }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
