/** A run manager over in-memory ports, and the wait for what it does. */
import { createRunManager } from '../../src/runs/run-manager.ts'
import type { RunLimits } from '../../src/runs/limits.ts'
import type { RunState } from '../../src/runs/state.ts'
import { isTerminal } from '../../src/runs/status.ts'
import type { Workflow } from '../../src/runs/workflow.ts'
import type { ManualClock } from './manual-clock.ts'
import { createManualClock } from './manual-clock.ts'
import type { MemoryPorts } from './memory-ports.ts'
import { createMemoryPorts } from './memory-ports.ts'

export const TEST_LIMITS: RunLimits = {
  maxRunning: 2,
  maxWaiting: 3,
  logLines: 250,
  stepDelayMs: 0,
  pruneIntervalMs: 300_000,
  keepStateMs: 86_400_000,
  resultsMaxPerTicker: 20,
  resultsMaxAgeDays: 7,
}

export interface TestDesk {
  ports: MemoryPorts
  clock: ManualClock
  manager: ReturnType<typeof createRunManager>
  /** Resolves when the condition holds, looking after every change. */
  until(runId: string, holds: (state: RunState) => boolean): Promise<RunState>
  ended(runId: string): Promise<RunState>
  /** Leaves the process as `kill -9` does and starts another over the same storage. */
  crashAndRestart(workflows?: readonly Workflow[]): Promise<TestDesk>
}

export async function createTestDesk(
  workflows: readonly Workflow[],
  options: { limits?: Partial<RunLimits>; ports?: MemoryPorts; clock?: ManualClock } = {},
): Promise<TestDesk> {
  const ports = options.ports ?? createMemoryPorts()
  const clock = options.clock ?? createManualClock()
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const manager = createRunManager({
    ...ports,
    workflows,
    clock,
    limits: { ...TEST_LIMITS, ...options.limits },
    log: silent,
  })
  await manager.start({ recover: true })
  const until: TestDesk['until'] = (runId, holds) =>
    new Promise((resolve, reject) => {
      // Listening first: nothing may happen between looking and listening.
      const stop = manager.feed.subscribe(({ state }) => {
        if (state.run_id === runId) look(state)
      })
      const look = (state: RunState) => {
        if (!holds(state)) return
        stop()
        resolve(state)
      }
      manager.state(runId).then(look, reject)
    })
  return {
    ports,
    clock,
    manager,
    until,
    ended: (runId) => until(runId, (state) => isTerminal(state.status)),
    async crashAndRestart(next = workflows) {
      ports.crash()
      return createTestDesk(next, { ...options, ports, clock })
    },
  }
}
