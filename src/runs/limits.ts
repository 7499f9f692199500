/** The bounds within which runs work, and how they report what a person running the desk should know. */

export interface RunLimits {
  maxRunning: number
  maxWaiting: number
  /** Places more for runs of short kinds, while others hold all of `maxRunning`; none where left out. */
  shortPlaces?: number
  logLines: number
  stepDelayMs: number
  pruneIntervalMs: number
  /** How long the state of a finished run stays in memory. */
  keepStateMs: number
  resultsMaxPerTicker: number
  /** 0 deletes nothing. */
  resultsMaxAgeDays: number
}

export interface RunLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}
