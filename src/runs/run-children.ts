/** The child runs that the steps of a run begin: set to work in its place, stopped when it stops. */
import type { RunState } from './state.ts'
import { isTerminal } from './status.ts'
import type { ChildRequest, OpenedChild } from './steps.ts'

const PAUSED = 'paused with its parent'
const CANCELED = 'stopped with its parent'

export interface RunChildren {
  /** Finds the child run of a step, or names a new one; `signal` aborts when the execution that asks is stopped. */
  open(childRunId: string | null, request: ChildRequest, signal: AbortSignal): Promise<OpenedChild>
  pauseAll(): Promise<void>
  cancelAll(): Promise<void>
}

/** A run as far as its parent has to do with it. */
interface ChildRun {
  readonly state: RunState
  outcome(): Promise<unknown>
  pause(reason: string): Promise<void>
  cancel(reason: string): Promise<void>
}

export interface OpenChild<Child extends ChildRun = ChildRun> extends OpenedChild {
  take(): Promise<Child>
}

export interface RunChildrenDeps {
  parent: () => RunState
  find(childRunId: string | null, request: ChildRequest): Promise<OpenChild>
  /** A child that was begun; null where it never was or has left the desk. */
  adopt(childRunId: string): Promise<ChildRun | null>
}

export function createRunChildren({ parent, find, adopt }: RunChildrenDeps): RunChildren {
  /** Children of steps that have not ended, also of those that an earlier process began. */
  async function stopAll(stop: (child: ChildRun) => Promise<void>): Promise<void> {
    const begun = Object.values(parent().steps).filter((step) => step.status === 'started')
    const ids = begun.flatMap((step) => step.child_run_id ?? [])
    await Promise.all(
      ids.map(async (id) => {
        const child = await adopt(id)
        if (child && !isTerminal(child.state.status)) await stop(child)
      }),
    )
  }

  return {
    async open(childRunId, request, signal) {
      const opened = await find(childRunId, request)
      return {
        runId: opened.runId,
        async take() {
          signal.throwIfAborted()
          const child = await opened.take()
          // The run was stopped while its child was being made, too late to be among those stopped with it.
          if (signal.aborted && !isTerminal(child.state.status))
            await (parent().status === 'paused' ? child.pause(PAUSED) : child.cancel(CANCELED))
          return child
        },
      }
    },
    pauseAll: () =>
      stopAll(async (child) => {
        if (child.state.status !== 'paused') await child.pause(PAUSED)
      }),
    cancelAll: () => stopAll((child) => child.cancel(CANCELED)),
  }
}
