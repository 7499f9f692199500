/** Which prices a result rests on: vendor, adjustment, from and to, how many bars. */
import { formatNumber } from '../../../core/format.ts'
import type { SeriesFacts } from '../../../lab/backtest-result.ts'

export interface SeriesView {
  ticker: string
  /** `sample, adjusted closes, 2004-08-19 to 2013-03-01, 2,148 bars`. */
  text: string
}

const ADJUSTMENTS: Record<SeriesFacts['adjustment'], string> = {
  adjusted: 'adjusted for splits and dividends',
  raw: 'as traded, unadjusted',
}

export function viewSeries(series: readonly SeriesFacts[]): SeriesView[] {
  return series.map(({ ticker, vendor, adjustment, bars, first, last }) => ({
    ticker,
    text: `${vendor}, ${ADJUSTMENTS[adjustment]}, ${first.slice(0, 10)} to ${last.slice(0, 10)}, ${formatNumber(bars, 0)} bars`,
  }))
}
