/** How often, and after how long, an unanswered or rejected request is sent again. Pure. */

/** The first one included. */
export const MAX_TRIES = 3
/** A server that asks for more is not asked again: coming back sooner would only make it worse. */
export const MAX_RETRY_AFTER_MS = 30_000

const FIRST_BACK_OFF_MS = 500
const MAX_BACK_OFF_MS = 8_000

export function isRetryableStatus(status: number): boolean {
  return status === 429 || status >= 500
}

/**
 * Milliseconds to wait after try `tried` (1, 2, …): anything from 0 up to a bound that doubles each time ("full jitter",
 * so that callers who failed together do not come back together), and never less than what was asked for. `random` is in
 * 0 ≤ x < 1.
 */
export function computeBackOffMs(tried: number, askedMs: number, random: number): number {
  const boundMs = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (tried - 1))
  return Math.max(askedMs, Math.floor(random * boundMs))
}
