/**
 * Finished backtests as the committee asks for them: the newest of a ticker that has seen no bar after a day. What would
 * deceive is passed over: several tickers at once, imported prices that only bear the ticker's name, a strategy that was
 * found to look ahead, a model on bars that it was trained on, and a run whose files are gone.
 */
import type { FindPastBacktest, PastBacktest } from './committee/past-backtest.ts'
import { NotFoundError } from './core/errors.ts'
import type { BacktestResult } from './lab/backtest-result.ts'
import type { RunIndex } from './runs/ports.ts'

/** Newer ones that cannot be used are looked past, so many of them. */
const MOST_READ = 8
/** Backtests of the ticker that are looked through, newest first, for one that is old enough. */
const MOST_LISTED = 1_000
const DAY_CHARS = 'YYYY-MM-DD'.length

export interface PastBacktestsOptions {
  index: Pick<RunIndex, 'query'>
  /** The step result that a backtest leaves; undefined or a `NotFoundError` where there is none. */
  readResult(runId: string): Promise<unknown>
  /** Of the vendor whose prices the committee reads. */
  vendor: string
}

export function createPastBacktests({ index, readResult, vendor }: PastBacktestsOptions): FindPastBacktest {
  return async (ticker, asOf) => {
    const { runs } = index.query({ ticker, kind: ['backtest'], status: ['completed'], limit: MOST_LISTED })
    const seen = runs.filter((run) => run.as_of !== null && run.as_of <= asOf)
    for (const { run_id } of seen.slice(0, MOST_READ)) {
      const found = readBacktest(run_id, await readIfThere(readResult(run_id)))
      // The row tells what it is called; the result tells which bars it has seen.
      if (found?.ticker === ticker && found.vendor === vendor && found.last <= asOf) return found
    }
    return null
  }
}

function readBacktest(run_id: string, stored: unknown): (PastBacktest & { ticker: string }) | null {
  const result = stored as BacktestResult | null
  const [series, ...others] = result?.series ?? []
  if (!result || !series || others.length > 0) return null
  // One that does not say is from before it was told.
  if (result.caveats?.length !== 0) return null
  const { return_pct, sharpe_ratio, max_drawdown_pct, trades } = result.stats
  return {
    ...{
      run_id,
      ticker: series.ticker,
      vendor: series.vendor,
      strategy: result.strategy,
      params: result.params,
    },
    ...{ first: result.stats.start.slice(0, DAY_CHARS), last: series.last.slice(0, DAY_CHARS) },
    ...{ return_pct, sharpe_ratio, max_drawdown_pct, trades },
  }
}

async function readIfThere(reading: Promise<unknown>): Promise<unknown> {
  try {
    return (await reading) ?? null
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}
