/**
 * Prunes and packs the files of ended runs, now and then or when asked, and shows beforehand what that would do. What is
 * due is settled by `retention.ts` from the index; each run that it names is then looked at, so that preview and pruning
 * agree on sizes and on what cannot go yet. What became of a run's files stands in the index.
 */
import { toIso, type Clock } from '../core/clock.ts'
import { messageOf } from '../core/errors.ts'
import type { RunLimits, RunLog } from './limits.ts'
import type { FilesFound, Results, RunIndex } from './ports.ts'
import type { KeptRun, PrunedRun, PrunePreview, PruneReport, RunToPack } from './prune-report.ts'
import { planRetention, type Need } from './retention.ts'
import type { FilesState, Summary } from './summary.ts'

export interface PruningDeps {
  index: RunIndex
  results: Results
  clock: Clock
  limits: RunLimits
  log: RunLog
  /** Runs whose files are needed now. */
  needed: () => ReadonlyMap<string, Need>
  /** Called for each run whose files are gone. */
  onPruned: (runId: string) => void
}

export interface Pruning {
  /** What `prune` would do now. */
  preview(): Promise<PrunePreview>
  /** Does it, one at a time: asked again meanwhile, it looks again afterwards. Never throws for a single run. */
  prune(): Promise<PruneReport>
  /** The last pruning that did something; null while there was none. */
  readonly last: PruneReport | null
  /** Waits for a removal of the run's files that is under way: what begins after it finds all of them or none. */
  settle(runId: string): Promise<void>
  /** Looks at what is left of an ended run and corrects its row. */
  notice(runId: string): Promise<FilesFound['state']>
  /** Prunes at every interval until the signal aborts; `alongside` is done each time before. */
  repeat(signal: AbortSignal, alongside: () => void): Promise<void>
}

type Survey = Pick<PrunePreview, 'due' | 'kept' | 'to_pack'>

