/**
 * How often a run may speak: never more than `perSecond` messages within any second. Little is said at once; whoever has
 * much to say is spread evenly over the second, so that nothing waits long behind a burst.
 */
const WINDOW_MS = 1_000

export interface PaceOptions {
  perSecond: number
  /** How long changes are gathered while there is room. */
  gatherMs: number
}

export interface Pace {
  /** Messages that may be sent now. */
  room(nowMs: number): number
  /** To be told of each message sent. */
  count(nowMs: number): void
  /** How long to wait before the next are sent. */
  waitMs(nowMs: number): number
}

export function createPace({ perSecond, gatherMs }: PaceOptions): Pace {
  /** Times of the messages of the last second, the oldest first. */
  let sent: number[] = []
  const spacingMs = WINDOW_MS / perSecond

  function forget(nowMs: number): void {
    const old = sent.findIndex((at) => at > nowMs - WINDOW_MS)
    sent = old < 0 ? [] : sent.slice(old)
  }

  return {
    room(nowMs) {
      forget(nowMs)
      return perSecond - sent.length
    },
    count: (nowMs) => void sent.push(nowMs),
    waitMs(nowMs) {
      forget(nowMs)
      if (sent.length >= perSecond) return Math.max(gatherMs, sent[0]! + WINDOW_MS - nowMs)
      if (sent.length < perSecond / 2) return gatherMs
      const last = sent.at(-1)!
      const together = sent.filter((at) => at === last).length
      return Math.max(gatherMs, last + together * spacingMs - nowMs)
    },
  }
}
