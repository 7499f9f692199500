import { describe, expect, it } from 'vitest'
import { assessmentInputSchema, type AssessmentInput } from '../../src/committee/assessment-input.ts'
import { estimateAssessment, shapeOf, type PastRun, MAX_ANSWER_TOKENS } from '../../src/committee/estimate.ts'
import { createModelFacts } from '../../src/llm/model-facts.ts'
import type { ModelFacts } from '../../src/llm/model-facts.ts'

const facts: ModelFacts = createModelFacts({
  prices: { 'openai:quick': { input: 1, output: 10 }, 'openai:deep': { input: 10, output: 100 } },
})

describe('an estimate without past runs', () => {
  it('counts two calls an analyst, one a debater and round, one a manager and repeat, one for everyone else', () => {
    expect(estimateAssessment(inputOf({}), facts, []).calls.typical).toBe(8 + 2 + 1 + 1 + 3 + 1)
    expect(
      estimateAssessment(inputOf({ analysts: ['market'], rounds: 3, repeats: 5 }), facts, []).calls.typical,
    ).toBe(2 + 6 + 5 + 1 + 3 + 5)
  })

  it('counts the time of what waits for each other: analysts, voices and repeats go side by side', () => {
    const seconds = (input: Partial<AssessmentInput>) =>
      estimateAssessment(inputOf(input), facts, []).seconds.typical
    expect(seconds({})).toBe(1 + 12 * (2 + 2 + 1 + 1 + 1 + 1))
    expect(seconds({ analysts: ['news'] })).toBe(seconds({}))
    expect(seconds({ repeats: 9 })).toBe(seconds({}))
    expect(seconds({ rounds: 2 })).toBe(seconds({}) + 24)
  })

  it('prices each role’s tokens by its own model', () => {
    const input = inputOf({ analysts: ['market'] })
    const estimate = estimateAssessment(input, facts, [])
    expect(estimate).toMatchObject({ basis: 'table', runs: 0, unpriced: [] })
    const dear = estimateAssessment({ ...input, role_models: { trader: 'openai:deep' } }, facts, [])
    expect(dear.tokens).toEqual(estimate.tokens)
    // The trader reads 16,300 characters and writes 1,800, at ten times the price.
    const trader = (16_300 * 1 + 1_800 * 10) / 3.5 / 1e6
    expect(dear.usd!.typical - estimate.usd!.typical).toBeCloseTo(9 * trader, 9)
  })

  it('grows with analysts, rounds and repeats', () => {
    const tokens = (change: Partial<AssessmentInput>) =>
      estimateAssessment(inputOf(change), facts, []).tokens.typical
    const analysts = (...chosen: AssessmentInput['analysts']) => tokens({ analysts: chosen })
    expect(analysts('market', 'news')).toBeGreaterThan(1.3 * analysts('market'))
    expect(tokens({ rounds: 3 })).toBeGreaterThan(1.2 * tokens({ rounds: 1 }))
    expect(tokens({ repeats: 5 })).toBeGreaterThan(1.8 * tokens({ repeats: 1 }))
  })

  it('counts those analysts alone that have something to read here, and keeps the shape of what was asked', () => {
    const input = inputOf({ role_models: { news: 'compatible:x' } })
    const able = estimateAssessment(input, facts, [], ['market'])
    const market = estimateAssessment(inputOf({ analysts: ['market'] }), facts, [])
    expect(able).toEqual({ ...market, shape: shapeOf(input) })
  })

  it('does not know the cost as soon as the price of one model is unknown, or none is named', () => {
    const role_models = { bear: 'compatible:x', news: 'compatible:x', bull: 'compatible:b' }
    expect(estimateAssessment(inputOf({ role_models }), facts, [])).toMatchObject({
      ...{ usd: null, unpriced: ['compatible:b', 'compatible:x'] },
    })
    expect(estimateAssessment(inputOf({ deep_model: undefined }), facts, []).usd).toBeNull()
  })

  it('does not ask for the price of an analyst who is not chosen', () => {
    const input = inputOf({ analysts: ['market'], role_models: { news: 'compatible:x' } })
    expect(estimateAssessment(input, facts, []).usd).not.toBeNull()
  })

  it('costs nothing with models that run on the owner’s machine', () => {
    const input = inputOf({ deep_model: 'ollama:llama3.1', quick_model: 'ollama:llama3.1' })
    expect(estimateAssessment(input, facts, []).usd).toEqual({ low: 0, typical: 0, high: 0 })
  })

  it('makes no calls and costs nothing by the rules, whatever models are named', () => {
    for (const mode of ['rules', undefined] as const) {
      expect(estimateAssessment(inputOf({ mode, quick_model: 'compatible:x' }), facts, [])).toMatchObject({
        calls: { typical: 0 },
        tokens: { typical: 0 },
        usd: { low: 0, typical: 0, high: 0 },
        seconds: { typical: 1 },
      })
    }
  })
})

