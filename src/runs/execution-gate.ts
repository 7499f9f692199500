/**
 * What stands between a workflow at work and its journal. Open, everything passes; while it drains, steps in flight end
 * and nothing new begins; closed, or once the run was told to stop, nothing that still comes reaches the journal.
 */
import { untilAborted } from '../core/until-aborted.ts'
import { createDeferred, type Deferred } from '../core/deferred.ts'
import { AbortedError } from '../core/errors.ts'
import type { EventBody, RunEvent } from './event.ts'
import type { RunWriter } from './run-writer.ts'

export interface ExecutionGate {
  readonly signal: AbortSignal
  readonly isOpen: boolean
  readonly isDraining: boolean
  /** How many steps are at work. */
  readonly inFlight: number
  /** Throws where nothing may pass. */
  assertOpen(): void
  /** Throws where nothing new may begin. */
  assertTaking(): void
  commit(body: EventBody, sync?: boolean): Promise<RunEvent>
  /** For what nobody waits for: dropped where it cannot pass. */
  tell(body: EventBody): void
  /** Counts `work` as a step in flight. */
  during<T>(work: () => Promise<T>): Promise<T>
  /** Settles as `work` does, or rejects as soon as the run is told to stop: work that ignores its signal is left behind. */
  orAbort<T>(work: Promise<T>): Promise<T>
  close(): void
  /** Takes nothing new; resolves when the steps in flight have ended. */
  drain(): Promise<void>
}

export function createExecutionGate(writer: RunWriter, signal: AbortSignal): ExecutionGate {
  let inFlight = 0
  let isClosed = false
  let drained: Deferred<void> | null = null

  function assertOpen(): void {
    if (signal.aborted) throw signal.reason
    if (isClosed) throw new AbortedError('canceled')
  }

  const gate: ExecutionGate = {
    signal,
    get isOpen() {
      return !isClosed && !signal.aborted
    },
    get isDraining() {
      return drained !== null
    },
    get inFlight() {
      return inFlight
    },
    assertOpen,
    assertTaking() {
      assertOpen()
      if (drained) throw new AbortedError('shutdown')
    },
    async commit(body, sync = false) {
      assertOpen()
      return writer.commit(body, { sync })
    },
    tell(body) {
      gate.commit(body).catch(() => undefined)
    },
    async during(work) {
      inFlight++
      try {
        return await work()
      } finally {
        inFlight--
        if (inFlight === 0) drained?.resolve()
      }
    },
    orAbort: (work) => untilAborted(work, signal),
    close: () => void (isClosed = true),
    drain() {
      drained ??= createDeferred()
      if (inFlight === 0) drained.resolve()
      return drained.promise
    },
  }
  return gate
}
