/**
 * What a classifier of the lab learns from: figures of a bar and the bars before it, each free of the price's level so
 * that a year teaches something about another. All are causal: the value of a bar does not change with the bars after
 * it. NaN on as many bars as its warm-up says, a finite number on every bar after that.
 */
import { InputError, quote } from '../../core/errors.ts'
import { suggestName } from '../../core/nearest.ts'
import {
  adx,
  atr,
  macd,
  realisedVolatility,
  roc,
  rollingMax,
  rsi,
  sma,
  stochastic,
  zScore,
} from '../../market/indicators/index.ts'
import type { Bars } from '../../market/series.ts'

export interface Feature {
  name: string
  /** What it measures, with its unit. */
  about: string
  /** Bars at the beginning without it: from there on it is a finite number on every bar. */
  warmUpBars: number
  compute(bars: Bars): Float64Array
}

export const FEATURES: readonly Feature[] = [
  {
    name: 'return_1',
    about: 'Change of the close over 1 bar, fraction',
    warmUpBars: 1,
    compute: (bars) => roc(bars.close, 1),
  },
  {
    name: 'return_5',
    about: 'Change of the close over 5 bars, fraction',
    warmUpBars: 5,
    compute: (bars) => roc(bars.close, 5),
  },
  {
    name: 'return_20',
    about: 'Change of the close over 20 bars, fraction',
    warmUpBars: 20,
    compute: (bars) => roc(bars.close, 20),
  },
  {
    name: 'distance_sma_20',
    about: 'Close over its 20-bar average, less 1',
    warmUpBars: 19,
    compute: (bars) => each(bars, [sma(bars.close, 20)], (i, average) => bars.close[i]! / average - 1),
  },
  {
    name: 'distance_sma_100',
    about: 'Close over its 100-bar average, less 1',
    warmUpBars: 99,
    compute: (bars) => each(bars, [sma(bars.close, 100)], (i, average) => bars.close[i]! / average - 1),
  },
  {
    name: 'average_ratio_20_50',
    about: '20-bar average over the 50-bar one, less 1',
    warmUpBars: 49,
    compute: (bars) =>
      each(bars, [sma(bars.close, 20), sma(bars.close, 50)], (_, short, long) => short / long - 1),
  },
  {
    name: 'z_score_20',
    about: 'Standard deviations of the close from its 20-bar mean; 0 where it does not move',
    warmUpBars: 19,
    compute: (bars) =>
      each(bars, [zScore(bars.close, 20), sma(bars.close, 20)], (_, score, average) =>
        Number.isNaN(score) && !Number.isNaN(average) ? 0 : score,
      ),
  },
  {
    name: 'rsi_14',
    about: 'Relative strength index over 14 bars, 0 to 100',
    warmUpBars: 14,
    compute: (bars) => rsi(bars.close, 14),
  },
  {
    name: 'macd_histogram',
    about: 'MACD (12, 26, 9) less its signal, as a fraction of the close',
    warmUpBars: 33,
    compute: (bars) =>
      each(bars, [macd(bars.close, 12, 26, 9).histogram], (i, histogram) => histogram / bars.close[i]!),
  },
  {
    name: 'stochastic_14',
    about: 'Where the close stands in the range of 14 bars, 0 to 100',
    warmUpBars: 13,
    compute: (bars) => stochastic(bars, 14, 1, 3).k,
  },
  {
    name: 'adx_14',
    about: 'Strength of the trend over 14 bars, 0 to 100',
    warmUpBars: 26,
    compute: (bars) => adx(bars, 14).adx,
  },
  {
    name: 'atr_14',
    about: 'Average true range over 14 bars, as a fraction of the close',
    warmUpBars: 13,
    compute: (bars) => each(bars, [atr(bars, 14)], (i, range) => range / bars.close[i]!),
  },
  {
    name: 'volatility_20',
    about: 'Annual volatility of the last 20 returns, fraction',
    warmUpBars: 20,
    compute: (bars) => realisedVolatility(bars.close, 20),
  },
  {
    name: 'below_high_60',
    about: 'Close over the highest high of 60 bars, less 1',
    warmUpBars: 59,
    compute: (bars) => each(bars, [rollingMax(bars.high, 60)], (i, highest) => bars.close[i]! / highest - 1),
  },
  {
    name: 'close_in_range',
    about: 'Where the close stands between low (0) and high (1) of its bar; 0.5 where they are equal',
    warmUpBars: 0,
    compute: (bars) =>
      each(bars, [], (i) => {
        const range = bars.high[i]! - bars.low[i]!
        return range === 0 ? 0.5 : (bars.close[i]! - bars.low[i]!) / range
      }),
  },
  {
    name: 'volume_ratio_20',
    about: 'Logarithm of the volume over its 20-bar average; 0 where none was traded',
    warmUpBars: 19,
    compute: (bars) =>
      each(bars, [sma(bars.volume, 20)], (i, average) => {
        if (Number.isNaN(average)) return Number.NaN
        return bars.volume[i]! > 0 && average > 0 ? Math.log(bars.volume[i]! / average) : 0
      }),
  },
]

export const FEATURE_NAMES: readonly string[] = FEATURES.map(({ name }) => name)

/** The features asked for, each once and in the order of the list; all for none. Throws `InputError` for an unknown one. */
export function chooseFeatures(names: readonly string[] | undefined): Feature[] {
  for (const name of names ?? []) {
    if (!FEATURE_NAMES.includes(name)) {
      throw new InputError(
        'features',
        `features names ${quote(name)}; ${suggestName(name, [...FEATURE_NAMES])}`,
      )
    }
  }
  const chosen = FEATURES.filter(
    ({ name }) => names === undefined || names.length === 0 || names.includes(name),
  )
  return chosen
}

/** A column made bar by bar from other columns; NaN where what it is made of is. */
function each(
  bars: Bars,
  columns: readonly Float64Array[],
  compute: (bar: number, ...values: number[]) => number,
): Float64Array {
  return Float64Array.from(bars.close, (_, bar) => compute(bar, ...columns.map((column) => column[bar]!)))
}
