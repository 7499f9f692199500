/** Every way in which a model can be asked, for tests that hold for all of them, and the settings that lead to a server. */
import type { ProviderSettings } from '../../../src/llm/provider-settings.ts'
import { createAnthropicServer } from './anthropic-server.ts'
import { createGoogleServer } from './google-server.ts'
import type { ModelServer, ModelServerOptions } from './model-server.ts'
import { createOpenAiServer } from './openai-server.ts'
import type { Script } from './script.ts'

export const SCRIPTED_KEY = 'sk-scripted-0123456789abcdef'

export interface ScriptedWire {
  provider: string
  /** As the product names it. */
  model: string
  create(script: Script, options?: ModelServerOptions): Promise<ModelServer>
  /** The setting that holds the server's address, and the variable that sets it. */
  setting: keyof ProviderSettings
  variable: string
}

export const WIRES: readonly ScriptedWire[] = [
  {
    ...{ provider: 'openai', model: 'openai:gpt-4o', create: createOpenAiServer },
    ...{ setting: 'openaiBaseUrl', variable: 'OPENAI_BASE_URL' },
  },
  {
    ...{ provider: 'anthropic', model: 'anthropic:claude-sonnet-4-5', create: createAnthropicServer },
    ...{ setting: 'anthropicBaseUrl', variable: 'ANTHROPIC_BASE_URL' },
  },
  {
    ...{ provider: 'google', model: 'google:gemini-2.5-flash', create: createGoogleServer },
    ...{ setting: 'googleBaseUrl', variable: 'GOOGLE_BASE_URL' },
  },
  {
    ...{ provider: 'compatible', model: 'compatible:org/some-model:free', create: createOpenAiServer },
    ...{ setting: 'llmBaseUrl', variable: 'LLM_BASE_URL' },
  },
  {
    ...{ provider: 'ollama', model: 'ollama:llama3.1:8b', create: createOpenAiServer },
    ...{ setting: 'ollamaBaseUrl', variable: 'OLLAMA_BASE_URL' },
  },
]

/** Keys for every provider, and no address but those given: nothing else can be reached. */
export function scriptedProviders(addresses: Partial<ProviderSettings> = {}): ProviderSettings {
  const nowhere = 'http://127.0.0.1:9/v1'
  return {
    ...{ openaiApiKey: SCRIPTED_KEY, anthropicApiKey: SCRIPTED_KEY, googleApiKey: SCRIPTED_KEY },
    ...{ openaiBaseUrl: nowhere, anthropicBaseUrl: nowhere, googleBaseUrl: nowhere, ollamaBaseUrl: nowhere },
    ...{ llmBaseUrl: nowhere, llmApiKey: SCRIPTED_KEY },
    ...addresses,
  }
}
