/**
 * What a strategy sees of its bars: columns that end at the present bar. Nothing in them leads to a later one, whatever
 * is asked.
 */
import { InputError, quote } from '../../core/errors.ts'
import { suggestName } from '../../core/nearest.ts'
import { LookAheadError } from '../../market/window.ts'
import type { IndicatorView, StrategySetup } from '../strategies/bar-desk.ts'
import type { IndicatorColumns } from '../strategies/indicator-columns.ts'
import { hasBar, type Timeline } from './timeline.ts'

export interface StrategyViews {
  readonly setup: StrategySetup
  /** Moves the present to a time, one after the other from the first; works out the strategy's own columns there. */
  advance(at: number): void
  /** Every indicator has had a value by now. */
  readonly isReady: boolean
}

interface Column {
  ticker: number
  values: Float64Array
  /** Has had a value. */
  isThere: boolean
}

interface CustomColumn extends Column {
  name: string
  at: (bar: number) => number
}

/** Places of tickers by name. Throws `InputError` for one that is not traded, with the nearest that is. */
export function createTickerIndex(tickers: readonly string[]): (ticker: string | undefined) => number {
  const places = new Map(tickers.map((ticker, place) => [ticker, place]))
  return (ticker) => {
    if (ticker === undefined) return 0
    const place = places.get(ticker)
    if (place === undefined)
      throw new InputError('ticker', `no ticker ${quote(ticker)} here; ${suggestName(ticker, [...tickers])}`)
    return place
  }
}

export function createStrategyViews(
  tickers: readonly string[],
  columns: readonly IndicatorColumns[],
  timeline: Timeline,
): StrategyViews {
  const placeOf = createTickerIndex(tickers)
  const asked: Column[] = []
  const customs: CustomColumn[] = []
  /** Of each ticker, its bar at the present. */
  const present = new Int32Array(tickers.length).fill(-1)
  let isReady = false

  function view({ ticker, values }: Pick<Column, 'ticker' | 'values'>): IndicatorView {
    return {
      get now() {
        return values[present[ticker]!] ?? Number.NaN
      },
      ago(bars) {
        if (bars < 0)
          throw new LookAheadError(`${bars} bars ago is ${-bars} ahead: only the past can be asked for`)
        if (!Number.isInteger(bars)) throw new RangeError(`${bars} bars ago: not a whole number`)
        return values[present[ticker]! - bars] ?? Number.NaN
      },
    }
  }

  function ask(ticker: number, values: Float64Array): IndicatorView {
    const column = { ticker, values, isThere: false }
    asked.push(column)
    return view(column)
  }

  const setup: StrategySetup = {
    tickers,
    indicator(name, period, ticker) {
      const place = placeOf(ticker)
      return ask(place, columns[place]![name](period))
    },
    column(name, compute, ticker) {
      const place = placeOf(ticker)
      const source = columns[place]!
      const values = source.column(name, () => compute(source))
      if (values.length !== source.length)
        throw new RangeError(`column ${quote(name)} has ${values.length} values for ${source.length} bars`)
      return ask(place, values)
    },
    price(name, ticker) {
      const place = placeOf(ticker)
      return view({ ticker: place, values: columns[place]![name] })
    },
    custom(name, at, ticker) {
      const place = placeOf(ticker)
      const values = new Float64Array(columns[place]!.length).fill(Number.NaN)
      const column = { ticker: place, values, isThere: false, name, at }
      asked.push(column)
      customs.push(column)
      return view(column)
    },
  }

  function advance(at: number): void {
    for (let ticker = 0; ticker < present.length; ticker++) present[ticker] = timeline.last[ticker]![at]!
    for (const { ticker, values, name, at: compute } of customs) {
      if (!hasBar(timeline, ticker, at)) continue
      const bar = present[ticker]!
      const value = compute(bar)
      if (typeof value !== 'number')
        throw new RangeError(`column ${quote(name)} is ${quote(String(value))} on bar ${bar}: not a number`)
      values[bar] = value
    }
    if (!isReady) isReady = asked.every(isThere)
  }

  function isThere(column: Column): boolean {
    column.isThere ||= !Number.isNaN(column.values[present[column.ticker]!] ?? Number.NaN)
    return column.isThere
  }

  return {
    setup,
    advance,
    get isReady() {
      return isReady
    },
  }
}
