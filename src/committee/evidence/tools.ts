/**
 * The tools of the market analyst: what each measures at every bar (its columns) and only at the last (its points).
 * Labels are the names by which reasoning and reports refer to a value. A month is 21 bars, a year 252.
 */
import { setImmediate } from 'node:timers/promises'
import { drawdown } from '../../market/indicators/index.ts'
import type { Bars } from '../../market/series.ts'
import type { AsOfWindow } from '../../market/window.ts'
import {
  MARKET_COLUMNS,
  MONTH_BARS,
  YEAR_BARS,
  type MarketColumn,
} from '../../trading/plain-rule/market-columns.ts'
import { pctChange } from '../../trading/plain-rule/relations.ts'
import { annualisedVolatilityPct, maxDrawdownPct, valueAtRisk95Pct } from '../../trading/risk-statistics.ts'
import { lastOf } from './columns.ts'
import { findLevels } from './levels.ts'
import { keepFinite, type Measurement } from './measurement.ts'

export interface MeasuringTool {
  name: string
  /** What it does, for the messages of whoever calls it. */
  about: string
  columns?(bars: Bars): MarketColumn[]
  points?(bars: Bars): Measurement[]
}

const PRICE: MeasuringTool = {
  name: 'price',
  about: 'last close and its latest changes',
  columns: MARKET_COLUMNS.price,
}

const AVERAGES: MeasuringTool = {
  name: 'averages',
  about: 'moving averages, the distance of the close from them and their monthly slope',
  columns: MARKET_COLUMNS.averages,
}

const MOMENTUM: MeasuringTool = {
  name: 'momentum',
  about: 'RSI, MACD, stochastic, rates of change and the z-score of the close',
  columns: MARKET_COLUMNS.momentum,
}

const DIRECTION: MeasuringTool = {
  name: 'direction',
  about: 'strength of the trend and who drives it (ADX and directional lines)',
  columns: MARKET_COLUMNS.direction,
}

const VOLATILITY: MeasuringTool = {
  name: 'volatility',
  about: 'true range, realised volatility with its rank within the year, Bollinger bands',
  columns: MARKET_COLUMNS.volatility,
}

const RANGE: MeasuringTool = {
  name: 'range',
  about: 'the range of the year and the swing levels nearest to the close',
  columns: MARKET_COLUMNS.range,
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

const VOLUME: MeasuringTool = {
  name: 'volume',
  about: 'volume against its average and which side of the tape it is on',
  columns: MARKET_COLUMNS.volume,
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
