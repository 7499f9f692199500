/**
 * All runs at once, for sockets that name none: the runs as they are on connecting, then what changed of them, gathered
 * and sent to all of them together at most four times a second.
 */
import type { Clock } from '../../core/clock.ts'
import { InputError, NotFoundError } from '../../core/errors.ts'
import type { Change } from '../../runs/change.ts'
import type { RunDesk } from '../../runs/desk.ts'
import { isTerminal, OPEN_STATUSES } from '../../runs/status.ts'
import { publicSummary, type Summary } from '../../runs/summary.ts'
import type { ClientSocket } from './client-socket.ts'
import { encodeMessage, type ServerMessages } from './messages.ts'
import type { Show } from './show.ts'

const UPDATE_EVERY_MS = 250
/** Runs shown on connecting: all that have not ended, and the newest of the others up to so many in all. */
const MAX_SHOWN = 100

export interface AllChannelDeps {
  desk: Pick<RunDesk, 'feed' | 'list' | 'summary'>
  clock: Clock
  shutdown: AbortSignal
  onFault(error: unknown): void
}

type Told = ServerMessages['status_update_aggregate']['runs'][string]

export function createAllChannel({ desk, clock, shutdown, onFault }: AllChannelDeps): Show {
  const { feed } = desk
  const watchers = new Set<ClientSocket>()
  const dirty = new Set<string>()
  const told = new Map<string, Told>()
  let isScheduled = false
  let lastMs = -Infinity
  let shown: { revision: number; bytes: Buffer } | null = null
  let unsubscribe: (() => void) | null = null

  function onChange({ aspects, state }: Change): void {
    if (!aspects.includes('status') && !aspects.includes('tree')) return
    dirty.add(state.run_id)
    schedule()
  }

  function schedule(): void {
    if (isScheduled || shutdown.aborted) return
    isScheduled = true
    const waitMs = Math.max(UPDATE_EVERY_MS / 5, lastMs + UPDATE_EVERY_MS - clock.now())
    void clock.sleep(waitMs, shutdown).then(
      () => {
        isScheduled = false
        try {
          flush()
        } catch (error) {
          onFault(error)
        }
      },
      () => undefined,
    )
  }

  function flush(): void {
    const runs: Record<string, Told> = {}
    for (const runId of dirty) {
      const summary = findSummary(runId)
      if (!summary) continue
      const { ticker, status, overall_progress } = summary
      const before = told.get(runId)
      if (before?.status === status && before.overall_progress === overall_progress) continue
      runs[runId] = { ticker, status, overall_progress }
      if (isTerminal(status)) told.delete(runId)
      else told.set(runId, runs[runId])
    }
    dirty.clear()
    if (Object.keys(runs).length === 0 || watchers.size === 0) return
    lastMs = clock.now()
    const bytes = encodeMessage({ type: 'status_update_aggregate', runs })
    for (const socket of watchers) socket.send(bytes)
  }

  function findSummary(runId: string): Summary | null {
    try {
      return desk.summary(runId)
    } catch (error) {
      // A launch that was taken back leaves nothing.
      if (error instanceof NotFoundError) return null
      throw error
    }
  }

  /** Made once for all who connect before the next change. */
  function showAll(): Buffer {
    if (shown?.revision !== feed.revision) {
      const open = listOpen()
      const newest = desk.list({ limit: MAX_SHOWN }).runs.filter(({ status }) => isTerminal(status))
      const ended = newest.slice(0, Math.max(0, MAX_SHOWN - open.length))
      const runs = [...open, ...ended].sort((a, b) => compareNewest(a, b)).map(publicSummary)
      shown = { revision: feed.revision, bytes: encodeMessage({ type: 'init_all', runs }) }
    }
    return shown.bytes
  }

  function listOpen(): Summary[] {
    return desk.list({ status: OPEN_STATUSES, limit: Number.MAX_SAFE_INTEGER }).runs
  }

  function begin(): () => void {
    for (const { run_id: runId, ticker, status, overall_progress } of listOpen())
      told.set(runId, { ticker, status, overall_progress })
    return feed.subscribe(onChange)
  }

  return {
    begin(socket) {
      unsubscribe ??= begin()
      watchers.add(socket)
      socket.send(showAll())
    },
    end(socket) {
      if (!socket || !watchers.delete(socket) || watchers.size > 0) return
      unsubscribe?.()
      unsubscribe = null
      shown = null
      dirty.clear()
      told.clear()
    },
    act(socket, { action }) {
      switch (action) {
        case 'resync':
          return void socket.send(showAll())
        case 'ping':
          return void socket.send(encodeMessage({ type: 'pong', boot: feed.boot }))
        case 'log_dump':
        case 'log_filter':
          throw new InputError('action', `action is "${action}"; it needs a socket opened with run_id`)
      }
    },
  }
}

function compareNewest(a: Summary, b: Summary): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? 1 : -1
  return a.run_id < b.run_id ? 1 : -1
}
