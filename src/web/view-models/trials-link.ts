/**
 * Addresses of a search's trials: one trial, and the table of them, as far as one asked for it. Ranges stand
 * in them as a form would send them: `from.fast=10&to.fast=20`, both ends counting.
 */
import { InputError, quote } from '../../core/errors.ts'
import { runHref } from './run-row.ts'

export type Ranges = Readonly<Record<string, readonly [number, number]>>

export function trialHref(runId: string, trial: number): string {
  return `${runHref(runId)}/trials/${trial}`
}

export function trialsHref(runId: string, query: Record<string, string> = {}, within: Ranges = {}): string {
  const search = new URLSearchParams({ ...query, ...writeRanges(within) }).toString()
  return `${runHref(runId)}/trials${search && `?${search}`}`
}

/** An end that lies at infinity is left out. */
export function writeRanges(within: Ranges = {}): Record<string, string> {
  const ends = Object.entries(within).flatMap(([name, [from, to]]) => [
    [`from.${name}`, from] as const,
    [`to.${name}`, to] as const,
  ])
  return Object.fromEntries(
    ends.filter(([, value]) => Number.isFinite(value)).map(([name, value]) => [name, String(value)]),
  )
}

/** Of the parameters named. Throws `InputError` for an end that is no number. */
export function readRanges(
  params: URLSearchParams,
  names: readonly string[],
): Record<string, [number, number]> {
  const ranges: Record<string, [number, number]> = {}
  for (const name of names) {
    const from = readEnd(params, `from.${name}`)
    const to = readEnd(params, `to.${name}`)
    if (from !== null || to !== null) ranges[name] = [from ?? -Infinity, to ?? Infinity]
  }
  return ranges
}

function readEnd(params: URLSearchParams, field: string): number | null {
  const text = params.get(field)?.trim() ?? ''
  if (text === '') return null
  const value = Number(text)
  if (!Number.isFinite(value)) throw new InputError(field, `${field} is ${quote(text)}, which is no number`)
  return value
}
