/** How long a server asks to be left alone. */
import { parseAmount, parseRetryAfter } from '../core/retry-after.ts'

/** Milliseconds from now; null where the headers do not say. `retry-after-ms` tells it more exactly than `retry-after`. */
export function parseRetryHeaders(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  return parseAmount(headers['retry-after-ms'] ?? '') ?? parseRetryAfter(headers['retry-after'], nowMs)
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
