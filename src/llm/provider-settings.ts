/** Where each provider is asked and with which key, under the names of the settings, and whether that is enough. */
import { InputError, quote } from '../core/errors.ts'
import type { ModelId, Provider } from './model-call.ts'

/** Empty: not set. */
export interface ProviderSettings {
  openaiApiKey: string
  openaiBaseUrl: string
  anthropicApiKey: string
  anthropicBaseUrl: string
  googleApiKey: string
  googleBaseUrl: string
  ollamaBaseUrl: string
  llmBaseUrl: string
  llmApiKey: string
}

type SettingName = keyof ProviderSettings

/** What each provider cannot be asked without, and the variable that sets it. */
const REQUIRED: Readonly<Record<Provider, { setting: SettingName; variable: string }>> = {
  openai: { setting: 'openaiApiKey', variable: 'OPENAI_API_KEY' },
  anthropic: { setting: 'anthropicApiKey', variable: 'ANTHROPIC_API_KEY' },
  google: { setting: 'googleApiKey', variable: 'GOOGLE_GENERATIVE_AI_API_KEY' },
  ollama: { setting: 'ollamaBaseUrl', variable: 'OLLAMA_BASE_URL' },
  compatible: { setting: 'llmBaseUrl', variable: 'LLM_BASE_URL' },
}

/** Throws `InputError` naming `field` and the variable that is missing. */
export function checkProvider(
  settings: ProviderSettings,
  field: string,
  model: ModelId,
  provider: Provider,
): void {
  const { setting, variable } = REQUIRED[provider]
  if (settings[setting] !== '') return
  throw new InputError(field, `${field} is ${quote(model)}, which needs ${variable}; it is not set`)
}

const KEYS = ['openaiApiKey', 'anthropicApiKey', 'googleApiKey', 'llmApiKey'] as const
/** Shorter ones are no keys but placeholders, and would blot out ordinary words. */
const MIN_KEY_LENGTH = 6
/** What keys of the providers look like, masked by them or not. */
const KEY_SHAPES = /\b(?:sk|xai|gsk|key)-[\w*.…-]{4,}|\bAIza[\w*-]{6,}|\bBearer\s+\S+/gi

const USERINFO = /\/\/[^\s/?#]*@/g

/**
 * Takes secrets out of a text: keys of the settings wherever they stand, whatever looks like one, names and passwords in
 * addresses. The text has to be whole: of a key that was cut the rest would stay.
 */
export function createRedactor(settings: ProviderSettings): (text: string) => string {
  const keys = KEYS.map((name) => settings[name]).filter((key) => key.length >= MIN_KEY_LENGTH)
  return (text) =>
    keys
      .reduce((left, key) => left.replaceAll(key, '[key]'), text)
      .replace(KEY_SHAPES, '[key]')
      .replace(USERINFO, '//[key]@')
}

/** The variable to look at when a provider does not take its key; null for the one that has none. */
export function keyVariableOf(provider: Provider): string | null {
  if (provider === 'ollama') return null
  return provider === 'compatible' ? 'LLM_API_KEY' : REQUIRED[provider].variable
}

/** The variable to look at when a provider cannot be asked where it is said to be. */
export function addressVariableOf(provider: Provider): string {
  return ADDRESS_VARIABLES[provider]
}

const ADDRESS_VARIABLES: Readonly<Record<Provider, string>> = {
  openai: 'OPENAI_BASE_URL',
  anthropic: 'ANTHROPIC_BASE_URL',
  google: 'GOOGLE_BASE_URL',
  ollama: 'OLLAMA_BASE_URL',
  compatible: 'LLM_BASE_URL',
}
