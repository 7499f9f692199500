/**
 * The models of the AI SDK behind our ids. Each provider's package is loaded when its first model is asked for. What
 * goes over a wire is theirs to know; limits, tries, timeouts and what an answer means are not left to them.
 */
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { loadOnce } from '../core/load-once.ts'
import { PROVIDERS, type Provider } from './model-call.ts'
import type { ParsedModelId } from './model-id.ts'
import type { ProviderSettings } from './provider-settings.ts'

export type LoadModel = (id: ParsedModelId) => Promise<LanguageModelV4>

type CreateModel = (name: string) => LanguageModelV4

export function createModelLoader(settings: ProviderSettings, fetch: typeof globalThis.fetch): LoadModel {
  const loaders = new Map(
    PROVIDERS.map((provider) => [provider, loadOnce(() => LOADERS[provider](settings, fetch))]),
  )
  return async ({ provider, name }) => (await loaders.get(provider)!())(name)
}

type Loader = (settings: ProviderSettings, fetch: typeof globalThis.fetch) => Promise<CreateModel>

const LOADERS: Readonly<Record<Provider, Loader>> = {
  async openai({ openaiApiKey: apiKey, openaiBaseUrl: baseURL }, fetch) {
    const { createOpenAI } = await import('@ai-sdk/openai')
    // Chat completions, which servers that stand in for OpenAI's speak too.
    return createOpenAI({ apiKey, baseURL: trimAddress(baseURL), fetch }).chat
  },
  async anthropic({ anthropicApiKey: apiKey, anthropicBaseUrl: baseURL }, fetch) {
    const { createAnthropic } = await import('@ai-sdk/anthropic')
    return createAnthropic({ apiKey, baseURL: trimAddress(baseURL), fetch })
  },
  async google({ googleApiKey: apiKey, googleBaseUrl: baseURL }, fetch) {
    const { createGoogle } = await import('@ai-sdk/google')
    return createGoogle({ apiKey, baseURL: trimAddress(baseURL), fetch })
  },
  ollama: ({ ollamaBaseUrl }, fetch) => loadCompatible('ollama', ollamaBaseUrl, '', fetch),
  compatible: ({ llmBaseUrl, llmApiKey }, fetch) =>
    loadCompatible('compatible', llmBaseUrl, llmApiKey, fetch),
}

async function loadCompatible(
  name: Provider,
  baseURL: string,
  apiKey: string,
  fetch: typeof globalThis.fetch,
): Promise<CreateModel> {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
  return createOpenAICompatible({
    ...{ name, baseURL: trimAddress(baseURL), fetch },
    ...(apiKey === '' ? {} : { apiKey }),
    // Without these two, no usage is reported and the shape of the answer is not sent.
    ...{ includeUsage: true, supportsStructuredOutputs: true },
  })
}

function trimAddress(address: string): string {
  return address.replace(/\/+$/, '')
}
