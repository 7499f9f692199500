/** Models that cannot be used are refused before anything is asked, with a message that says what to do. */
import { expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { InputError } from '../../src/core/errors.ts'
import { createGateway } from '../../src/llm/gateway.ts'
import { parseModelId } from '../../src/llm/model-id.ts'
import type { ProviderSettings } from '../../src/llm/provider-settings.ts'
import { scriptedProviders } from '../support/scripted-models/wires.ts'

function open(providers: ProviderSettings) {
  return createGateway({
    ...{ providers, limits: { maxConcurrency: 1, providerLimits: {} }, timeoutMs: 1_000 },
    ...{ facts: { priceOf: () => null, cutoffOf: () => null }, clock: systemClock, random: () => 0 },
  })
}

const unset = Object.fromEntries(
  Object.keys(scriptedProviders()).map((name) => [name, '']),
) as unknown as ProviderSettings

it.each([
  ['openai:gpt-4o', 'deep_model is "openai:gpt-4o", which needs OPENAI_API_KEY; it is not set'],
  ['anthropic:claude', 'deep_model is "anthropic:claude", which needs ANTHROPIC_API_KEY; it is not set'],
  ['google:gemini', 'deep_model is "google:gemini", which needs GOOGLE_GENERATIVE_AI_API_KEY; it is not set'],
  ['compatible:x', 'deep_model is "compatible:x", which needs LLM_BASE_URL; it is not set'],
  [
    'openia:gpt-4o',
    'deep_model is "openia:gpt-4o": there is no provider "openia"; did you mean "openai:gpt-4o"?',
  ],
  [
    'mainframe-9000:x',
    'deep_model is "mainframe-9000:x": there is no provider "mainframe-9000"; known are openai, anthropic, google, ollama, compatible',
  ],
  ['gpt-4o', 'deep_model is "gpt-4o"; write it as provider:model'],
  ['openai:', 'deep_model is "openai:": no model is named after "openai:"'],
])('refuses %s', (model, message) => {
  let thrown: unknown
  try {
    open(unset).checkModel('deep_model', model)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(InputError)
  expect((thrown as InputError).message).toBe(message)
  expect((thrown as InputError).field).toBe('deep_model')
})

it('takes a model whose name holds colons and slashes, and a server that wants no key', () => {
  expect(parseModelId('model', 'ollama:llama3.1:8b')).toEqual({ provider: 'ollama', name: 'llama3.1:8b' })
  expect(parseModelId('model', 'compatible:org/model:free').name).toBe('org/model:free')
  const gateway = open({ ...unset, ollamaBaseUrl: 'http://127.0.0.1:9/v1', llmBaseUrl: 'http://127.0.0.1:9' })
  gateway.checkModel('model', 'ollama:llama3.1:8b')
  gateway.checkModel('model', 'compatible:org/model:free')
})

it('says in a probe what keeps a model from being used', async () => {
  const probe = await open(unset).probe('openai:gpt-4o', new AbortController().signal)

  expect(probe).toEqual({
    ...{ model: 'openai:gpt-4o', ok: false, latency_ms: null, usage: null },
    problem: 'model is "openai:gpt-4o", which needs OPENAI_API_KEY; it is not set',
  })
})

it('warms up for models of every provider, and for what is no model, without a word', async () => {
  const gateway = open(unset)
  await gateway.warmUp(['openai:a', 'anthropic:b', 'google:c', 'ollama:d', 'compatible:e', 'nobody', 'x:y'])
})
