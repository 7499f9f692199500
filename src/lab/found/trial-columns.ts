/**
 * The trials of a search by column, as tables and heatmaps ask for them: parameters and the statistics that were asked
 * for, in memory that threads share, read from the chunks that have ended. Chunks that were read are not read again while
 * the search goes on.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunState } from '../../runs/state.ts'
import { STATISTICS, type Statistic } from '../../trading/statistics.ts'
import { chunkStep, type LabState } from '../lab-state.ts'
import { leftOut } from '../search/left-out.ts'
import { unpackDoubles, type TrialChunk } from '../trials.ts'

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
}

export interface TrialColumnReader {
  /** Throws `NotFoundError` as the runs do; null where the run is no search, or has not run a trial. */
  read(runId: string, statistic: Statistic): Promise<TrialColumns | null>
}

/** Of one chunk, those that count. */
interface Piece {
  names: string[]
  trials: Float64Array
  params: Float64Array[]
  values: Map<Statistic, Float64Array>
}

/** Searches whose columns are kept, and statistics of each. */
const SEARCHES_KEPT = 3
const STATISTICS_KEPT = 4

export function createTrialColumnReader(runs: RunReader): TrialColumnReader {
  /** By run, the least recently used first. */
  const kept = new Map<string, Piece[]>()

  function piecesOf(runId: string): Piece[] {
    const pieces = kept.get(runId) ?? []
    kept.delete(runId)
    kept.set(runId, pieces)
    if (kept.size > SEARCHES_KEPT) kept.delete(kept.keys().next().value!)
    return pieces
  }

  return {
    async read(runId, statistic) {
      const chunks = countChunks(await runs.state(runId))
      if (chunks === 0) return null
      const pieces = piecesOf(runId)
      for (let index = 0; index < chunks; index++) {
        if (pieces[index]?.values.has(statistic)) continue
        const chunk = await loadChunk(runs, runId, index)
        pieces[index] = readPiece(chunk, statistic, pieces[index])
        await nextTurn()
      }
      return join(pieces.slice(0, chunks), statistic)
    },
  }
}

/** Chunks that have ended and were told of, in their order. */
export function countChunks(state: RunState): number {
  return (state.data as LabState).search?.chunks ?? 0
}

/** `index` from 0. */
export async function loadChunk(runs: RunReader, runId: string, index: number): Promise<TrialChunk> {
  return (await runs.stepResult(runId, chunkStep(index + 1))) as TrialChunk
}

function readPiece(chunk: TrialChunk, statistic: Statistic, known: Piece | undefined): Piece {
  const out = leftOut(chunk)
  const rows: number[] = []
  for (let row = 0; row < chunk.count; row++) if (!out.has(chunk.from + row)) rows.push(row)
  const stats = unpackDoubles(chunk.stats)
  const column = STATISTICS.indexOf(statistic)
  const values = Float64Array.from(rows, (row) => stats[row * STATISTICS.length + column]!)
  const piece = known ?? openPiece(chunk, rows)
  piece.values.set(statistic, values)
  if (piece.values.size > STATISTICS_KEPT) piece.values.delete(piece.values.keys().next().value!)
  return piece
}

function openPiece({ from, names, params: packed }: TrialChunk, rows: readonly number[]): Piece {
  const params = unpackDoubles(packed)
  return {
    names,
    trials: Float64Array.from(rows, (row) => from + row),
    params: names.map((_, at) => Float64Array.from(rows, (row) => params[row * names.length + at]!)),
    values: new Map(),
  }
}

function join(pieces: readonly Piece[], statistic: Statistic): TrialColumns {
  const { names } = pieces[0]!
  return {
    names,
    trials: concat(pieces.map(({ trials }) => trials)),
    params: names.map((_, at) => concat(pieces.map(({ params }) => params[at]!))),
    values: concat(pieces.map(({ values }) => values.get(statistic)!)),
  }
}

function concat(columns: readonly Float64Array[]): Float64Array {
  const length = columns.reduce((sum, column) => sum + column.length, 0)
  const joined = new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT))
  let at = 0
  for (const column of columns) {
    joined.set(column, at)
    at += column.length
  }
  return joined
}
