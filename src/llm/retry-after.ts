/** How long a server asks to be left alone. */

/**
 * Milliseconds from now; null where the headers do not say. Reads `retry-after-ms` (milliseconds), then `retry-after` as
 * seconds or as an HTTP date (RFC 9110, 10.2.3). What lies in the past is 0.
 */
export function parseRetryAfter(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const ms = parseAmount(headers['retry-after-ms'])
  if (ms !== null) return ms
  const value = headers['retry-after']?.trim()
  if (!value) return null
  const seconds = parseAmount(value)
  if (seconds !== null) return Math.ceil(seconds * 1_000)
  // `Date.parse` makes a date of many things, of "-3" among them.
  const date = /^[a-z]{3,9},? /i.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs)
}

/**
 * The same from an error's body, where Google says it: `details: [{ '@type': '…RetryInfo', retryDelay: '34s' }]`. Null
 * where it does not.
 */
export function parseRetryInfo(data: unknown): number | null {
  const details = (data as { error?: { details?: unknown } } | null)?.error?.details
  if (!Array.isArray(details)) return null
  for (const detail of details as ({ retryDelay?: unknown } | null)[]) {
    const match = /^(\d+(?:\.\d+)?)s$/.exec(String(detail?.retryDelay ?? ''))
    if (match) return Math.ceil(Number(match[1]) * 1_000)
  }
  return null
}

function parseAmount(value: string | undefined): number | null {
  return value !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : null
}