describe('an estimate from past runs', () => {
  const input = inputOf({})
  const run = (seconds: number, cost_usd: number | null, shape = shapeOf(input)): PastRun => ({
    shape,
    execution_ms: seconds * 1_000,
    usage: { calls: 16, input_tokens: seconds * 1_000, output_tokens: seconds * 100, cost_usd },
  })

  it('is the median between the least and the most of those of its shape', () => {
    const past = [run(30, 0.3), run(10, 0.1), run(9_999, 99, 'another'), run(50, 0.4), run(20, 0.2)]
    expect(estimateAssessment(input, facts, past)).toEqual({
      shape: shapeOf(input),
      basis: 'past',
      runs: 4,
      calls: { low: 16, typical: 16, high: 16 },
      seconds: { low: 10, typical: 25, high: 50 },
      tokens: { low: 11_000, typical: 27_500, high: 55_000 },
      usd: { low: 0.1, typical: 0.25, high: 0.4 },
      unpriced: [],
      needs: { tokens: expect.any(Number) as number, usd: expect.any(Number) as number },
    })
    expect(estimateAssessment(input, facts, past.slice(0, 1)).seconds.typical).toBe(30)
  })

  it('needs a bound that holds what the run used at most, and an answer of full length on top', () => {
    const { tokens, usd, needs } = estimateAssessment(input, facts, [run(10, 0.1), run(50, 0.4)])
    expect(needs.tokens).toBeGreaterThan(tokens.high + MAX_ANSWER_TOKENS / 2)
    expect(needs.tokens).toBeLessThan(tokens.high + MAX_ANSWER_TOKENS)
    expect(needs.usd).toBeGreaterThan(usd!.high)
    const unknown = estimateAssessment(inputOf({ quick_model: 'compatible:x' }), facts, [])
    expect(unknown.needs.usd).toBeNull()
  })

  it('looks at the newest twenty alone', () => {
    const past = [...Array.from({ length: 20 }, () => run(10, 0.1)), run(1, 9), run(1_000, 9)]
    const estimate = estimateAssessment(input, facts, past)
    expect(estimate).toMatchObject({ runs: 20, seconds: { low: 10, high: 10 }, usd: { high: 0.1 } })
  })

  it('leaves out runs whose cost was unknown, and prices by the table where all were', () => {
    expect(estimateAssessment(input, facts, [run(10, null), run(20, 0.2)]).usd).toEqual({
      low: 0.2,
      typical: 0.2,
      high: 0.2,
    })
    const unpriced = estimateAssessment(input, facts, [run(10, null)])
    expect(unpriced.usd).toEqual(estimateAssessment(input, facts, []).usd)
    expect(unpriced).toMatchObject({ basis: 'past', seconds: { typical: 10 } })
    const unknown = inputOf({ quick_model: 'compatible:x' })
    expect(estimateAssessment(unknown, facts, [run(10, null, shapeOf(unknown))]).usd).toBeNull()
  })

  it('tells the seconds of the rules as they were', () => {
    const rules = inputOf({ mode: 'rules' })
    const usage = { calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 }
    const past = [{ shape: shapeOf(rules), execution_ms: 140, usage }]
    expect(estimateAssessment(rules, facts, past)).toMatchObject({
      basis: 'past',
      seconds: { typical: 0.14 },
      calls: { typical: 0 },
      usd: { typical: 0 },
    })
  })
})

describe('the shape of a run', () => {
  it('does not depend on ticker, day, budget or the order in which analysts were named', () => {
    const shape = shapeOf(inputOf({ analysts: ['market', 'news'] }))
    expect(
      shapeOf({
        ...inputOf({ analysts: ['news', 'market'] }),
        ...{ ticker: 'MSFT', as_of: '2012-06-29', budget_usd: 3 },
      }),
    ).toBe(shape)
  })

  it('does not depend on which field names the model of a role', () => {
    const spelled = { trader: 'openai:quick', portfolio_manager: 'openai:deep' }
    expect(shapeOf(inputOf({ role_models: spelled }))).toBe(shapeOf(inputOf({})))
  })

  it.each([
    { mode: 'rules' as const },
    { analysts: ['market' as const] },
    { rounds: 2 },
    { repeats: 2 },
    { deep_model: 'openai:quick' },
    { quick_model: 'openai:deep' },
    { role_models: { neutral: 'openai:deep' } },
  ])('is another with %o', (change) => {
    expect(shapeOf(inputOf(change))).not.toBe(shapeOf(inputOf({})))
  })

  it('of the rules does not depend on models or repeats, which the rules do not know', () => {
    const rules = inputOf({ mode: 'rules' })
    expect(shapeOf({ ...rules, repeats: 5, quick_model: 'openai:other' })).toBe(shapeOf(rules))
  })
})

function inputOf(change: Partial<AssessmentInput>): AssessmentInput {
  const models = { mode: 'llm', deep_model: 'openai:deep', quick_model: 'openai:quick' }
  return { ...assessmentInputSchema.parse({ ticker: 'AAPL', ...models }), ...change }
}
