/** The market analyst's look-ups: a stretch of prices, and an indicator of another length than those measured for all. */
import { z } from 'zod'
import { InputError, quote } from '../../core/errors.ts'
import {
  adx,
  atr,
  bollinger,
  ema,
  realisedVolatility,
  roc,
  rsi,
  sma,
  zScore,
} from '../../market/indicators/index.ts'
import type { Bars } from '../../market/series.ts'
import type { AsOfWindow } from '../../market/window.ts'
import { lastOf } from '../evidence/columns.ts'
import { keepFinite, type Measurement } from '../evidence/measurement.ts'
import { admitDay, admitWhole, defineLookUp, type AnyLookUpSpec } from './look-up-specs.ts'

const MAX_WINDOW_BARS = 60
const MIN_PERIOD = 2
const MAX_PERIOD = 250
const YEAR_BARS = 252

const INDICATORS = [
  ...(['sma', 'ema', 'rsi', 'atr', 'adx', 'roc'] as const),
  ...(['z_score', 'realised_volatility', 'bollinger'] as const),
] as const
type Indicator = (typeof INDICATORS)[number]

export function createMarketLookUps(window: AsOfWindow): AnyLookUpSpec[] {
  return [
    defineLookUp({
      name: 'price_window',
      description: `A stretch of daily bars in figures: first and last close, change, highest and lowest price with their days, volume against the year's average. At most ${MAX_WINDOW_BARS} bars, none after ${window.asOf}.`,
      input: z.object({
        from: z.string().describe('First day, YYYY-MM-DD.'),
        to: z.string().describe(`Last day, YYYY-MM-DD, ${window.asOf} at the latest.`),
      }),
      look: ({ from, to }) => describeStretch(window, from, to),
    }),
    defineLookUp({
      name: 'indicator',
      description: `An indicator on the last bar, with the number of bars you choose: ${INDICATORS.join(', ')}.`,
      input: z.object({
        name: z.enum(INDICATORS),
        period: z.number().describe(`Bars, ${MIN_PERIOD} to ${MAX_PERIOD}.`),
      }),
      look: ({ name, period }) =>
        keepFinite(computeIndicator(window.bars, name, admitWhole('period', period, MIN_PERIOD, MAX_PERIOD))),
    }),
  ]
}

function describeStretch(window: AsOfWindow, from: string, to: string): Measurement[] {
  const first = firstOnOrAfter(window, admitDay('from', from, window.asOf))
  const last = window.indexOf(admitDay('to', to, window.asOf))
  if (from > to) throw new InputError('from', `from ${quote(from)} is after to ${quote(to)}`)
  const count = last - first + 1
  if (count > MAX_WINDOW_BARS)
    throw new InputError(
      'from',
      `${from} to ${to} holds ${count} bars; at most ${MAX_WINDOW_BARS} are shown at once`,
    )
  if (count < 1) return []
  const bars = Array.from({ length: count }, (_, i) => window.bar(first + i))
  const [begin, end] = [bars[0]!, bars.at(-1)!]
  const high = bars.reduce((best, bar) => (bar.high > best.high ? bar : best))
  const low = bars.reduce((best, bar) => (bar.low < best.low ? bar : best))
  const stretch = `${begin.date} to ${end.date}`
  const asOf = end.date
  return keepFinite([
    { label: `Close on ${begin.date}`, value: begin.close, unit: 'price', asOf: begin.date },
    ...(count === 1
      ? []
      : [
          { label: `Close on ${end.date}`, value: end.close, unit: 'price' as const, asOf },
          {
            label: `Change ${stretch}`,
            value: 100 * (end.close / begin.close - 1),
            unit: '%' as const,
            asOf,
          },
        ]),
    { label: `High ${stretch}`, value: high.high, unit: 'price', meaning: `on ${high.date}`, asOf },
    { label: `Low ${stretch}`, value: low.low, unit: 'price', meaning: `on ${low.date}`, asOf },
    {
      ...{ label: `Volume ratio ${stretch}`, unit: 'ratio' as const, asOf },
      // A number of shares could show a later split, for vendors restate it; a ratio cannot.
      value: average(bars.map((bar) => bar.volume)) / average(yearOfVolumes(window)),
      meaning: 'average volume of these bars over that of the last 252 bars',
    },
  ])
}

function firstOnOrAfter(window: AsOfWindow, date: string): number {
  const index = window.indexOf(date)
  return index >= 0 && window.bar(index).date === date ? index : index + 1
}

function yearOfVolumes(window: AsOfWindow): number[] {
  return [...window.column('volume').slice(-YEAR_BARS)]
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

type Draft = Omit<Measurement, 'value'> & { value: number | undefined }

/** Under the same labels as what is measured for everyone, for it is the same thing. */
function computeIndicator(bars: Bars, name: Indicator, period: number): Draft[] {
  const { close } = bars
  const one = (label: string, unit: Measurement['unit'], values: Float64Array, meaning?: string): Draft => ({
    ...{ label: `${label} ${period}`, unit, value: lastOf(values) },
    ...(meaning === undefined ? {} : { meaning }),
  })
  const timesHundred = (values: Float64Array) => values.map((value) => 100 * value)
  switch (name) {
    case 'sma':
      return [one('SMA', 'price', sma(close, period))]
    case 'ema':
      return [one('EMA', 'price', ema(close, period))]
    case 'rsi':
      return [one('RSI', 'points', rsi(close, period))]
    case 'atr':
      return [one('ATR', 'price', atr(bars, period))]
    case 'adx':
      return [one('ADX', 'points', adx(bars, period).adx)]
    case 'roc':
      return [one('ROC', '%', timesHundred(roc(close, period)), `change of the close over ${period} bars`)]
    case 'z_score': {
      const meaning = `standard deviations of the close from its average of ${period} bars`
      return [one('Z-score', 'ratio', zScore(close, period), meaning)]
    }
    case 'realised_volatility':
      return [one('Realised volatility', '%', timesHundred(realisedVolatility(close, period, YEAR_BARS)))]
    case 'bollinger': {
      const bands = bollinger(close, period, 2)
      const meaning = `two standard deviations from the average of ${period} bars`
      return [
        one('Upper Bollinger band', 'price', bands.upper, meaning),
        one('Lower Bollinger band', 'price', bands.lower, meaning),
      ]
    }
  }
}
