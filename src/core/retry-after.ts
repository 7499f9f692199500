/** The `Retry-After` header, in seconds or as an HTTP date (RFC 9110, 10.2.3). */

const HTTP_DATE = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i

/** Milliseconds from now that it asks for; what lies in the past is 0. Null where it says nothing that can be read. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | null {
  const text = value?.trim() ?? ''
  const seconds = parseAmount(text)
  if (seconds !== null) return Math.ceil(seconds * 1_000)
  // `Date.parse` makes a date of many things, of "-3" among them.
  const dateMs = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs)
}

/** A number of up to nine digits, perhaps with a fraction; null for anything else. */
export function parseAmount(text: string): number | null {
  return /^\s*\d{1,9}(?:\.\d+)?\s*$/.test(text) ? Number(text) : null
}
