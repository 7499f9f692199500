/** Reads `provider:model`: the provider is one of ours, the model may be named with colons and slashes. */
import { InputError, quote } from '../core/errors.ts'
import { nearestName } from '../core/nearest.ts'
import { PROVIDERS, type ModelId, type Provider } from './model-call.ts'

export interface ParsedModelId {
  provider: Provider
  /** As the provider names it. */
  name: string
}

/** Throws `InputError` naming `field` and what it was given. */
export function parseModelId(field: string, model: ModelId): ParsedModelId {
  const colon = model.indexOf(':')
  if (colon < 0) throw new InputError(field, `${field} is ${quote(model)}; write it as provider:model`)
  const given = model.slice(0, colon)
  const name = model.slice(colon + 1)
  const provider = PROVIDERS.find((known) => known === given)
  if (!provider) {
    const nearest = nearestName(given, PROVIDERS)
    const hint = nearest
      ? `did you mean ${quote(`${nearest}:${name}`)}?`
      : `known are ${PROVIDERS.join(', ')}`
    throw new InputError(field, `${field} is ${quote(model)}: there is no provider ${quote(given)}; ${hint}`)
  }
  if (name === '' || /\s/.test(name)) {
    throw new InputError(
      field,
      `${field} is ${quote(model)}: no model is named after ${quote(`${provider}:`)}`,
    )
  }
  return { provider, name }
}