export function createPruning(deps: PruningDeps): Pruning {
  const { index, results, clock, limits, log } = deps
  let last: PruneReport | null = null
  let working: Promise<unknown> = Promise.resolve()
  let removal: { runId: string; done: Promise<unknown> } | null = null

  async function survey(): Promise<Survey> {
    const { runs } = index.query({
      status: ['completed', 'error', 'canceled'],
      limit: Number.MAX_SAFE_INTEGER,
    })
    const plan = planRetention({
      runs,
      now: clock.now(),
      maxPerTicker: limits.resultsMaxPerTicker,
      maxAgeDays: limits.resultsMaxAgeDays,
      packAfterMs: limits.keepStateMs,
      needed: deps.needed(),
    })
    const found: Survey = { due: [], kept: [], to_pack: [] }
    for (const { run, reason, need } of plan.kept)
      found.kept.push({ ...nameOf(run), reason, kept_because: need })
    for (const { run, reason } of plan.due) {
      const look = await tryLook(run)
      if (!look || !hasFiles(look)) continue
      if (look.is_written) found.due.push({ ...nameOf(run), reason, bytes: look.bytes })
      else found.kept.push({ ...nameOf(run), reason, kept_because: 'unwritten' })
    }
    for (const run of plan.toPack) {
      const look = await tryLook(run)
      const { run_id, ticker, ended_at } = run
      if (look?.state !== 'whole' || !look.is_written) continue
      found.to_pack.push({ run_id, ticker, ended_at, bytes: look.plain_bytes })
    }
    return found
  }

  /** Null where it cannot be looked at: that keeps nobody from the others. */
  async function tryLook(run: Summary): Promise<FilesFound | null> {
    try {
      return await lookAt(run)
    } catch (error) {
      log.warn({ err: error, run_id: run.run_id }, 'files not looked at')
      return null
    }
  }

  /** The index may lag behind the disk, or the disk was changed by hand: what is found there counts. */
  async function lookAt(run: Summary): Promise<FilesFound> {
    const look = await results.look(run.run_id)
    if (look.state !== run.files.state) setFiles(run.run_id, look.state, look.since ?? toIso(clock.now()))
    return look
  }

  function setFiles(runId: string, state: FilesState['state'], at: string): void {
    const row = index.get(runId)
    if (row) index.put({ ...row, files: { ...row.files, state, since: state === 'whole' ? null : at } })
  }

  async function preview(): Promise<PrunePreview> {
    const at = toIso(clock.now())
    const found = await survey()
    return {
      at,
      settings: {
        max_per_ticker: limits.resultsMaxPerTicker,
        max_age_days: limits.resultsMaxAgeDays,
        pack_after_hours: limits.keepStateMs / 3_600_000,
        interval_seconds: limits.pruneIntervalMs / 1_000,
      },
      ...found,
      freed_bytes: sumOf(found.due, (run) => run.bytes),
      pack_bytes: sumOf(found.to_pack, (run) => run.bytes),
    }
  }

  async function carryOut(): Promise<PruneReport> {
    const at = toIso(clock.now())
    const { due, kept, to_pack } = await survey()
    const report: PruneReport = {
      at,
      pruned: [],
      kept,
      packed: [],
      failed: [],
      freed_bytes: 0,
      saved_bytes: 0,
    }
    for (const run of due) await pruneOne(run, report)
    for (const run of to_pack) await packOne(run, report)
    report.freed_bytes = sumOf(report.pruned, (run) => run.bytes)
    report.saved_bytes = sumOf(report.packed, (run) => run.bytes - run.packed_bytes)
    if (report.pruned.length + report.packed.length + report.failed.length > 0) {
      last = report
      const { freed_bytes, saved_bytes } = report
      const counts = {
        pruned: report.pruned.length,
        packed: report.packed.length,
        failed: report.failed.length,
      }
      log.info({ ...counts, freed_bytes, saved_bytes }, 'files of ended runs pruned and packed')
    }
    return report
  }

  async function pruneOne(run: PrunedRun, report: PruneReport): Promise<void> {
    const { run_id: runId } = run
    let need: Need | undefined
    // Asked again: somebody may have come to look at it since.
    const isNeeded = () => (need = deps.needed().get(runId)) !== undefined
    const done = results.prune(runId, isNeeded)
    removal = { runId, done }
    try {
      const removed = await done
      if (removed === null) {
        const { bytes: _bytes, ...kept } = run
        report.kept.push({ ...kept, kept_because: need! } satisfies KeptRun)
        return
      }
      setFiles(runId, 'pruned', toIso(clock.now()))
      deps.onPruned(runId)
      report.pruned.push({ ...run, bytes: removed.bytes })
    } catch (error) {
      fail(run, 'prune', error, report)
    } finally {
      removal = null
    }
  }

  async function packOne(run: RunToPack, report: PruneReport): Promise<void> {
    if (deps.needed().has(run.run_id)) return
    try {
      const { bytes, packed_bytes } = await results.pack(run.run_id)
      setFiles(run.run_id, 'packed', toIso(clock.now()))
      report.packed.push({ ...run, bytes, packed_bytes })
    } catch (error) {
      fail(run, 'pack', error, report)
    }
  }

  function fail(
    { run_id, ticker }: { run_id: string; ticker: string },
    action: 'prune' | 'pack',
    error: unknown,
    report: PruneReport,
  ): void {
    log.warn({ err: error, run_id }, `files not ${action === 'prune' ? 'pruned' : 'packed'}`)
    report.failed.push({ run_id, ticker, action, error: messageOf(error) })
  }

  function prune(): Promise<PruneReport> {
    const done = working.then(carryOut)
    working = done.catch(() => undefined)
    return done
  }

  return {
    preview,
    prune,
    get last() {
      return last
    },
    async settle(runId) {
      if (removal?.runId === runId) await removal.done.catch(() => undefined)
    },
    async notice(runId) {
      const row = index.get(runId)
      return row ? (await lookAt(row)).state : (await results.look(runId)).state
    },
    async repeat(signal, alongside) {
      while (!signal.aborted) {
        try {
          await clock.sleep(limits.pruneIntervalMs, signal)
          alongside()
          await prune()
        } catch (error) {
          if (!signal.aborted) log.error({ err: error }, 'pruning failed')
        }
      }
    },
  }
}

function nameOf({ run_id, ticker, status, ended_at }: Summary) {
  return { run_id, ticker, status, ended_at }
}

function hasFiles({ state }: FilesFound): boolean {
  return state === 'whole' || state === 'packed'
}

function sumOf<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0)
}
