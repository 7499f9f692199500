/**
 * The tools of the market analyst: what each measures at every bar (its columns) and only at the last (its points).
 * Labels are the names by which reasoning and reports refer to a value. A month is 21 bars, a year 252.
 */
import { setImmediate } from 'node:timers/promises'
import {
  adx,
  atr,
  bollinger,
  drawdown,
  ema,
  macd,
  obv,
  realisedVolatility,
  roc,
  rsi,
  sma,
  stochastic,
  zScore,
} from '../../market/indicators/index.ts'
import type { Bars } from '../../market/series.ts'
import type { AsOfWindow } from '../../market/window.ts'
import { annualisedVolatilityPct, maxDrawdownPct, valueAtRisk95Pct } from '../../trading/risk-statistics.ts'
import {
  lastOf,
  pctAbove,
  pctChange,
  pctOf,
  rollingMax,
  rollingMin,
  rollingRankPct,
  type Column,
} from './columns.ts'
import { findLevels } from './levels.ts'
import { keepFinite, type Measurement, type Unit } from './measurement.ts'

const MONTH_BARS = 21
const YEAR_BARS = 252

export interface MeasuringTool {
  name: string
  /** What it does, for the messages of whoever calls it. */
  about: string
  columns?(bars: Bars): Column[]
  points?(bars: Bars): Measurement[]
}

const PRICE: MeasuringTool = {
  name: 'price',
  about: 'last close and its latest changes',
  columns: ({ close }) => [
    column('Last close', 'price', close),
    column('Change on the day', '%', pctChange(close, 1)),
    column('Change on the week', '%', pctChange(close, 5)),
  ],
}

const AVERAGES: MeasuringTool = {
  name: 'averages',
  about: 'moving averages, the distance of the close from them and their monthly slope',
  columns({ close }) {
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
  },
}

const MOMENTUM: MeasuringTool = {
  name: 'momentum',
  about: 'RSI, MACD, stochastic, rates of change and the z-score of the close',
  columns(bars) {
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
  },
}

const DIRECTION: MeasuringTool = {
  name: 'direction',
  about: 'strength of the trend and who drives it (ADX and directional lines)',
  columns(bars) {
    const lines = adx(bars, 14)
    return [
      column('ADX 14', 'points', lines.adx),
      column('+DI 14', 'points', lines.plusDi),
      column('-DI 14', 'points', lines.minusDi),
    ]
  },
}

const VOLATILITY: MeasuringTool = {
  name: 'volatility',
  about: 'true range, realised volatility with its rank within the year, Bollinger bands',
  columns(bars) {
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
  },
}

const RANGE: MeasuringTool = {
  name: 'range',
  about: 'the range of the year and the swing levels nearest to the close',
  columns({ high, low, close }) {
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
  },
  points(bars) {
    const last = bars.close.at(-1)!
    const { supports, resistances } = findLevels(bars)
    const swing = (which: string) => `nearest swing ${which} the close, within 252 bars`
    const away = (level: number | undefined) => (level === undefined ? undefined : 100 * (level / last - 1))
    return keepFinite([
      { label: 'Support', value: supports[0], unit: 'price', meaning: swing('low beneath') },
      { label: 'Distance to support', value: away(supports[0]), unit: '%' },
      { label: 'Second support', value: supports[1], unit: 'price', meaning: swing('low but one beneath') },
      { label: 'Resistance', value: resistances[0], unit: 'price', meaning: swing('high above') },
      { label: 'Distance to resistance', value: away(resistances[0]), unit: '%' },
      {
        label: 'Second resistance',
        value: resistances[1],
        unit: 'price',
        meaning: swing('high but one above'),
      },
    ])
  },
}

/** The last year, or all there is of a shorter history; nothing is said of less than a month. */
const LOSSES: MeasuringTool = {
  name: 'losses',
  about: 'how far the price fell and how bad its days were, over the last year',
  points({ close }) {
    const year = close.slice(-(YEAR_BARS + 1))
    if (year.length <= MONTH_BARS) return []
    const days = pctChange(year, 1).slice(1)
    const over = `, over the last ${days.length} bars`
    return keepFinite([
      {
        ...{ label: 'Max drawdown', value: maxDrawdownPct(year), unit: '%' as const },
        meaning: `deepest fall of the close from a peak${over}`,
      },
      {
        ...{ label: 'Current drawdown', value: 100 * drawdown(year).at(-1)!, unit: '%' as const },
        meaning: `last close from the highest close${over}`,
      },
      {
        ...{ label: 'VaR 95', value: valueAtRisk95Pct(year, YEAR_BARS), unit: '%' as const },
        meaning: `loss that one day in twenty exceeded${over}`,
      },
      {
        ...{ label: 'Annualised volatility', value: annualisedVolatilityPct(year), unit: '%' as const },
        meaning: `of daily log returns${over}`,
      },
      {
        ...{ label: 'Worst day', value: Math.min(...days), unit: '%' as const },
        meaning: `change of the close on a day${over}`,
      },
      {
        ...{ label: 'Best day', value: Math.max(...days), unit: '%' as const },
        meaning: `change of the close on a day${over}`,
      },
    ])
  },
}

/**
 * Ratios of volumes only: a vendor may state volume in shares of its own last day, which would let splits after as-of
 * show in a number of shares.
 */
const VOLUME: MeasuringTool = {
  name: 'volume',
  about: 'volume against its average and which side of the tape it is on',
  columns(bars) {
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
  },
}

/** In the order in which they are called, which is the order of the evidence. */
export const MARKET_TOOLS: readonly MeasuringTool[] = [
  PRICE,
  AVERAGES,
  MOMENTUM,
  DIRECTION,
  VOLATILITY,
  RANGE,
  LOSSES,
  VOLUME,
]

/** What the trader and the risk voices cannot do without, whichever analysts were chosen. */
export const TRADING_TOOLS: readonly MeasuringTool[] = [PRICE, VOLATILITY, RANGE, LOSSES]

/** What a tool says of the last bar of a window. */
export function measure(tool: MeasuringTool, window: AsOfWindow): Measurement[] {
  const bars = window.bars
  const columns = tool.columns?.(bars) ?? []
  return keepFinite([
    ...columns.map(({ values, ...named }) => ({ ...named, value: lastOf(values) })),
    ...(tool.points?.(bars) ?? []),
  ])
}

/**
 * All columns of all tools by label: the same values as the evidence, at every bar of the past. Lets others have the
 * event loop between two tools, for together they take longer than a page should wait.
 */
export async function computeHistory(bars: Bars): Promise<Map<string, Float64Array>> {
  const history = new Map<string, Float64Array>()
  for (const tool of MARKET_TOOLS) {
    for (const { label, values } of tool.columns?.(bars) ?? []) history.set(label, values)
    await setImmediate()
  }
  return history
}

function column(label: string, unit: Unit, values: Float64Array, meaning?: string): Column {
  return meaning === undefined ? { label, unit, values } : { label, unit, values, meaning }
}

function timesHundred(values: Float64Array): Float64Array {
  return values.map((value) => 100 * value)
}
