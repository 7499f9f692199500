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
  /** Models that would be asked and whose price is unknown. */
  unpriced: ModelId[]
  /** The bound below which the run would be paused: what it uses and, for its dearest call, all that this reserves. */
  needs: { tokens: number; usd: number | null }
}

/**
 * What a call reserves for its answer: report and fields of the longest role, and room for a model that thinks before it
 * writes; doubled where it was not enough.
 */
export const MAX_ANSWER_TOKENS = 8_000

/** How many of the newest runs of a shape are looked at. */
const MOST_RUNS = 20

/**
 * What a prompt is made of, in characters: measured over the bundled bars, some filings, a month of headlines and answers
 * of the length that the prompts ask for (`tests/committee/llm/prompt-weight.test.ts` measures again and holds this table
 * to it).
 */
const FRAME_CHARS: Readonly<Record<ModelRole, number>> = {
  ...{ market: 4_200, fundamentals: 4_200, news: 4_200, sentiment: 4_000 },
  ...{ bull: 6_000, bear: 6_000, research_manager: 4_800, trader: 9_200 },
  ...{ aggressive: 9_200, conservative: 9_200, neutral: 9_200, portfolio_manager: 20_200 },
}
/** Measured or quoted for an analyst, and read by everyone who comes after. */
const EVIDENCE_CHARS: Readonly<Record<Analyst, number>> = {
  ...{ market: 4_700, fundamentals: 1_200, news: 5_200, sentiment: 800 },
}
/** An analyst's report as others are shown it. */
const REPORT_CHARS = 2_400
/** One side of the debate after its first round, and what each further one adds to it. */
const CASE_CHARS = { first: 3_200, later: 300 }
/** What a role writes, its fields included. Models that think before they write use more. */
const ANSWER_CHARS: Readonly<Record<ModelRole, number>> = {
  ...{ market: 3_000, fundamentals: 2_600, news: 2_200, sentiment: 1_700 },
  ...{ bull: 3_700, bear: 3_700, research_manager: 2_200, trader: 1_800 },
  ...{ aggressive: 1_400, conservative: 1_400, neutral: 1_400, portfolio_manager: 4_800 },
}
/** That there is nothing to look up. */
const LOOK_UP_CHARS = 200
/** English with figures in it. */
const CHARS_PER_TOKEN = 3.5

/** Of one call, roughly: a thousand tokens written at 80 a second. */
const SECONDS_PER_CALL = 12
/** Of all that is computed: data, evidence, levels, sizes; the whole of a run by the rules. */
const SECONDS_OF_RULES = 1

