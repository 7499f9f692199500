/**
 * What the committee measures of a market at every bar, by the names under which its reasoning and its reports refer to a
 * value: the plain rule reads the past from the same columns as the evidence of the day. A month is 21 bars, a year 252.
 */
import {
  adx,
  atr,
  bollinger,
  ema,
  macd,
  obv,
  realisedVolatility,
  roc,
  rollingMax,
  rollingMin,
  rsi,
  sma,
  stochastic,
  zScore,
} from '../../market/indicators/index.ts'
import type { Bars } from '../../market/series.ts'
import { pctAbove, pctChange, pctOf, rollingRankPct } from './relations.ts'

export const MONTH_BARS = 21
export const YEAR_BARS = 252

export type ColumnUnit = 'price' | '%' | 'points' | 'ratio'

/** A value at every bar, NaN where there is not enough history. */
export interface MarketColumn {
  label: string
  unit: ColumnUnit
  values: Float64Array
  /** What it is, for a label that does not say it by itself. */
  meaning?: string
}

type ReadColumns = (bars: Bars) => MarketColumn[]

const price: ReadColumns = ({ close }) => [
  column('Last close', 'price', close),
  column('Change on the day', '%', pctChange(close, 1)),
  column('Change on the week', '%', pctChange(close, 5)),
]

const averages: ReadColumns = ({ close }) => {
  const lengths = [20, 50, 200]
  const averages = lengths.map((length) => sma(close, length))
  return [
    ...averages.map((average, i) => column(`SMA ${lengths[i]}`, 'price', average)),
    column('EMA 21', 'price', ema(close, 21)),
    ...averages.map((average, i) => column(`Distance to SMA ${lengths[i]}`, '%', pctAbove(close, average))),
    ...averages.map((average, i) =>
      column(`Slope of SMA ${lengths[i]}`, '%', pctChange(average, MONTH_BARS)),
    ),
    column('SMA 50 over SMA 200', '%', pctAbove(averages[1]!, averages[2]!)),
  ]
}

const momentum: ReadColumns = (bars) => {
  const { close } = bars
  const lines = macd(close, 12, 26, 9)
  const oscillator = stochastic(bars, 14, 3, 3)
  return [
    column('RSI 14', 'points', rsi(close, 14)),
    column('MACD line', 'price', lines.macd),
    column('MACD signal', 'price', lines.signal),
    column('MACD histogram', 'price', lines.histogram),
    column('Stochastic %K', 'points', oscillator.k),
    column('Stochastic %D', 'points', oscillator.d),
    ...[MONTH_BARS, 63, 126, YEAR_BARS].map((length) =>
      column(
        `ROC ${length}`,
        '%',
        timesHundred(roc(close, length)),
        `change of the close over ${length} bars`,
      ),
    ),
    column(
      'Z-score 20',
      'ratio',
      zScore(close, 20),
      'standard deviations of the close from its average of 20 bars',
    ),
  ]
}

const direction: ReadColumns = (bars) => {
  const lines = adx(bars, 14)
  return [
    column('ADX 14', 'points', lines.adx),
    column('+DI 14', 'points', lines.plusDi),
    column('-DI 14', 'points', lines.minusDi),
  ]
}

const volatility: ReadColumns = (bars) => {
  const { close } = bars
  const range = atr(bars, 14)
  const month = realisedVolatility(close, 20, YEAR_BARS)
  const bands = bollinger(close, 20, 2)
  const span = bands.upper.map((upper, i) => upper - bands.lower[i]!)
  return [
    column('ATR 14', 'price', range),
    column('ATR 14 of price', '%', pctOf(range, close)),
    column('Realised volatility 20', '%', timesHundred(month)),
    column('Realised volatility 63', '%', timesHundred(realisedVolatility(close, 63, YEAR_BARS))),
    column(
      'Volatility rank',
      '%',
      rollingRankPct(month, YEAR_BARS),
      'share of the last 252 bars on which realised volatility over 20 bars was lower',
    ),
    column('Bollinger upper', 'price', bands.upper),
    column('Bollinger lower', 'price', bands.lower),
    column(
      'Bollinger position',
      '%',
      close.map((value, i) => (100 * (value - bands.lower[i]!)) / span[i]!),
      'where the close stands between the lower band at 0 and the upper band at 100',
    ),
    column(
      'Bollinger width',
      '%',
      pctOf(span, bands.middle),
      'from the lower to the upper band, in percent of the average of 20 bars',
    ),
  ]
}

const range: ReadColumns = ({ high, low, close }) => {
  const top = rollingMax(high, YEAR_BARS)
  const bottom = rollingMin(low, YEAR_BARS)
  return [
    column('52-week high', 'price', top),
    column('52-week low', 'price', bottom),
    column('Distance to 52-week high', '%', pctAbove(close, top)),
    column('Distance to 52-week low', '%', pctAbove(close, bottom)),
    column(
      'Position in 52-week range',
      '%',
      close.map((value, i) => (100 * (value - bottom[i]!)) / (top[i]! - bottom[i]!)),
      'where the close stands between the low of the last 252 bars at 0 and their high at 100',
    ),
  ]
}

/**
 * Ratios of volumes only: a vendor may state volume in shares of its own last day, which would let splits after as-of
 * show in a number of shares.
 */
const volume: ReadColumns = (bars) => {
  const { close, volume } = bars
  const average = sma(volume, 20)
  const flow = obv(bars)
  const month = sma(volume, MONTH_BARS)
  const quarter = sma(volume, 63)
  return [
    column(
      'Volume ratio',
      'ratio',
      volume.map((value, i) => value / average[i]!),
      'volume of the last bar over its average of 20 bars',
    ),
    column(
      'Volume of the month',
      'ratio',
      average.map((value, i) => value / quarter[i]!),
      'average volume of 20 bars over that of 63',
    ),
    column(
      'OBV trend',
      '%',
      close.map((_, i) =>
        i < MONTH_BARS ? Number.NaN : (100 * (flow[i]! - flow[i - MONTH_BARS]!)) / (month[i]! * MONTH_BARS),
      ),
      'on-balance volume: volume of rising less that of falling days, in percent of all volume of 21 bars',
    ),
  ]
}

/** Groups of columns that are measured together. */
export const MARKET_COLUMNS = Object.freeze({
  price,
  averages,
  momentum,
  direction,
  volatility,
  range,
  volume,
})

function column(label: string, unit: ColumnUnit, values: Float64Array, meaning?: string): MarketColumn {
  return meaning === undefined ? { label, unit, values } : { label, unit, values, meaning }
}

function timesHundred(values: Float64Array): Float64Array {
  return values.map((value) => 100 * value)
}
