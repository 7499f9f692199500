/**
 * One reader of one run's events: what the journal holds from any number on, and then what comes, without a gap or a
 * repeat, until the run has ended. What a reader makes of an event is its own matter. While it is open the run counts as
 * looked at, so that its files stay.
 */
import { NotFoundError } from '../core/errors.ts'
import type { SseConnection } from '../core/sse.ts'
import type { Change } from '../runs/change.ts'
import type { RunEvent } from '../runs/event.ts'
import type { RunState } from '../runs/state.ts'
import { isTerminal } from '../runs/status.ts'
import type { Summary } from '../runs/summary.ts'
import type { ApiDeps } from './api-env.ts'

/** Live events held back while older ones are read from the journal; beyond it they are read from there as well. */
const MAX_PENDING = 1_000

export interface EventReader {
  /** The next event; `state` is the run as of it where that is at hand, which it is for what happens now. */
  take(event: RunEvent, state: RunState | null): void
  /** After the last event; the connection ends when it resolves. */
  end(summary: Summary): void | Promise<void>
}

export interface EventFollower {
  /** Reads the first event; throws `NotFoundError` where the journal is gone. Nothing is told to the reader yet. */
  begin(): Promise<void>
  /** Resolves when the run or the connection has ended. */
  run(): Promise<void>
}

export function createEventFollower(
  { desk, log }: Pick<ApiDeps, 'desk' | 'log'>,
  runId: string,
  after: number,
  connection: SseConnection,
  reader: EventReader,
): EventFollower {
  let sent = after
  let pending: Pick<Change, 'event' | 'state'>[] = []
  let overflowed = false
  let isLive = false
  let wake: () => void = () => undefined

  const unwatch = desk.watch(runId)
  const unsubscribe = desk.feed.subscribe(({ event, state }) => {
    if (state.run_id !== runId || event.seq <= sent) return
    // Nothing stands before it: it goes out at once, and only the end needs the follower itself.
    if (isLive && event.seq === sent + 1 && !isTerminal(state.status)) return tell(event, state)
    if (pending.length < MAX_PENDING) pending.push({ event, state })
    else overflowed = true
    if (isLive) wake()
  })
  const stop = () => {
    unsubscribe()
    unwatch()
  }
  connection.onClose(() => {
    stop()
    wake()
  })

  function tell(event: RunEvent, state: RunState | null): void {
    reader.take(event, state)
    sent = event.seq
  }

  let replay: AsyncIterator<RunEvent>
  let first: IteratorResult<RunEvent>

  async function replayFrom(
    iterator: AsyncIterator<RunEvent>,
    start: IteratorResult<RunEvent>,
  ): Promise<void> {
    for (let next = start; !next.done && !connection.closed; next = await iterator.next()) {
      if (next.value.seq > sent) tell(next.value, null)
      await connection.drained()
    }
    if (connection.closed) await iterator.return?.()
  }

  /** Reads the journal from where the reader stands. False when there was nothing new. */
  async function replayRest(): Promise<boolean> {
    const before = sent
    const iterator = desk.events(runId, before)[Symbol.asyncIterator]()
    await replayFrom(iterator, await iterator.next())
    return sent > before
  }

  /** Tells what came in meanwhile. False when something is missing and the journal must be read again. */
  function tellPending(): boolean {
    const held = pending
    const complete = !overflowed
    pending = []
    overflowed = false
    for (const { event, state } of held) {
      if (event.seq <= sent) continue
      if (event.seq !== sent + 1) return false
      tell(event, state)
    }
    return complete
  }

  async function follow(): Promise<void> {
    await replayFrom(replay, first)
    while (!connection.closed) {
      if (!tellPending()) {
        await replayRest()
        continue
      }
      const summary = desk.summary(runId)
      if (isTerminal(summary.status)) {
        // What the journal cannot give any more is not waited for.
        if (sent < (await lastSeq()) && (await replayRest())) continue
        await reader.end(summary)
        return connection.end()
      }
      await new Promise<void>((resolve) => {
        wake = resolve
        isLive = true
        if (pending.length > 0 || overflowed || connection.closed) resolve()
      })
      isLive = false
    }
  }

  async function lastSeq(): Promise<number> {
    return (await desk.state(runId)).seq
  }

  return {
    async begin() {
      try {
        replay = desk.events(runId, after)[Symbol.asyncIterator]()
        first = await replay.next()
      } catch (error) {
        stop()
        throw error
      }
    },
    async run() {
      try {
        await follow()
      } catch (error) {
        // Its files went while it was read: that is somebody's wish, and the client asks again and is told.
        if (!(error instanceof NotFoundError))
          log.error({ err: error, run_id: runId }, 'a stream of events broke off')
        connection.end()
      } finally {
        stop()
      }
    },
  }
}
