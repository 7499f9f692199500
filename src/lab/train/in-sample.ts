/** What a reader must know where a model trades bars that it was trained on: its figures there say nothing. */
import type { Remark, SeriesFacts } from '../backtest-result.ts'
import type { StrategyRef } from '../strategy-catalog.ts'

/**
 * A remark for each series of which the model has seen days between `first` and `last`; none for a strategy that was
 * not trained. Of another ticker the same days count too, for tickers move together.
 */
export function noteInSample(
  { model }: StrategyRef,
  series: readonly Pick<SeriesFacts, 'ticker'>[],
  { first, last }: Pick<SeriesFacts, 'first' | 'last'>,
): Remark[] {
  if (!model) return []
  const seen = model.trained_on
  const [from, to] = [seen.first > first ? seen.first : first, seen.last < last ? seen.last : last]
  if (from > to) return []
  return series.map(({ ticker }) => ({
    note:
      ticker === seen.ticker
        ? `In-sample: the model was trained on ${ticker} up to ${seen.last}, so what it earns from ${from} to ${to} was learnt by heart in part and is no test of it.`
        : `The model was trained on ${seen.ticker} up to ${seen.last}: what it earns on ${ticker} from ${from} to ${to} is no clean test of it, for both knew the same days.`,
    caveat: 'in-sample',
  }))
}
