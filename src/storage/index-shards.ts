/**
 * The files behind the index, as lowdb databases: `active.json` with the runs that have not ended, and
 * `history-YYYY-MM[_n].json` with those that have, by the month of their creation and at most `SHARD_MAX_ROWS` each, so
 * that writing one never holds the process up for long. Derived and unsynced: whatever is missing or damaged here is
 * said (`suspect`) and can be made again from the results directory.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Low } from 'lowdb'
import { DataFile } from 'lowdb/node'
import { messageOf } from '../core/errors.ts'
import { completeSummary, type Summary } from '../runs/summary.ts'
import { codeOf } from './durable-files.ts'
import { isSummary } from './manifest.ts'

const SHARD_MAX_ROWS = 1_000
export const ACTIVE_SHARD = 'active'
const INDEX_FORMAT = 1
const SHARD_FILE = /^(active|history-\d{4}-\d{2}(?:_\d+)?)\.json$/

interface ShardData {
  format: number
  /** In the active shard: the names of all others, so that a missing one is noticed. */
  shards?: string[]
  runs: Summary[]
}

export interface Shard {
  name: string
  rows: Map<string, Summary>
  /** Writes the rows as they are now. */
  write(): Promise<void>
}

export interface IndexShards {
  /** By name; the active one is always there. */
  all: Map<string, Shard>
  /** The shard that a run of this month goes to when it has ended: the newest part with room. */
  historyFor(createdAt: string): Shard
  /** Reads every file, one at a time, yielding in between. Returns what could not be trusted, a sentence each. */
  load(): Promise<string[]>
}

export function createIndexShards(folder: string): IndexShards {
  const all = new Map<string, Shard>()
  const databases = new Map<string, Low<ShardData>>()
  /** The part of each month that takes new rows. */
  const openParts = new Map<string, number>()

  function open(name: string): Shard {
    const known = all.get(name)
    if (known) return known
    const adapter = new DataFile<ShardData>(join(folder, `${name}.json`), {
      parse: parseShard,
      stringify: JSON.stringify,
    })
    const database = new Low<ShardData>(adapter, { format: INDEX_FORMAT, runs: [] })
    const rows = new Map<string, Summary>()
    const write = async () => {
      database.data = { format: INDEX_FORMAT, runs: [...rows.values()] }
      if (name === ACTIVE_SHARD)
        database.data.shards = [...all.keys()].filter((other) => other !== ACTIVE_SHARD)
      try {
        await database.write()
      } finally {
        // The rows are held once, not twice.
        database.data = { format: INDEX_FORMAT, runs: [] }
      }
    }
    const shard = { name, rows, write }
    all.set(name, shard)
    databases.set(name, database)
    return shard
  }

  function historyFor(createdAt: string): Shard {
    const month = createdAt.slice(0, 7)
    for (let part = openParts.get(month) ?? 1; ; part += 1) {
      const shard = open(`history-${month}${part === 1 ? '' : `_${part}`}`)
      if (shard.rows.size >= SHARD_MAX_ROWS) continue
      openParts.set(month, part)
      return shard
    }
  }

  async function load(): Promise<string[]> {
    const names = (await listNames(folder)).flatMap((file) => SHARD_FILE.exec(file)?.[1] ?? [])
    const suspect: string[] = []
    if (!names.includes(ACTIVE_SHARD)) suspect.push('the index has no active.json')
    for (const name of names.sort()) {
      const shard = open(name)
      const database = databases.get(name)!
      try {
        await database.read()
        const { runs, shards = [] } = database.data
        const rows = runs.filter(isSummary)
        if (rows.length < runs.length)
          suspect.push(`${name}.json holds ${runs.length - rows.length} rows that are no runs`)
        for (const row of rows) shard.rows.set(row.run_id, completeSummary(row))
        for (const other of shards) if (!names.includes(other)) suspect.push(`${other}.json is missing`)
      } catch (error) {
        const reason = codeOf(error) ?? messageOf(error)
        suspect.push(`${name}.json cannot be read (${reason})`)
      }
      database.data = { format: INDEX_FORMAT, runs: [] }
    }
    open(ACTIVE_SHARD)
    return suspect
  }

  open(ACTIVE_SHARD)
  return { all, historyFor, load }
}

function parseShard(text: string): ShardData {
  let data: Partial<ShardData> | null
  try {
    data = JSON.parse(text) as Partial<ShardData> | null
  } catch {
    throw new Error('not JSON')
  }
  if (data?.format !== INDEX_FORMAT || !Array.isArray(data.runs))
    throw new Error('not an index file of this version')
  return data as ShardData
}

async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
