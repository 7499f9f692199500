/**
 * What an analyst may look up in what was gathered for it. A look-up is pure: everything it can answer from was loaded
 * for the as-of date before, so that none can reach a later day.
 */
import type { z } from 'zod'
import { InputError, quote } from '../../core/errors.ts'
import { parseDate } from '../../market/series.ts'
import type { Measurement } from '../evidence/measurement.ts'

export interface LookUpSpec<Args> {
  name: string
  description: string
  input: z.ZodType<Args>
  /** Throws `InputError` for what cannot be asked; empty where there is nothing. */
  look(args: Args): Measurement[]
}

/** Any look-up; its arguments have passed its schema. */
export type AnyLookUpSpec = Omit<LookUpSpec<unknown>, 'input' | 'look'> & {
  input: z.ZodType
  look(args: unknown): Measurement[]
}

export function defineLookUp<Args>(spec: LookUpSpec<Args>): AnyLookUpSpec {
  return { ...spec, look: (args) => spec.look(args as Args) }
}

/** A day on or before the as-of date. */
export function admitDay(field: string, value: string, asOf: string): string {
  if (Number.isNaN(parseDate(value)))
    throw new InputError(field, `${field} ${quote(value)} is not a date: YYYY-MM-DD`)
  if (value > asOf)
    throw new InputError(
      field,
      `${field} ${quote(value)} is after ${asOf}, the day you stand on: nothing later is known`,
    )
  return value
}

/** A whole number within bounds. */
export function admitWhole(field: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new InputError(
    field,
    `${field} is ${quote(value)}; it must be a whole number from ${least} to ${most}`,
  )
}
