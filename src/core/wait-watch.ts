/**
 * Who waits, and what for: wherever a call has to wait for a permit or between two tries, it says so here, and whoever
 * had the work done under `watchWaits` hears of it, however many rooms lie between. Nobody need pass anything on. Work
 * that several wait for together is told of to the one that began it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

export const WAIT_KINDS = ['permit', 'back_off'] as const
/** For a permit, because a tier is full or closed; or between two tries. */
export type WaitKind = (typeof WAIT_KINDS)[number]

export interface Wait {
  for: WaitKind
  /** The tier that has no room, or whose other side is tried again: `openai:gpt-4o`, `host:example.com`. */
  tier: string
  /** When it ends at the earliest, milliseconds since the epoch; null where nobody can say. */
  untilMs: number | null
  /** What failed, and what comes next; null where the tier says all. */
  why: string | null
}

/** Called when a wait begins; what it answers is called when it is over. Neither may throw. */
export type WaitWatcher = (wait: Wait) => () => void

const watchers = new AsyncLocalStorage<WaitWatcher>()

export function watchWaits<T>(watcher: WaitWatcher, work: () => T): T {
  return watchers.run(watcher, work)
}

/** To be called where a wait begins; the answer where it ends, well or not. */
export function beginWait(wait: Wait): () => void {
  return watchers.getStore()?.(wait) ?? (() => undefined)
}
