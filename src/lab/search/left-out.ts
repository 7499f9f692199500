/** Which trials of a chunk may not be chosen. */
import type { TrialChunk } from '../trials.ts'

/** By number: those that failed, and those that the constraint refuses. */
export function leftOut({ refused, failed }: Pick<TrialChunk, 'refused' | 'failed'>): Set<number> {
  return new Set([...refused, ...failed.map(({ trial }) => trial)])
}
