/** Which models a run thinks with: settled when it is admitted, written into its input, and refused with the reason. */
import { describe, expect, it } from 'vitest'
import { modelsByRole } from '../../src/committee/model-choice.ts'
import type { ModelDesk } from '../../src/committee/model-choice.ts'
import { InputError } from '../../src/core/errors.ts'
import { createSampleAssessment } from '../support/assessments.ts'
import { createScriptedGateway, scriptedFacts } from '../support/scripted-gateway.ts'

const REQUEST = { ticker: 'AAPL', as_of: '2012-06-29' }
const gateway = {
  ...createScriptedGateway(() => ({ unreadable: 'nothing is asked here' })),
  checkModel(field: string, model: string) {
    if (model.startsWith('keyless:')) throw new InputError(field, `${field} is ${model}: no key is set`)
  },
}
const desk = (change: Partial<ModelDesk> = {}): ModelDesk => ({
  ...{ deep: null, quick: null, budgetUsd: null, budgetTokens: null, gateway, facts: scriptedFacts },
  ...change,
})
const admit = (models: ModelDesk | null, request: Record<string, unknown> = {}) => {
  const workflow = createSampleAssessment({ models })
  return workflow.admit(workflow.input.parse({ ...REQUEST, ...request }))
}
const COMMON = {
  ...REQUEST,
  analysts: ['market', 'fundamentals', 'news', 'sentiment'],
  rounds: 1,
  repeats: 1,
}

describe('who thinks', () => {
  it('is the rules where no model is set or named, and their input holds nothing else', async () => {
    for (const models of [null, desk(), desk({ budgetUsd: 5, budgetTokens: 1_000 })]) {
      const { input, budget } = await admit(models)
      expect(input).toEqual({ ...COMMON, mode: 'rules' })
      expect(budget).toEqual({ usd: null, tokens: null })
    }
    expect((await admit(desk({ deep: 'made:deep' }), { mode: 'rules' })).input).toEqual({
      ...COMMON,
      mode: 'rules',
    })
  })

  it('is models where any is set or named; one of two stands for both', async () => {
    const filled = { ...COMMON, mode: 'llm' }
    expect((await admit(desk({ deep: 'made:d', quick: 'made:q' }))).input).toEqual({
      ...{ ...filled, deep_model: 'made:d', quick_model: 'made:q' },
    })
    expect((await admit(desk({ quick: 'made:q' }))).input).toMatchObject({
      ...{ deep_model: 'made:q', quick_model: 'made:q' },
    })
    expect((await admit(desk(), { deep_model: 'made:d' })).input).toMatchObject({
      ...{ mode: 'llm', deep_model: 'made:d', quick_model: 'made:d' },
    })
    expect(
      (await admit(desk({ deep: 'made:d', quick: 'made:q' }), { deep_model: 'made:x' })).input,
    ).toMatchObject({
      ...{ deep_model: 'made:x', quick_model: 'made:q' },
    })
  })

  it('is a model for each role, single ones before the two', async () => {
    const { input } = await admit(desk({ deep: 'made:d', quick: 'made:q' }), {
      role_models: { trader: 'made:t' },
    })
    expect(modelsByRole(input)).toMatchObject({
      ...{ trader: 'made:t', research_manager: 'made:d', portfolio_manager: 'made:d', bull: 'made:q' },
    })
  })

  it('is held to a bound that belongs to the run: its own, or that of the settings', async () => {
    const models = desk({ deep: 'made:d', budgetUsd: 5, budgetTokens: 9_000 })
    expect(await admit(models, { budget_usd: null })).toMatchObject({
      ...{ input: { budget_usd: null, budget_tokens: 9_000 }, budget: { usd: null, tokens: 9_000 } },
    })
    expect(await admit(models, { budget_usd: 2 })).toMatchObject({
      ...{ input: { budget_usd: 2, budget_tokens: 9_000 }, budget: { usd: 2, tokens: 9_000 } },
    })
  })

  it.each([
    ['models asked of rules', { mode: 'rules', quick_model: 'made:q' }, 'quick_model', 'mode is "rules"'],
    ['repeats asked of rules', { mode: 'rules', repeats: 3 }, 'repeats', 'only 1 is possible'],
    ['models with none named', { mode: 'llm' }, 'quick_model', 'LLM_QUICK_MODEL'],
    ['only one role', { role_models: { market: 'made:m' } }, 'quick_model', 'fundamentals needs one'],
    ['a model without its key', { deep_model: 'keyless:x' }, 'deep_model', 'no key'],
    [
      'a role’s model without its key',
      { deep_model: 'made:d', role_models: { bull: 'keyless:x' } },
      'role_models',
      'no key',
    ],
    [
      'a bound in USD on a model without a price',
      { deep_model: 'unpriced:x', budget_usd: 5 },
      'budget_usd',
      'LLM_PRICES',
    ],
  ])('refuses %s, naming the field', async (_what, request, field, words) => {
    await expect(admit(desk(), request)).rejects.toThrow(
      expect.objectContaining({ name: 'InputError', field, message: expect.stringContaining(words) }),
    )
  })

  it('may have a bound in tokens on a model without a price, and repeats', async () => {
    const lifted = { deep_model: 'unpriced:x', budget_usd: null }
    expect((await admit(desk({ budgetUsd: 5 }), lifted)).budget).toEqual({ usd: null, tokens: null })
    const { input } = await admit(desk(), { deep_model: 'unpriced:x', budget_tokens: 5_000, repeats: 3 })
    expect(input).toMatchObject({ budget_tokens: 5_000, repeats: 3 })
  })

  it('cannot be models where the desk asks none', async () => {
    await expect(admit(null, { mode: 'llm' })).rejects.toThrow(expect.objectContaining({ field: 'mode' }))
  })
})

describe('the plan', () => {
  it('has a place for earlier verdicts where models think, and none where rules do', async () => {
    const workflow = createSampleAssessment({ models: desk({ deep: 'made:d' }) })
    const nodesOf = async (request: Record<string, unknown>) => {
      const { input } = await workflow.admit(workflow.input.parse({ ...REQUEST, ...request }))
      return workflow.plan(input)[0]!.children!.map(({ id }) => id)
    }
    expect(await nodesOf({})).toEqual(['data', 'memory'])
    expect(await nodesOf({ mode: 'rules' })).toEqual(['data'])
  })

  it('of a run from before there were models is that of the rules', () => {
    const workflow = createSampleAssessment()
    const old = { ticker: 'AAPL', as_of: '2012-06-29', analysts: ['market' as const], rounds: 1, repeats: 1 }
    expect(workflow.plan(old)[0]!.children!.map(({ id }) => id)).toEqual(['data'])
  })
})
