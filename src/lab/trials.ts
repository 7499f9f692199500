/**
 * The trials of a search as they are kept: parameters and statistics of each in columns of doubles, packed as text that
 * JSON can hold, so that a hundred thousand of them are small and come back bit for bit.
 */
import type { BacktestStats, Statistic } from '../trading/statistics.ts'

/** The trials numbered `from` to before `from + count`, in the order of the search. */
export interface TrialChunk {
  from: number
  count: number
  /** Parameters that are searched, in their order. */
  names: string[]
  /** count × names, row by row; doubles, little-endian, base64. */
  params: string
  /** count × STATISTICS, row by row; NaN where there is none. */
  stats: string
  /** Left out by the constraint after they were run (one on a statistic), by number. */
  refused: number[]
  /** Trials that could not be run, and why. */
  failed: { trial: number; error: string }[]
}

export interface Trial {
  trial: number
  params: Record<string, number>
  stats: Record<Statistic, number | null>
}

export function packDoubles(values: Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64')
}

/** Throws `RangeError` for what is no whole number of doubles. */
export function unpackDoubles(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.byteLength % 8 !== 0)
    throw new RangeError(`${bytes.byteLength} bytes are no whole number of doubles`)
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

export type NamedStats = Omit<BacktestStats, 'start' | 'end'>
