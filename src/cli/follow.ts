/**
 * Asking the desk again and again until something has come about. A server may be stopped and started meanwhile: it is
 * waited for, for its runs resume. Polling, not a stream, because each answer stands on its own.
 */
import type { Clock } from '../core/clock.ts'
import { DeskAwayError, DeskError, type DeskClient } from './client.ts'

const POLL_MS = 250
const AWAY_POLL_MS = 1_000
/** How long a server that went away is waited for. */
const PATIENCE_MS = 60_000

interface FollowOptions {
  client: DeskClient
  clock: Clock
  /** Ends the following. */
  signal: AbortSignal
  /** Called when the server went away and when it is back. */
  onAway(isAway: boolean): void
}

/**
 * Calls `look` until it answers true. False when the signal came first. Throws what `look` throws, but `DeskAwayError`
 * of a server only once it has been away for `PATIENCE_MS`.
 */
export async function followUntil(options: FollowOptions, look: () => Promise<boolean>): Promise<boolean> {
  const { client, clock, signal, onAway } = options
  let awaySince: number | null = null
  while (!signal.aborted) {
    try {
      const isDone = await look()
      if (awaySince !== null) onAway(false)
      awaySince = null
      if (isDone) return true
    } catch (error) {
      if (client.owner !== 'server' || !isAway(error)) throw error
      if (awaySince === null) onAway(true)
      awaySince ??= clock.now()
      if (clock.now() - awaySince >= PATIENCE_MS) {
        throw new DeskAwayError('the server is gone; its runs go on when it is started again', {
          cause: error,
        })
      }
    }
    await pause(clock, awaySince === null ? POLL_MS : AWAY_POLL_MS, signal)
  }
  return false
}

function isAway(error: unknown): boolean {
  return error instanceof DeskAwayError || (error instanceof DeskError && error.status === 503)
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
