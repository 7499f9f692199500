/**
 * The bars of a job: admitted when it is launched, loaded once as its first durable step, so that a run that is taken up
 * again or looked at later reads the same bars, and put where all threads can read them.
 */
import { InputError } from '../core/errors.ts'
import { PORTFOLIO } from '../core/ids.ts'
import { dateOf } from '../market/series.ts'
import type { RunContext } from '../runs/workflow.ts'
import { findBars, type BarSources, type FoundBars } from './find-bars.ts'
import type { BarsInput } from './job-inputs.ts'
import { BARS_STEP, SERIES_EVENT } from './lab-state.ts'
import { packBars, shareBars, type JobBars, type PackedBars } from './pack-bars.ts'

export interface AdmittedBars {
  /** Fields of the input as they are journaled: the last day is settled, so that a rerun ends on the same bar. */
  bars: Pick<BarsInput, 'end'>
  ticker: string
  /** YYYY-MM-DD of the last bar. */
  as_of: string
  found: FoundBars
}

/** Throws `InputError` as `findBars` does, and for tickers that a run cannot be named after. */
export async function admitBars(input: BarsInput, sources: BarSources): Promise<AdmittedBars> {
  const found = await findBars(input, sources)
  const last = found.series.map(({ time }) => dateOf(time[time.length - 1]!)).sort()
  const as_of = last[last.length - 1]!
  const end = input.end ?? (input.imported === undefined ? as_of : undefined)
  const ticker = found.series.length === 1 ? found.series[0]!.ticker : PORTFOLIO
  return { bars: end === undefined ? {} : { end }, ticker, as_of, found }
}

/** A strategy for one ticker is not run on several. Throws `InputError`. */
export function checkTickers(strategy: { name: string; tickers: 'one' | 'several' }, found: FoundBars): void {
  if (strategy.tickers === 'several' || found.series.length === 1) return
  throw new InputError(
    'tickers',
    `tickers: ${strategy.name} trades one ticker, and ${found.series.length} are named; launch one job for each`,
  )
}

export async function loadBars(
  ctx: RunContext<unknown>,
  input: BarsInput,
  sources: BarSources,
  node: string,
): Promise<JobBars> {
  const packed = await ctx.step<PackedBars>(
    BARS_STEP,
    async (step) => {
      const { series, notes } = await findBars(input, sources, step.signal)
      const stored = await packBars(series, notes)
      for (const { ticker, vendor, adjustment, bars, first, last } of stored.series)
        step.log('INFO', `${ticker}: ${bars} bars, ${first} to ${last}, ${adjustment}, from ${vendor}`)
      return stored
    },
    { node },
  )
  const bars = shareBars(packed)
  await ctx.emit(SERIES_EVENT, { series: bars.facts })
  return bars
}
