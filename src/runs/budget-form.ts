/** What is asked of a run after its launch, as people send it: form fields or JSON, everything possibly text. */
import { BUDGET_RANGE, isBudgetBound, readBudgetBound } from '../core/budget-range.ts'
import { InputError, quote } from '../core/errors.ts'
import { suggestName } from '../core/nearest.ts'
import type { RunBudget } from './identity.ts'

const FIELDS = ['usd', 'tokens'] as const

/** `usd` and `tokens`: a bound, or null (as text `none`) for no bound. At least one; what is blank is not given. */
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
  const bound = readBudgetBound(value)
  if (bound === null || isBudgetBound(field, bound)) return bound
  throw new InputError(field, `${field} is ${quote(value)}; it must be ${BUDGET_RANGE[field]}, or none`)
}

function refuseUnknownFields(raw: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(raw).find((field) => !known.includes(field))
  if (unknown !== undefined)
    throw new InputError(unknown, `unknown field ${quote(unknown)}; ${suggestName(unknown, known)}`)
}
