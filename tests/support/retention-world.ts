/**
 * A desk over real files with a past of ended runs, each with journal, report, log and manifest as the engine leaves them.
 * What is launched there works until it is stopped.
 */
import { join } from 'node:path'
import { toIso } from '../../src/core/clock.ts'
import { parseRunId } from '../../src/core/ids.ts'
import type { RunLimits } from '../../src/runs/limits.ts'
import type { RunStatus } from '../../src/runs/status.ts'
import type { Summary } from '../../src/runs/summary.ts'
import { createFileDesk, type DeskRoom, type FileDesk } from './file-desk.ts'
import { eventOf, identityOf, runIdOf, summaryOf } from './run-facts.ts'
import { logOf, reportsOf, stateOf } from './run-states.ts'
import { createScriptedWorkflow } from './scripted-workflow.ts'

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

export interface RetentionWorld extends FileDesk {
  /** Stores a run that ended; returns its id. */
  leave(run: PastRun): Promise<string>
  row(runId: string): Summary
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
  before?: { room: DeskRoom; count: number; recover: boolean },
): Promise<RetentionWorld> {
  const workflow = createScriptedWorkflow<unknown>({
    execute: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  })
  const desk = await createFileDesk({ workflows: [workflow], limits, ...before })
  const { clock, storage, close } = desk
  let count = before?.count ?? 0

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

  return {
    ...desk,
    leave,
    row: (runId) => storage.index.get(runId)!,
    async restart({ recover } = { recover: true }) {
      await close()
      return createRetentionWorld(limits, { room: desk, count, recover })
    },
  }
}

const END_TYPES = { completed: 'run_completed', error: 'run_failed', canceled: 'run_canceled' } as const
const END_FACTS = { completed: { result: null }, error: { error: 'it broke' }, canceled: { reason: 'asked' } }