/** One role's calls: `rows` of them wait for each other, the rest go on side by side. Tokens are of all calls together. */
interface RoleCalls {
  role: ModelRole
  calls: number
  rows: number
  input_tokens: number
  output_tokens: number
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
 * newest first. `able` are the analysts that have a source to read here: the others are skipped, and the table does not
 * count them.
 */
export function estimateAssessment(
  input: AssessmentInput,
  facts: ModelFacts,
  past: readonly PastRun[],
  able: readonly Analyst[] = ANALYSTS,
): AssessmentEstimate {
  const shape = shapeOf(input)
  const analysts = input.analysts.filter((analyst) => able.includes(analyst))
  const counted = estimateFromTable({ ...input, analysts }, facts)
  const { unpriced } = counted
  const room = computeRoom({ ...input, analysts }, facts)
  const needing = (estimate: Omit<AssessmentEstimate, 'needs'>): AssessmentEstimate => ({
    ...estimate,
    needs: {
      tokens: estimate.tokens.high + room.tokens,
      usd: estimate.usd === null || room.usd === null ? null : estimate.usd.high + room.usd,
    },
  })
  const alike = past.filter((run) => run.shape === shape).slice(0, MOST_RUNS)
  if (alike.length === 0) return needing({ shape, basis: 'table', runs: 0, ...counted })
  const costs = alike.map((run) => run.usage.cost_usd).filter((cost) => cost !== null)
  return needing({
    shape,
    basis: 'past',
    runs: alike.length,
    calls: rangeOf(alike.map((run) => run.usage.calls)),
    seconds: rangeOf(alike.map((run) => run.execution_ms / 1_000)),
    tokens: rangeOf(alike.map((run) => run.usage.input_tokens + run.usage.output_tokens)),
    // A price may have become known since.
    usd: costs.length > 0 ? rangeOf(costs) : counted.usd,
    unpriced,
  })
}

/** The most that one call reserves beyond what it is likely to use: an answer of full length instead of a usual one. */
function computeRoom(input: AssessmentInput, facts: ModelFacts): AssessmentEstimate['needs'] {
  const roles = input.mode === 'llm' ? countCalls(input) : []
  const spare = roles.map(({ output_tokens: written, calls }) =>
    Math.round(MAX_ANSWER_TOKENS - written / calls),
  )
  const costs = roles.map(({ role }, index) => {
    const model = modelOf(input, role)
    const unused = { input_tokens: 0, output_tokens: spare[index]! }
    return model === undefined ? null : computeCost(facts.priceOf(model), unused)
  })
  return {
    tokens: Math.max(0, ...spare),
    usd: costs.some((cost) => cost === null) ? null : Math.max(0, ...(costs as number[])),
  }
}

function estimateFromTable(
  input: AssessmentInput,
  facts: ModelFacts,
): Pick<AssessmentEstimate, 'calls' | 'seconds' | 'tokens' | 'usd' | 'unpriced'> {
  const roles = input.mode === 'llm' ? countCalls(input) : []
  const models = roles.map(({ role }) => modelOf(input, role))
  const costs = roles.map((load, index) => {
    const model = models[index]
    return model === undefined ? null : computeCost(facts.priceOf(model), load)
  })
  const tokens = roles.map(({ input_tokens: read, output_tokens: written }) => read + written)
  return {
    calls: exactly(sum(roles.map(({ calls }) => calls))),
    seconds: exactly(SECONDS_OF_RULES + SECONDS_PER_CALL * countRows(roles)),
    tokens: exactly(Math.round(sum(tokens))),
    usd: costs.some((cost) => cost === null) ? null : exactly(sum(costs as number[])),
    unpriced: [...new Set(models.flatMap((model) => model ?? []))]
      .filter((model) => facts.priceOf(model) === null)
      .sort(),
  }
}

/** An analyst looks up and then answers; bull and bear speak once a round; each manager is asked `repeats` times. */
function countCalls(input: AssessmentInput): RoleCalls[] {
  const { rounds, repeats } = input
  const analysts = orderAnalysts(input)
  const evidence = sum(analysts.map((analyst) => EVIDENCE_CHARS[analyst]))
  const reports = analysts.length * REPORT_CHARS
  const debate = 2 * caseChars(rounds)
  const before = (side: 'bull' | 'bear') =>
    Array.from(
      { length: rounds },
      (_, index) => caseChars(index) + caseChars(side === 'bull' ? index : index + 1),
    )
  const once = (role: ModelRole, heard: number) => countRole(role, [FRAME_CHARS[role] + evidence + heard])
  return [
    ...analysts.map((role) => {
      const prompt = FRAME_CHARS[role] + EVIDENCE_CHARS[role]
      return countRole(role, [prompt, prompt], ANSWER_CHARS[role] + LOOK_UP_CHARS)
    }),
    ...(['bull', 'bear'] as const).map((side) =>
      countRole(
        side,
        before(side).map((heard) => FRAME_CHARS[side] + evidence + heard),
      ),
    ),
    repeat(once('research_manager', reports + debate), repeats),
    once('trader', reports),
    ...RISK_VOICES.map((voice) => once(voice, 0)),
    repeat(once('portfolio_manager', reports + debate), repeats),
  ]
}

/** Calls that wait for each other, one for each prompt; unless said, each is answered in full. */
function countRole(
  role: ModelRole,
  promptChars: readonly number[],
  answerChars = promptChars.length * ANSWER_CHARS[role],
): RoleCalls {
  const calls = promptChars.length
  const input_tokens = sum(promptChars) / CHARS_PER_TOKEN
  return { role, calls, rows: calls, input_tokens, output_tokens: answerChars / CHARS_PER_TOKEN }
}

/** The same question asked side by side. */
function repeat(
  { role, calls, rows, input_tokens: read, output_tokens: written }: RoleCalls,
  times: number,
): RoleCalls {
  return { role, calls: calls * times, rows, input_tokens: read * times, output_tokens: written * times }
}

/** One side of the debate as it is shown after so many rounds. */
function caseChars(rounds: number): number {
  return rounds === 0 ? 0 : CASE_CHARS.first + (rounds - 1) * CASE_CHARS.later
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
