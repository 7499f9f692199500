/** What the folds of a walk-forward come to beside its equity. Pure. */
import type { FoldResult, WalkResult } from '../lab-state.ts'
import type { BacktestStats } from '../../trading/statistics.ts'
import type { Axis } from '../search/space.ts'

type WalkMeasures = Pick<WalkResult, 'efficiency' | 'profitable_folds' | 'stability'>

/** At least one fold; `stitched` is of all tests as one account, `axes` are the parameters that were searched. */
export function measureWalk(
  stitched: BacktestStats,
  folds: readonly FoldResult[],
  axes: readonly Axis[],
  names: readonly string[],
): WalkMeasures {
  return {
    efficiency: measureEfficiency(stitched, folds),
    profitable_folds: folds.filter(({ out_of_sample: { return_pct: gained } }) => (gained ?? 0) > 0).length,
    stability: Object.fromEntries(
      names.map((name) => {
        const axis = axes.find((one) => one.name === name)
        return [
          name,
          axis
            ? measureStability(
                folds.map(({ params }) => params[name]!),
                axis,
              )
            : null,
        ]
      }),
    ),
  }
}

/**
 * Walk-forward efficiency: annual growth of the account out of sample / mean annual growth of the folds in sample. 1 where
 * what was found carries over whole, null where training made nothing that could. Source: Pardo 2008, "The Evaluation and
 * Optimization of Trading Strategies", chapter 11: annualised walk-forward profit / annualised optimization profit.
 *
 * Out of sample it is the growth of the tests as one account and not the mean of theirs: one short test that is
 * extrapolated to a year can make a mean positive of an account that has lost money.
 */
function measureEfficiency(
  { cagr_pct: outside }: BacktestStats,
  folds: readonly FoldResult[],
): number | null {
  const inside = meanOf(folds.map(({ in_sample: { cagr_pct: gained } }) => gained))
  return outside === null || inside === null || inside <= 0 ? null : outside / inside
}

/** Of those that are there; null for none. */
function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Population standard deviation over the folds / width of what was searched: 0 always the same, 0.5 from end to end. */
function measureStability(chosen: readonly number[], { values }: Axis): number | null {
  const width = values[values.length - 1]! - values[0]!
  if (width === 0) return null
  const mean = chosen.reduce((sum, value) => sum + value, 0) / chosen.length
  const squares = chosen.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / chosen.length) / width
}
