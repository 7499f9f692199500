/** What a job has found, by its kind: from the run's state, and for a backtest its trades. */
import type { BacktestResult } from '../../lab/backtest-result.ts'
import type { LabState } from '../../lab/lab-state.ts'
import type { JobKind } from '../../lab/job-inputs.ts'
import type { Job } from './job.ts'

/** `loadResult` is asked only where the answer needs it. Null while nothing has been found. */
export async function readJobResult(
  kind: JobKind,
  data: LabState,
  loadResult: () => Promise<BacktestResult | null>,
): Promise<Job['result']> {
  switch (kind) {
    case 'backtest': {
      if (data.stats === null) return null
      const result = await loadResult()
      return (
        result && {
          stats: result.stats,
          buy_and_hold: result.buy_and_hold,
          trades: result.trades,
          notes: result.notes,
        }
      )
    }
    case 'optimize': {
      const { search, honesty, notes } = data
      if (search === null || search.best === null) return null
      const { trial, params, stats } = search.best
      const { evaluated, refused, failed, planned } = search
      return { best: { trial, params, stats }, evaluated, refused, failed, planned, honesty, notes }
    }
    case 'walk-forward': {
      const { walk, folds, honesty, notes } = data
      return folds.length === 0
        ? null
        : { ...(walk ?? { stats: null, buy_and_hold: null }), folds, honesty, notes }
    }
    case 'train': {
      const { trained, trainFolds, notes } = data
      return trainFolds.length === 0 ? null : { model: trained, folds: trainFolds, notes }
    }
  }
}
