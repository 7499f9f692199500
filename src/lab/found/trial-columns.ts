/**
 * The trials of a search by column, as tables and heatmaps ask for them: parameters and the statistics that were asked
 * for, in memory that threads share, read from the chunks that have ended. A chunk that was read is not read again while
 * the search goes on and its columns are remembered.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunState } from '../../runs/state.ts'
import { STATISTICS, type Statistic } from '../../trading/statistics.ts'
import { chunkStep } from '../lab-state.ts'
import { leftOut } from '../search/left-out.ts'
import { unpackDoubles, type TrialChunk } from '../trials.ts'
import { createGrowingColumn, type GrowingColumn } from './growing-column.ts'
import type { Shelf } from './shelf.ts'

/** What the lab asks of the runs. */
export interface RunReader {
  state(runId: string): Promise<RunState>
  stepResult(runId: string, key: string): Promise<unknown>
}

export interface TrialColumns {
  readonly names: readonly string[]
  /** Numbers of the trials that were run and counted, rising; the columns are in this order. */
  readonly trials: Float64Array
  readonly params: readonly Float64Array[]
  readonly values: Float64Array
  /** The chunk, from 0, in which the trial of a number is. */
  chunkOf(trial: number): number
}

export interface TrialColumnReader {
  /** Of the first `chunks` chunks, which have ended; null for none. Throws `NotFoundError` as the runs do. */
  read(runId: string, chunks: number, statistic: Statistic): Promise<TrialColumns | null>
}

/** What does not depend on the statistic. */
interface Table {
  names: readonly string[]
  trials: GrowingColumn
  params: readonly GrowingColumn[]
  /** Of each chunk that was read: the number of its first trial, and how many rows there are with it. */
  from: number[]
  rows: number[]
}

interface Figures {
  chunks: number
  column: GrowingColumn
}

export function createTrialColumnReader(runs: RunReader, shelf: Shelf): TrialColumnReader {
  return {
    async read(runId, chunks, statistic) {
      if (chunks === 0) return null
      const table = await shelf.get(`table ${runId}`, openTable, weighTable)
      const figures = await shelf.get(`figures ${runId} ${statistic}`, openFigures, weighFigures)
      for (;;) {
        const index = Math.min(table.rows.length, figures.chunks)
        if (index >= chunks) break
        const chunk = await loadChunk(runs, runId, index)
        addChunk(table, figures, index, chunk, statistic)
        await nextTurn()
      }
      const rows = table.rows[chunks - 1]!
      const from = table.from.slice(0, chunks)
      return {
        names: table.names,
        trials: table.trials.view(rows),
        params: table.params.map((column) => column.view(rows)),
        values: figures.column.view(rows),
        chunkOf: (trial) => from.findLastIndex((first) => first <= trial),
      }
    },
  }
}

/** `index` from 0. */
export async function loadChunk(runs: RunReader, runId: string, index: number): Promise<TrialChunk> {
  return (await runs.stepResult(runId, chunkStep(index + 1))) as TrialChunk
}

async function openTable(): Promise<Table> {
  return { names: [], trials: createGrowingColumn(), params: [], from: [], rows: [] }
}

async function openFigures(): Promise<Figures> {
  return { chunks: 0, column: createGrowingColumn() }
}

function weighTable({ trials, params }: Table): number {
  return params.reduce((sum, { bytes }) => sum + bytes, trials.bytes)
}

function weighFigures({ column }: Figures): number {
  return column.bytes
}

/** Two who read at the same time may come with the same chunk: the second changes nothing. */
function addChunk(
  table: Table,
  figures: Figures,
  index: number,
  chunk: TrialChunk,
  statistic: Statistic,
): void {
  const out = leftOut(chunk)
  const rows: number[] = []
  for (let row = 0; row < chunk.count; row++) if (!out.has(chunk.from + row)) rows.push(row)
  if (table.rows.length === index) {
    const { from, names } = chunk
    const params = unpackDoubles(chunk.params)
    if (index === 0) Object.assign(table, { names, params: names.map(createGrowingColumn) })
    table.trials.add(Float64Array.from(rows, (row) => from + row))
    for (const [at, column] of table.params.entries())
      column.add(Float64Array.from(rows, (row) => params[row * names.length + at]!))
    table.from.push(from)
    table.rows.push((table.rows[index - 1] ?? 0) + rows.length)
  }
  if (figures.chunks === index) {
    const stats = unpackDoubles(chunk.stats)
    const at = STATISTICS.indexOf(statistic)
    figures.column.add(Float64Array.from(rows, (row) => stats[row * STATISTICS.length + at]!))
    figures.chunks++
  }
}
