/**
 * A desk over real files that assesses by the rules over the bundled bars: one of several between which runs are carried
 * as bundles. Its clock stands still unless moved; steps take no time.
 */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { RunKind } from '../../src/runs/event.ts'
import { createRunManager, type RunManager } from '../../src/runs/run-manager.ts'
import { isTerminal } from '../../src/runs/status.ts'
import type { Workflow } from '../../src/runs/workflow.ts'
import { openStorage, type Storage } from '../../src/storage/open-storage.ts'
import { createSampleAssessment } from './assessments.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { TEST_LIMITS } from './scripted-manager.ts'
import { createTempDir } from './temp-dir.ts'

export interface CarryingDesk {
  dir: string
  resultsDir: string
  clock: ManualClock
  storage: Storage
  manager: RunManager
  /** Launches one run and waits for its end. */
  run(input: unknown, kind?: RunKind): Promise<string>
  exportBytes(runId: string): Promise<Buffer>
  importBytes(bytes: Uint8Array): ReturnType<RunManager['importRun']>
  /** Leaves the desk in order and opens another over the same folders. */
  restart(): Promise<CarryingDesk>
  close(): Promise<void>
}

export interface CarryingDeskOptions {
  workflows?: readonly Workflow[]
  logLines?: number
  dir?: string
  clock?: ManualClock
}

export async function createCarryingDesk(options: CarryingDeskOptions = {}): Promise<CarryingDesk> {
  const dir = options.dir ?? (await createTempDir('carrying'))
  const clock = options.clock ?? createManualClock()
  const resultsDir = join(dir, 'results')
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const storage = await openStorage({ dataDir: join(dir, 'data'), resultsDir, clock, log })
  const manager = createRunManager({
    ...storage,
    workflows: options.workflows ?? [createSampleAssessment()],
    clock,
    // Pruned when the test says so.
    limits: {
      ...TEST_LIMITS,
      pruneIntervalMs: 1e13,
      maxWaiting: 20,
      ...(options.logLines && { logLines: options.logLines }),
    },
    log,
  })
  if (storage.index.suspect.length > 0) await storage.reindex({ fold: manager.reindex, isFull: false })
  await manager.start({ recover: true })
  let isClosed = false

  async function close(): Promise<void> {
    if (isClosed) return
    isClosed = true
    await manager.stop(0)
    await storage.close()
  }
  onTestFinished(close)

  return {
    ...{ dir, resultsDir, clock, storage, manager, close },
    async run(input, kind = 'assessment') {
      const { runs } = await manager.launch([{ kind, input }])
      const runId = runs[0]!.run_id
      while (!isTerminal(manager.summary(runId).status)) await systemClock.sleep(2)
      return runId
    },
    async exportBytes(runId) {
      const { stream } = await manager.exportRun(runId)
      return Buffer.from(await new Response(stream).arrayBuffer())
    },
    importBytes: (bytes) => manager.importRun(new Blob([new Uint8Array(bytes)]).stream()),
    async restart() {
      await close()
      return createCarryingDesk({ ...options, dir, clock })
    },
  }
}
