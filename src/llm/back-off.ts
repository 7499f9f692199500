/** How long to wait before asking again. */

const FIRST_MS = 1_000
const LONGEST_MS = 30_000
/** Added to what the server asked for, so that all who were told the same do not return at once. */
const SPREAD = 0.1
const MAX_SPREAD_MS = 1_000

/**
 * After the `failures`-th failure: a random part of 1, 2, 4 … 30 s (exponential back-off with full jitter, M. Brooker,
 * "Exponential Backoff And Jitter", 2015). What the server asked for is never cut short.
 */
export function computeBackOffMs(
  failures: number,
  retryAfterMs: number | null,
  random: () => number,
): number {
  if (retryAfterMs !== null) {
    return Math.ceil(retryAfterMs + random() * Math.min(MAX_SPREAD_MS, retryAfterMs * SPREAD))
  }
  return Math.ceil(random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)))
}
