/** The end of a run, waited for on the feed of its manager. */
import type { RunManager } from '../../src/runs/run-manager.ts'
import { isTerminal } from '../../src/runs/status.ts'

/** At once where it has ended already. */
export function runEnded(manager: Pick<RunManager, 'feed' | 'summary'>, runId: string): Promise<void> {
  return new Promise((resolve) => {
    // Listening first: nothing may happen between looking and listening.
    const stop = manager.feed.subscribe(({ state }) => {
      if (state.run_id === runId && isTerminal(state.status)) settle()
    })
    const settle = () => {
      stop()
      resolve()
    }
    if (isTerminal(manager.summary(runId).status)) settle()
  })
}
