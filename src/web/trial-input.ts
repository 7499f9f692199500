/** One trial of a search as the input of a backtest: the search's own, with the trial's parameters and without what searches. */
import { NotFoundError, quote } from '../core/errors.ts'
import { listJobFields } from '../lab/job-fields.ts'
import type { RunState } from '../runs/state.ts'

/** From 0, as searches count. Throws `NotFoundError` for what is no such number. */
export function parseTrialNumber(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text)
  throw new NotFoundError(`there is no trial ${quote(text)}`)
}

/** Throws `NotFoundError` for a run without trials of its own: those of a walk-forward are each of a fold. */
export function readTrialInput(
  { run_id: runId, kind, input }: Pick<RunState, 'run_id' | 'kind' | 'input'>,
  params: Record<string, number>,
): Record<string, unknown> {
  if (kind !== 'optimize' || input === null || typeof input !== 'object' || Array.isArray(input))
    throw new NotFoundError(`run ${runId} has no trials: it is of kind ${kind}`)
  const known = new Set(listJobFields('backtest').map(({ name }) => name))
  for (const name of ['strategy', 'ticker', 'tickers', 'imported', 'sizing', 'size']) known.add(name)
  const kept = Object.entries(input).filter(([name]) => known.has(name))
  return { ...Object.fromEntries(kept), params }
}
