/**
 * The channels of all watched runs: one for each, opened by its first watcher and closed after its last. One subscription
 * to the feed serves them all. While a run has a channel its files stay.
 */
import type { Change } from '../../runs/change.ts'
import type { RunDesk } from '../../runs/desk.ts'
import type { RunState } from '../../runs/state.ts'
import { createRunChannel, type RunChannel, type RunChannelDeps } from './run-channel.ts'
import { createSeqMemory } from './seq-memory.ts'

/** A place at a run, taken before the socket is there: the run stays open until it is given back. */
export interface Seat {
  readonly channel: RunChannel
  /** Calling it twice is fine. */
  giveBack(): void
}

export interface RunChannels {
  /** Throws `NotFoundError` where there is no such run, or its files are gone. */
  take(runId: string): Promise<Seat>
  /** Runs that are being watched. */
  readonly open: number
}

interface Opened {
  seats: number
  channel: RunChannel | null
  /** What was published while the channel was being made. */
  newest: RunState | null
  opening: Promise<RunChannel>
  stopWatching(): void
}

export function createRunChannels(
  deps: Omit<RunChannelDeps, 'boot'> & { desk: Pick<RunDesk, 'feed' | 'state' | 'watch' | 'workflows'> },
): RunChannels {
  const { desk, shutdown } = deps
  const { feed } = desk
  const memory = createSeqMemory(feed)
  const runs = new Map<string, Opened>()

  const unsubscribe = feed.subscribe((change: Change) => {
    const opened = runs.get(change.state.run_id)
    if (opened?.channel) opened.channel.onChange(change)
    else if (opened) opened.newest = change.state
  })
  shutdown.addEventListener('abort', unsubscribe)

  function open(runId: string): Opened {
    const opened: Opened = {
      seats: 0,
      channel: null,
      newest: null,
      stopWatching: desk.watch(runId),
      opening: Promise.resolve()
        .then(() => desk.state(runId))
        .then((read) => makeChannel(opened, read)),
    }
    runs.set(runId, opened)
    return opened
  }

  function makeChannel(opened: Opened, read: RunState): RunChannel {
    const state = opened.newest && opened.newest.seq > read.seq ? opened.newest : read
    const workflow = desk.workflows.get(state.kind)
    if (!workflow) throw new Error(`nothing here knows runs of kind ${state.kind}`)
    opened.channel = createRunChannel({ ...deps, boot: feed.boot }, workflow, state, memory.recall(state))
    return opened.channel
  }

  function giveBack(runId: string, opened: Opened): void {
    if (--opened.seats > 0) return
    runs.delete(runId)
    opened.stopWatching()
    const { channel } = opened
    if (channel) memory.keep(runId, channel.seqs, channel.isSettled)
  }

  return {
    get open() {
      return runs.size
    },
    async take(runId) {
      const opened = runs.get(runId) ?? open(runId)
      opened.seats++
      let isTaken = true
      const leave = () => {
        if (isTaken) giveBack(runId, opened)
        isTaken = false
      }
      try {
        return { channel: await opened.opening, giveBack: leave }
      } catch (error) {
        leave()
        throw error
      }
    },
  }
}
