/**
 * Indicator columns of one ticker, each computed when it is first asked for and then remembered. What is remembered is
 * bounded: beyond it everything is let go and computed again as it is asked for, so that a search over a million bars
 * needs no more memory than one over a thousand. A column once handed out stays as it is.
 */
import { atr, ema, roc, rollingMax, rollingMin, rsi, sma, zScore } from '../../market/indicators/index.ts'
import type { Bars } from '../../market/series.ts'
import type { IndicatorColumns } from './indicator-columns.ts'

/** Of columns remembered for one ticker in one thread. */
const MOST_REMEMBERED_BYTES = 64 * 2 ** 20

type Remembered<Key> = Map<Key, Float64Array>

/** Throws `InputError` naming a period that is no whole number from 1. The bars must not change afterwards. */
export function createColumns(bars: Bars): IndicatorColumns {
  const { time, open, high, low, close, volume } = bars
  const stores: Remembered<never>[] = []
  let bytes = 0

  function createStore<Key>(): Remembered<Key> {
    const store: Remembered<Key> = new Map()
    stores.push(store as Remembered<never>)
    return store
  }

  function remember<Key>(store: Remembered<Key>, key: Key, column: Float64Array): Float64Array {
    bytes += column.byteLength
    if (bytes > MOST_REMEMBERED_BYTES) {
      for (const one of stores) one.clear()
      bytes = column.byteLength
    }
    store.set(key, column)
    return column
  }

  const byPeriod = (compute: (period: number) => Float64Array) => {
    const store = createStore<number>()
    return (period: number) => store.get(period) ?? remember(store, period, compute(period))
  }

  const named = createStore<string>()
  return {
    ...{ time, open, high, low, close, volume, length: close.length },
    sma: byPeriod((period) => sma(close, period)),
    ema: byPeriod((period) => ema(close, period)),
    rsi: byPeriod((period) => rsi(close, period)),
    atr: byPeriod((period) => atr(bars, period)),
    highest: byPeriod((period) => rollingMax(high, period)),
    lowest: byPeriod((period) => rollingMin(low, period)),
    zScore: byPeriod((period) => zScore(close, period)),
    roc: byPeriod((period) => roc(close, period)),
    column: (name, compute) => named.get(name) ?? remember(named, name, compute()),
  }
}
