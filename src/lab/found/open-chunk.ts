/** A chunk of a search, unpacked: its trials one by one. */
import { nameStatistics, STATISTICS } from '../../trading/statistics.ts'
import { unpackDoubles, type Trial, type TrialChunk } from '../trials.ts'

export interface OpenChunk extends Omit<TrialChunk, 'params' | 'stats'> {
  params: Float64Array
  stats: Float64Array
}

export function openChunk(chunk: TrialChunk): OpenChunk {
  return { ...chunk, params: unpackDoubles(chunk.params), stats: unpackDoubles(chunk.stats) }
}

export function weighChunk({ params, stats }: OpenChunk): number {
  return params.byteLength + stats.byteLength
}

/** `row` from 0. */
export function nameTrial({ from, names, params, stats }: OpenChunk, row: number): Trial {
  return {
    trial: from + row,
    params: Object.fromEntries(names.map((name, at) => [name, params[row * names.length + at]!])),
    stats: nameStatistics(stats, row * STATISTICS.length),
  }
}
