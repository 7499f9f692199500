/**
 * The only writer of a run: numbers events, has them stored, folds them and then publishes them, in that order.
 * Events that come while others are being stored go to the disk together (group commit). What is published has been
 * stored; what must not be lost has been synced.
 */
import type { Clock } from '../core/clock.ts'
import { toIso } from '../core/clock.ts'
import { sha256Stream } from '../core/json.ts'
import { encodeLine } from '../core/ndjson.ts'
import type { EventBody, RunEvent } from './event.ts'
import { isDurable } from './event.ts'
import type { FoldOptions } from './fold.ts'
import { foldEvent } from './fold.ts'
import type { Journal, OpenedJournal } from './ports.ts'
import type { RunState } from './state.ts'
import { isStatusEvent, isTerminal, transition } from './status.ts'
import type { Workflow } from './workflow.ts'

export interface RunWriter {
  readonly state: RunState
  /** Resolves once the event is stored, folded and published. Rejects when it cannot be stored, or the run has ended. */
  commit(body: EventBody, options?: { sync?: boolean }): Promise<RunEvent>
  /** Commits what `build` makes of the hash over all lines before it, with nothing in between. */
  commitSealed(build: (journalHash: string) => EventBody): Promise<RunEvent>
  /** Closes the present segment of the journal with the state. Nothing may be in flight. */
  checkpoint(): Promise<void>
  /**
   * Opens the journal anew after it refused to store something. What it holds beyond the last published event was
   * stored after all, and is published now.
   */
  reopen(): Promise<void>
  /** Resolves once all that was given to it is stored and folded, or refused. */
  idle(): Promise<void>
  /** Waits for what is under way and closes the journal. */
  close(): Promise<void>
}

export interface RunWriterOptions {
  workflow: Workflow
  journal: Journal
  clock: Clock
  fold: FoldOptions
  /** Null for a run whose first event is yet to be committed. */
  state: RunState | null
  /** All events of the run as they stand in the journal. */
  readAll: () => AsyncIterable<RunEvent>
  reopen: () => Promise<OpenedJournal>
  /** Called with the folded state of an event that ends the run, before anyone hears of it. */
  beforeEnd: (state: RunState) => Promise<void>
  publish: (event: RunEvent, state: RunState, logSeqBefore: number) => void
}

interface Pending {
  body: EventBody | ((journalHash: string) => EventBody) | 'checkpoint'
  sync: boolean
  resolve: (event: RunEvent) => void
  reject: (error: unknown) => void
}

export function createRunWriter(options: RunWriterOptions): RunWriter {
  const { workflow, clock } = options
  let { journal } = options
  let state = options.state
  let seq = state?.seq ?? 0
  const pending: Pending[] = []
  let draining: Promise<void> | null = null
  let closed = false

  function enqueue(body: Pending['body'], sync: boolean): Promise<RunEvent> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(new Error('the journal of this run is closed'))
      pending.push({ body, sync, resolve, reject })
      draining ??= drain()
    })
  }

  async function drain(): Promise<void> {
    while (pending.length > 0) {
      const first = pending[0]!
      if (typeof first.body === 'object') await commitTogether(takePlain())
      else await commitAlone(pending.shift()!)
    }
    // In the same turn as the check above: what is enqueued after it begins a drain of its own.
    draining = null
  }

  function takePlain(): Pending[] {
    const end = pending.findIndex((entry) => typeof entry.body !== 'object')
    return pending.splice(0, end < 0 ? pending.length : end)
  }

  async function commitTogether(batch: Pending[]): Promise<void> {
    const admitted = refuseAfterEnd(batch)
    if (admitted.length === 0) return
    const events = admitted.map((entry) => number(entry.body as EventBody))
    try {
      await journal.append(events, { sync: admitted.some((entry) => entry.sync) })
    } catch (error) {
      seq -= events.length
      for (const entry of admitted) entry.reject(error)
      return
    }
    for (const [i, event] of events.entries()) await tell(admitted[i]!, event)
  }

  /**
   * The state that the events before it in the same batch lead to decides whether an event is still allowed: nothing
   * is stored after the end of a run, and no change of status that the state machine does not know.
   */
  function refuseAfterEnd(batch: Pending[]): Pending[] {
    let status = state?.status ?? null
    return batch.filter((entry) => {
      const { type } = entry.body as EventBody
      const next = isStatusEvent(type) ? transition(status, type) : status
      if (next === null || (status !== null && isTerminal(status))) {
        entry.reject(new Error(`${type} is not allowed for a run that is ${status ?? 'not created'}`))
        return false
      }
      status = next
      return true
    })
  }

  async function commitAlone(entry: Pending): Promise<void> {
    if (entry.body !== 'checkpoint') {
      const build = entry.body as (journalHash: string) => EventBody
      try {
        pending.unshift({ ...entry, body: build(await hashJournal(options.readAll())) })
      } catch (error) {
        entry.reject(error)
      }
      return
    }
    const event = number({ type: 'checkpoint', state: state && forCheckpoint(state) })
    try {
      await journal.rotate(event)
    } catch (error) {
      seq--
      entry.reject(error)
      return
    }
    await tell(entry, event)
  }

  async function tell(entry: Pending, event: RunEvent): Promise<void> {
    try {
      await publish(event)
      entry.resolve(event)
    } catch (error) {
      entry.reject(error)
    }
  }

  /** Nobody sees a state before what goes with it is in place. */
  async function publish(event: RunEvent): Promise<void> {
    const logSeqBefore = state?.log.last_seq ?? 0
    const next = foldEvent(workflow, state, event, options.fold)
    if (isTerminal(next.status)) await options.beforeEnd(next)
    state = next
    options.publish(event, next, logSeqBefore)
  }

  function number(body: EventBody): RunEvent {
    return { seq: ++seq, at: toIso(clock.now()), ...body } as RunEvent
  }

  return {
    get state() {
      if (!state) throw new Error('the run has no event yet')
      return state
    },
    commit: (body, { sync = false } = {}) => enqueue(body, sync || isDurable(body.type)),
    commitSealed: (build) => enqueue(build, true),
    checkpoint: async () => void (await enqueue('checkpoint', true)),
    async reopen() {
      await draining
      await journal.close().catch(() => undefined)
      const opened = await options.reopen()
      journal = opened.journal
      for (const event of opened.events) {
        if (event.seq <= seq) continue
        seq = event.seq
        await publish(event)
      }
    },
    idle: async () => void (await draining),
    async close() {
      if (closed) return
      closed = true
      await draining
      await journal.close()
    },
  }
}

/** Without what a state after a checkpoint begins anew. */
function forCheckpoint(state: RunState): Partial<RunState> {
  const { steps: _steps, emitted: _emitted, data_at_checkpoint: _data, ...kept } = state
  return kept
}

/** SHA-256 over the journal's lines as they stand in its file: `head -n <k> journal.ndjson | sha256sum` repeats it. */
async function hashJournal(events: AsyncIterable<RunEvent>): Promise<string> {
  const hash = sha256Stream()
  for await (const event of events) hash.update(encodeLine(event))
  return hash.digest('hex')
}
