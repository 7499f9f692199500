/** What is asked of a run after its launch, as people send it: form fields or JSON, everything possibly text. */
import { InputError, quote } from '../core/errors.ts'
import { suggestName } from '../core/nearest.ts'
import type { RunBudget } from './identity.ts'

const FIELDS = ['usd', 'tokens'] as const

/** `usd` and `tokens`: a number above 0, or null (as text `none`) for no bound. At least one; what is blank is not given. */
export function parseBudget(raw: Record<string, unknown>): Partial<RunBudget> {
  refuseUnknownFields(raw, FIELDS)
  const given = FIELDS.filter((field) => raw[field] !== undefined && raw[field] !== '')
  if (given.length === 0) throw new InputError('usd', 'neither usd nor tokens is given; name the new bound')
  return Object.fromEntries(given.map((field) => [field, parseBound(field, raw[field])]))
}

/** `from_step`: the key of a step; blank means none. */
export function parseRerun(raw: Record<string, unknown>): string | undefined {
  refuseUnknownFields(raw, ['from_step'])
  const step = raw.from_step
  if (step === undefined || step === null || step === '') return undefined
  if (typeof step !== 'string')
    throw new InputError('from_step', `from_step is ${quote(step)}; it must be the key of a step`)
  return step
}

function parseBound(field: (typeof FIELDS)[number], value: unknown): number | null {
  if (value === null || value === 'none') return null
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number) && number > 0) return number
  throw new InputError(field, `${field} is ${quote(value)}; it must be a number above 0, or none`)
}

function refuseUnknownFields(raw: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(raw).find((field) => !known.includes(field))
  if (unknown !== undefined)
    throw new InputError(unknown, `unknown field ${quote(unknown)}; ${suggestName(unknown, known)}`)
}
