/** A desk over real files, left and opened again over them as processes do one after the other. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { RunLimits } from '../../src/runs/limits.ts'
import { createRunManager, type RunManager } from '../../src/runs/run-manager.ts'
import type { Workflow } from '../../src/runs/workflow.ts'
import { openStorage, type Storage } from '../../src/storage/open-storage.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { TEST_LIMITS } from './scripted-manager.ts'
import { createTempDir } from './temp-dir.ts'

/** Folders and time of a desk, which the next one over them goes on with. */
export interface DeskRoom {
  /** Of the folders `data` and `results`. */
  dir: string
  /** Stands still unless moved. */
  clock: ManualClock
}

export interface FileDesk extends DeskRoom {
  dataDir: string
  resultsDir: string
  storage: Storage
  manager: RunManager
  /** What storage and manager warned of. */
  warnings: string[]
  infos: { facts: object; message: string }[]
  /** Leaves the desk in order; the end of the test does so where the test did not. */
  close(): Promise<void>
}

export interface FileDeskOptions {
  workflows: readonly Workflow[]
  limits?: Partial<RunLimits>
  /** A new one unless given. */
  room?: DeskRoom | null
  /** Takes up what was left unless told not to. */
  recover?: boolean
}

export async function createFileDesk(options: FileDeskOptions): Promise<FileDesk> {
  const { workflows, limits, recover = true } = options
  const { dir, clock } = options.room ?? { dir: await createTempDir('desk'), clock: createManualClock() }
  const dirs = { dataDir: join(dir, 'data'), resultsDir: join(dir, 'results') }
  const warnings: string[] = []
  const infos: FileDesk['infos'] = []
  const storage = await openStorage({ ...dirs, clock, log: { warn: (text) => void warnings.push(text) } })
  const manager = createRunManager({
    ...storage,
    workflows,
    clock,
    limits: { ...TEST_LIMITS, ...limits },
    log: {
      info: (facts, message) => void infos.push({ facts, message }),
      warn: (_facts, message) => void warnings.push(message),
      error: (_facts, message) => void warnings.push(message),
    },
  })
  if (storage.index.suspect.length > 0) await storage.reindex({ fold: manager.reindex, isFull: false })
  await manager.start({ recover })
  let isClosed = false

  async function close(): Promise<void> {
    if (isClosed) return
    isClosed = true
    await manager.stop(0)
    await storage.close()
  }
  onTestFinished(close)

  return { ...dirs, ...{ dir, clock, storage, manager, warnings, infos, close } }
}
