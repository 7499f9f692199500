/**
 * `RunIndex` over lowdb: rows in memory, files behind them. A change marks one shard as dirty and costs the same
 * however many runs are stored; dirty shards are written behind, a history shard before the active one, so that a run
 * that ended is in at least one of the files at any time. The file `in-use` stands while a process may have rows that
 * are not written: one that finds it there at start knows that the index may lag behind the journals.
 */
import { rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'
import type { RunIndex } from '../runs/ports.ts'
import { createRunTally } from '../runs/run-metrics.ts'
import { isTerminal } from '../runs/status.ts'
import type { Summary } from '../runs/summary.ts'
import { makeDirectory, readOptional, toIoError } from './durable-files.ts'
import { ACTIVE_SHARD, createIndexShards, type Shard } from './index-shards.ts'
import { createRunRows } from './run-rows.ts'
import type { StorageLog } from './storage-log.ts'

export const INDEX_FOLDER = 'index'
const IN_USE = 'in-use'
const RETRY_MS = 5_000

export interface DebounceMs {
  active: number
  history: number
}

export interface RunIndexOptions {
  dataDir: string
  clock: Clock
  log: StorageLog
  debounceMs?: DebounceMs
  /** Where no run is stored, nothing can be missing from an index that is new or lost. */
  hasStoredRuns?: () => Promise<boolean>
}

export interface StoredRunIndex extends RunIndex {
  readonly size: number
  /** Why the index may not show every run as it is, a sentence each; empty when it can be trusted. */
  readonly suspect: readonly string[]
  /** Every row, oldest first. */
  values(): Summary[]
  /** To be called once every run that was missing or behind has been put. */
  declareComplete(): void
  /** Writes what is left. Nothing may be put afterwards. */
  close(): Promise<void>
}

export async function createRunIndex(options: RunIndexOptions): Promise<StoredRunIndex> {
  const { clock, log, debounceMs = { active: 250, history: 500 }, hasStoredRuns } = options
  const folder = join(resolve(options.dataDir), INDEX_FOLDER)
  const rows = createRunRows()
  let tally = createRunTally()
  const shards = createIndexShards(folder)
  const activeShard = shards.all.get(ACTIVE_SHARD)!
  const shardOf = new Map<string, Shard>()
  const dirty = new Set<Shard>()
  const closing = new AbortController()
  let suspect: string[] = []
  const isDue = { active: false, history: false }
  let writing: Promise<void> = Promise.resolve()
  let isFailing = false

  async function load(): Promise<void> {
    try {
      await makeDirectory(folder, 0o700)
      const unclean = await findInUse(folder)
      if (unclean) suspect.push(unclean)
      suspect.push(...(await shards.load()))
      await writeFile(join(folder, IN_USE), '')
    } catch (error) {
      throw toIoError('the index could not be opened', error)
    }
    if (suspect.length > 0 && hasStoredRuns && !(await hasStoredRuns())) suspect = []
    if (suspect.length > 0) log.warn(`the index is to be rebuilt: ${suspect.join('; ')}`)
    const newest = new Map<string, Summary>()
    for (const shard of shards.all.values()) {
      for (const row of shard.rows.values()) {
        const known = newest.get(row.run_id)
        if (known) settleTwice(known, row, shard)
        if (!known || isNewer(row, known)) {
          newest.set(row.run_id, row)
          shardOf.set(row.run_id, shard)
        }
      }
      // Requests may already be waiting.
      await setImmediate()
    }
    rows.putAll(newest.values())
    tally = createRunTally(newest.values())
    for (const shard of dirty) markDirty(shard)
  }

  /** A crash between the writes of two shards leaves a run in both: the one that knows less loses it. */
  function settleTwice(known: Summary, row: Summary, shard: Shard): void {
    const older = isNewer(row, known) ? shardOf.get(row.run_id)! : shard
    older.rows.delete(row.run_id)
    dirty.add(older)
  }

  function put(summary: Summary): void {
    const { run_id: runId } = summary
    tally.replace(rows.put(summary), summary)
    const before = shardOf.get(runId)
    const shardCount = shards.all.size
    const shard = chooseShard(summary, before)
    // The active shard lists the others.
    if (shards.all.size > shardCount) markDirty(activeShard)
    if (before && before !== shard) {
      before.rows.delete(runId)
      markDirty(before)
    }
    shard.rows.set(runId, summary)
    shardOf.set(runId, shard)
    markDirty(shard)
  }

  function chooseShard(summary: Summary, before: Shard | undefined): Shard {
    if (!isTerminal(summary.status)) return activeShard
    return before && before.name !== ACTIVE_SHARD ? before : shards.historyFor(summary.created_at)
  }

  function remove(runId: string): void {
    const shard = shardOf.get(runId)
    if (!shard) return
    tally.replace(rows.remove(runId), undefined)
    shard.rows.delete(runId)
    shardOf.delete(runId)
    markDirty(shard)
  }

  function markDirty(shard: Shard): void {
    dirty.add(shard)
    schedule(shard.name === ACTIVE_SHARD ? 'active' : 'history')
  }

  /** The first change starts the wait; those that come during it are written with it. */
  function schedule(what: 'active' | 'history', ms = debounceMs[what]): void {
    if (isDue[what] || closing.signal.aborted) return
    isDue[what] = true
    clock.sleep(ms, closing.signal).then(
      () => {
        isDue[what] = false
        return writeDirty(what)
      },
      () => undefined,
    )
  }

  function writeDirty(what: 'active' | 'history' | 'all'): Promise<void> {
    writing = writing.then(async () => {
      const due = [...dirty].filter(
        (shard) => what === 'all' || (shard.name === ACTIVE_SHARD) === (what === 'active'),
      )
      // A run that has just moved must stand in its new file before it leaves the old one.
      const isMoving = due.some((shard) => shard.name === ACTIVE_SHARD)
      const batch = isMoving ? [...dirty] : due
      batch.sort((a, b) => Number(a.name === ACTIVE_SHARD) - Number(b.name === ACTIVE_SHARD))
      for (const shard of batch) {
        dirty.delete(shard)
        try {
          await shard.write()
          isFailing = false
        } catch (error) {
          dirty.add(shard)
          if (!isFailing)
            log.warn(toIoError(`${shard.name}.json of the index could not be written`, error).message)
          isFailing = true
          schedule(shard.name === ACTIVE_SHARD ? 'active' : 'history', RETRY_MS)
          return
        }
      }
    })
    return writing
  }

  async function close(): Promise<void> {
    closing.abort(new Error('the index is closed'))
    await writeDirty('all')
    if (dirty.size === 0 && suspect.length === 0) await rm(join(folder, IN_USE), { force: true })
  }

  await load()
  return {
    put,
    remove,
    close,
    get: rows.get,
    query: rows.query,
    latestDecisions: rows.latestDecisions,
    counts: rows.counts,
    metrics: () => tally.measure(),
    values: rows.values,
    flush: () => writeDirty('all'),
    declareComplete: () => void (suspect = []),
    get size() {
      return rows.size
    },
    get suspect() {
      return suspect
    },
  }
}

/** A sentence where a process died with the index in `folder` open. */
export async function findInUse(folder: string): Promise<string | null> {
  const mark = await readOptional(join(folder, IN_USE))
  return mark === null ? null : 'the process that wrote the index did not end in order'
}

/** An ended run never comes back to life; otherwise the later word counts. */
function isNewer(a: Summary, b: Summary): boolean {
  if (isTerminal(a.status) !== isTerminal(b.status)) return isTerminal(a.status)
  return a.updated_at > b.updated_at
}
