/** Days as the sources use them: YYYY-MM-DD, UTC. */
import { InputError, quote } from '../../core/errors.ts'
import { dateOf, parseDate } from '../series.ts'

export const DAY_MS = 86_400_000

/** The last millisecond of a day. Throws `InputError` naming `as_of` where it is none. */
export function endOfDayMs(asOf: string): number {
  const start = parseDate(asOf)
  if (Number.isNaN(start)) throw new InputError('as_of', `as_of ${quote(asOf)} is not a date: YYYY-MM-DD`)
  return start + DAY_MS - 1
}

export function isDay(text: unknown): text is string {
  return typeof text === 'string' && !Number.isNaN(parseDate(text))
}

export function addDays(date: string, days: number): string {
  return dateOf(parseDate(date) + days * DAY_MS)
}

export function daysBetween(from: string, to: string): number {
  return Math.round((parseDate(to) - parseDate(from)) / DAY_MS)
}
