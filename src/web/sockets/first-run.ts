/**
 * The run that `/ws` follows where only one works at a time: the oldest that has not ended, else the newest, else the next
 * that is launched.
 */
import type { RunDesk } from '../../runs/desk.ts'
import { OPEN_STATUSES } from '../../runs/status.ts'

/** Null where there is no run at all. */
export function findFirstRun(desk: Pick<RunDesk, 'list'>): string | null {
  const open = desk.list({ status: OPEN_STATUSES, limit: Number.MAX_SAFE_INTEGER }).runs
  const first = open.at(-1) ?? desk.list({ limit: 1 }).runs[0]
  return first?.run_id ?? null
}

/** Calls back with the next run that begins. Returns the way to stop waiting. */
export function awaitFirstRun(desk: Pick<RunDesk, 'feed'>, onRun: (runId: string) => void): () => void {
  const stop = desk.feed.subscribe(({ event, state }) => {
    if (event.type !== 'run_created') return
    stop()
    onRun(state.run_id)
  })
  return stop
}
