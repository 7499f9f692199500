/** What the settings say of models, before anybody is asked. */
import { expect, test } from 'vitest'
import { loadConfig } from '../src/config.ts'
import { findModelProblems } from '../src/outside.ts'

const problemsOf = (environment: Record<string, string>) =>
  findModelProblems(loadConfig({ environment, envFile: '/nowhere/.env' }).config)

test('no model, or models with all they need, are no problem', () => {
  expect(problemsOf({})).toEqual([])
  expect(problemsOf({ RUN_BUDGET_USD: '1', LLM_QUICK_MODEL: 'ollama:llama3.1:8b' })).toEqual([])
  expect(
    problemsOf({ RUN_BUDGET_USD: '1', LLM_DEEP_MODEL: 'openai:gpt-4o', OPENAI_API_KEY: 'a key of ours' }),
  ).toEqual([])
})

test('a missing key, a missing address and an unknown provider are named with the variable', () => {
  expect(problemsOf({ LLM_DEEP_MODEL: 'openai:gpt-4o', LLM_QUICK_MODEL: 'compatible:x' })).toEqual([
    'LLM_DEEP_MODEL is "openai:gpt-4o", which needs OPENAI_API_KEY; it is not set',
    'LLM_QUICK_MODEL is "compatible:x", which needs LLM_BASE_URL; it is not set',
  ])
  expect(problemsOf({ LLM_DEEP_MODEL: 'opnai:gpt-4o' })).toEqual([
    expect.stringContaining('did you mean "openai:gpt-4o"?'),
  ])
})

test('a bound in USD is a problem for a model without a price', () => {
  const settings = {
    LLM_DEEP_MODEL: 'compatible:x',
    LLM_BASE_URL: 'http://127.0.0.1:8080/v1',
    RUN_BUDGET_USD: '1',
  }
  expect(problemsOf(settings)).toEqual([
    'RUN_BUDGET_USD is 1, but the price of compatible:x is not known: give it in LLM_PRICES',
  ])
  expect(problemsOf({ ...settings, LLM_PRICES: 'compatible:x=1/2' })).toEqual([])
})
