/** The providers of language models that there are, for whoever reads names of models or of providers. */
import { quote } from './errors.ts'
import { suggestName } from './nearest.ts'

export const PROVIDERS = ['openai', 'anthropic', 'google', 'ollama', 'compatible'] as const
export type Provider = (typeof PROVIDERS)[number]

/**
 * What is wrong with names like `openai` or `openai:gpt-4o`, each of which may stand once: a provider there is none of,
 * or a name given twice. Null where nothing is.
 */
export function findWrongName(names: readonly string[]): string | null {
  for (const [index, name] of names.entries()) {
    const provider = name.split(':')[0]!
    if (!PROVIDERS.some((known) => known === provider))
      return `there is no provider ${quote(provider)}; ${suggestName(provider, PROVIDERS)}`
    if (names.indexOf(name) < index) return `${quote(name)} is named twice`
  }
  return null
}
