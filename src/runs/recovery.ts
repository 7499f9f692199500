/**
 * Finding again, at start, what another process left behind: by the launch records, and where one of those was damaged,
 * by the journals of the runs that the index knows as open. Leaves how a run is opened to `active-run.ts`.
 */
import { toIso, type Clock } from '../core/clock.ts'
import { messageOf, NotFoundError } from '../core/errors.ts'
import type { ActiveRun } from './active-run.ts'
import type { RunIdentity } from './identity.ts'
import type { RunLog } from './limits.ts'
import type { OpenBatches } from './open-batches.ts'
import type { JournalStore, LaunchStore, RunIndex } from './ports.ts'
import type { RunState } from './state.ts'
import { isTerminal } from './status.ts'
import { WHOLE_FILES, type Summary } from './summary.ts'
import { NO_USAGE } from './usage.ts'

export interface RecoveryDeps {
  journals: JournalStore
  launches: LaunchStore
  index: RunIndex
  batches: OpenBatches
  /** Where runs that go on are put. */
  active: Map<string, ActiveRun>
  clock: Clock
  log: RunLog
  isStopping(): boolean
  reopen(identity: RunIdentity): Promise<ActiveRun>
  summarize(state: RunState): Summary
}

export interface Recovery {
  /** Resolves with how many runs were put to work again. */
  run(): Promise<number>
  /** Only takes note of what was left: none is put to work. */
  look(): Promise<number>
}

export function createRecovery(deps: RecoveryDeps): Recovery {
  const { journals, launches, index, batches, active, clock, log, isStopping } = deps
  let resumed = 0

  async function run(): Promise<number> {
    const records = await launches.list()
    records.sort((a, b) => (a.created_at < b.created_at ? -1 : 1))
    for (const record of records) {
      batches.open(record)
      for (const identity of record.runs) {
        if (isStopping()) return resumed
        await recoverOne(identity)
      }
    }
    await recoverStrays()
    return resumed
  }

  /** Runs that the index knows as open but no launch record names. */
  async function recoverStrays(): Promise<void> {
    const open = index.query({ status: ['pending', 'in_progress', 'paused'], limit: Number.MAX_SAFE_INTEGER })
    const strays = new Map<string, RunIdentity[]>()
    for (const { run_id: runId } of open.runs) {
      const identity = active.has(runId) ? null : await readIdentity(journals, runId)
      // Children are taken up by their parents.
      if (!identity || identity.parent) continue
      strays.set(identity.batch_id, [...(strays.get(identity.batch_id) ?? []), identity])
    }
    for (const [batchId, runs] of strays) {
      if (isStopping()) return
      const record = { batch_id: batchId, created_at: runs[0]!.created_at, runs }
      await launches.record(record)
      batches.open(record)
      for (const identity of runs) await recoverOne(identity)
    }
  }

  async function recoverOne(identity: RunIdentity): Promise<void> {
    const stored = index.get(identity.run_id)
    // What was packed or pruned had ended, and all its results were written.
    if (stored && isTerminal(stored.status) && stored.files.state !== 'whole') return batches.settle(identity)
    try {
      const found = await deps.reopen(identity)
      index.put(deps.summarize(found.state))
      if (isTerminal(found.state.status)) {
        await found.finishAgain()
        batches.settle(identity)
        return
      }
      active.set(identity.run_id, found)
      if (found.state.status === 'paused' || isStopping()) return
      found.enqueue()
      resumed += 1
    } catch (error) {
      giveUpOn(identity, error)
    }
  }

  /** A run whose journal is gone is settled; any other is shown as it is and tried again at the next start. */
  function giveUpOn(identity: RunIdentity, error: unknown): void {
    const stored = index.get(identity.run_id)
    const isGone = error instanceof NotFoundError
    if (!stored || !isTerminal(stored.status)) {
      log.error({ err: error, run_id: identity.run_id }, 'this run could not be taken up again')
      const next = isGone ? 'its journal is gone' : `${messageOf(error)}; the next start tries again`
      index.put(describeLost(identity, stored, `it could not be taken up again: ${next}`, clock.now()))
    }
    if (isGone) batches.settle(identity)
  }

  async function look(): Promise<number> {
    for (const record of await launches.list()) batches.open(record)
    return 0
  }

  return { run, look }
}

/** From the first event of a run; null where it was named but never begun. */
export async function readIdentity(journals: JournalStore, runId: string): Promise<RunIdentity | null> {
  if (!(await journals.exists(runId))) return null
  for await (const event of journals.read(runId)) {
    const { seq: _seq, at: _at, type: _type, ...identity } = event
    return identity as unknown as RunIdentity
  }
  return null
}

/** What lists show of a run that nothing could be read of. */
function describeLost(
  identity: RunIdentity,
  stored: Summary | undefined,
  error: string,
  now: number,
): Summary {
  const { run_id, batch_id, kind, ticker, as_of, created_at } = identity
  return {
    ...{ run_id, batch_id, kind, ticker, as_of, created_at },
    status: 'error',
    overall_progress: stored?.overall_progress ?? null,
    progress_message: null,
    eta_seconds: null,
    current_stage: null,
    started_at: stored?.started_at ?? null,
    updated_at: toIso(now),
    last_event_at: stored?.last_event_at ?? created_at,
    ended_at: toIso(now),
    execution_ms: stored?.execution_ms ?? 0,
    decision: null,
    error,
    usage: stored?.usage ?? NO_USAGE,
    shape: stored?.shape ?? null,
    stats: stored?.stats ?? null,
    phases: stored?.phases ?? {},
    files: stored?.files ?? WHOLE_FILES,
  }
}
