/** How long to wait before asking again. */

const FIRST_MS = 1_000
const LONGEST_MS = 60_000
/** Added to what the server asked for, so that all who were told the same do not return at once. */
const SPREAD = 0.1
const MAX_SPREAD_MS = 1_000

/**
 * After the `failures`-th failure: half of 1, 2, 4 … 60 s and a random part of the other half (exponential back-off with
 * equal jitter, M. Brooker, "Exponential Backoff And Jitter", 2015), so that seven of them last between one minute and
 * two. Never less than the server asked for.
 */
export function computeBackOffMs(
  failures: number,
  retryAfterMs: number | null,
  random: () => number,
): number {
  const drawn = random()
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
  const asked = retryAfterMs ?? 0
  return Math.ceil(
    Math.max((bound / 2) * (1 + drawn), asked + drawn * Math.min(MAX_SPREAD_MS, asked * SPREAD)),
  )
}
