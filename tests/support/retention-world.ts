/**
 * A desk over real files with a past of ended runs, each with journal, report, log and manifest as the engine leaves them.
 * What is launched there works until it is stopped.
 */
import { join } from 'node:path'
import { toIso } from '../../src/core/clock.ts'
import { parseRunId } from '../../src/core/ids.ts'
import { createRunManager, type RunManager } from '../../src/runs/run-manager.ts'
import type { RunLimits } from '../../src/runs/limits.ts'
import type { RunStatus } from '../../src/runs/status.ts'
import type { Summary } from '../../src/runs/summary.ts'
import { openStorage, type Storage } from '../../src/storage/open-storage.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { eventOf, identityOf, runIdOf, summaryOf } from './run-facts.ts'
import { logOf, reportsOf, stateOf } from './run-states.ts'
import { TEST_LIMITS } from './scripted-manager.ts'
import { createScriptedWorkflow } from './scripted-workflow.ts'
import { createTempDir } from './temp-dir.ts'

const HOUR_MS = 3_600_000

export interface PastRun {
  ticker?: string
  status?: Extract<RunStatus, 'completed' | 'error' | 'canceled'>
  /** Hours ago. */
  ended: number
  decision?: { action: string; confidence: number } | null
  /** How long its report is. */
  chars?: number
  /** Its manifest could not be written. */
  unwritten?: boolean
}

export interface RetentionWorld {
  dataDir: string
  resultsDir: string
  clock: ManualClock
  storage: Storage
  manager: RunManager
  warnings: string[]
  infos: { facts: object; message: string }[]
  /** Stores a run that ended; returns its id. */
  leave(run: PastRun): Promise<string>
  row(runId: string): Summary
  close(): Promise<void>
  /** Leaves the desk in order and opens another over the same folders, which takes up what was left unless told not to. */
  restart(options?: { recover: boolean }): Promise<RetentionWorld>
}

/** The only folder of a ticker and second. */
export function folderOf({ resultsDir }: RetentionWorld, runId: string): string {
  const { ticker, stamp } = parseRunId(runId)
  return join(resultsDir, ticker, stamp)
}

export async function createRetentionWorld(
  limits: Partial<RunLimits> = {},
  place?: { dir: string; clock: ManualClock; count: number; recover: boolean },
): Promise<RetentionWorld> {
  const dir = place?.dir ?? (await createTempDir('retention'))
  const clock = place?.clock ?? createManualClock()
  const dirs = { dataDir: join(dir, 'data'), resultsDir: join(dir, 'results') }
  const warnings: string[] = []
  const infos: RetentionWorld['infos'] = []
  const storage = await openStorage({ ...dirs, clock, log: { warn: (text) => void warnings.push(text) } })
  const workflow = createScriptedWorkflow<unknown>({
    execute: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  })
  const manager = createRunManager({
    ...storage,
    workflows: [workflow],
    clock,
    limits: { ...TEST_LIMITS, ...limits },
    log: {
      info: (facts, message) => void infos.push({ facts, message }),
      warn: (_facts, message) => void warnings.push(message),
      error: (_facts, message) => void warnings.push(message),
    },
  })
  if (storage.index.suspect.length > 0) await storage.reindex({ fold: manager.reindex, isFull: false })
  await manager.start({ recover: place?.recover ?? true })
  let count = place?.count ?? 0

  async function leave(run: PastRun): Promise<string> {
    const { ticker = 'AAPL', status = 'completed', ended, decision = null, chars = 200, unwritten } = run
    const endedMs = clock.now() - ended * HOUR_MS
    const createdMs = endedMs - 60_000
    const runId = runIdOf((count += 1), ticker, createdMs)
    const [created_at, ended_at] = [toIso(createdMs), toIso(endedMs)]
    const journal = await storage.journals.create({ ...identityOf(runId), created_at })
    await journal.append(
      [
        { ...eventOf(1, { type: 'run_created', ...identityOf(runId), created_at }), at: created_at },
        { ...eventOf(2, { type: 'run_started' }), at: created_at },
        logOf(3, null, `working for ${chars}`),
        ...(decision ? [eventOf(4, { type: 'decision_ready', decision })] : []),
        {
          ...eventOf(decision ? 5 : 4, { type: END_TYPES[status], ...END_FACTS[status] }),
          at: ended_at,
        },
      ],
      { sync: false },
    )
    await journal.close()
    const summary = summaryOf({ run_id: runId, ticker, status, created_at, ended_at, decision })
    const reports = reportsOf({ market_report: 'Up. '.repeat(Math.ceil(chars / 4)) })
    const ending = { run_id: runId, ticker, status, ended_at, decision, ...reports }
    if (!unwritten) await storage.results.finish(stateOf(ending as object), summary)
    storage.index.put(summary)
    return runId
  }

  async function close(): Promise<void> {
    await manager.stop(0)
    await storage.close()
  }

  return {
    ...dirs,
    ...{ clock, storage, manager, warnings, infos, leave },
    row: (runId) => storage.index.get(runId)!,
    close,
    async restart({ recover } = { recover: true }) {
      await close()
      return createRetentionWorld(limits, { dir, clock, count, recover })
    },
  }
}

const END_TYPES = { completed: 'run_completed', error: 'run_failed', canceled: 'run_canceled' } as const
const END_FACTS = { completed: { result: null }, error: { error: 'it broke' }, canceled: { reason: 'asked' } }
