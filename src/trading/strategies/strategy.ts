/**
 * What a strategy is: a name, a schema of its parameters, and a rule that sees only the past. It comes in one of two
 * forms: a column of signals over all bars, which a search can run ten thousand times, or a call for each bar, which may
 * place any order and hold several tickers.
 */
import type { Bars } from '../../market/series.ts'
import type { BarDesk, StrategySetup } from './bar-desk.ts'
import type { IndicatorColumns } from './indicator-columns.ts'

/** A number that a strategy is run with; forms, help and searches are made from it. */
export interface StrategyParameter {
  /** `fast`: as it is typed. */
  name: string
  title: string
  /** What it does to the strategy, a sentence. */
  about: string
  /** Both ends count. */
  min: number
  max: number
  /** A value is `min` plus a whole number of these. A whole step from a whole `min` makes whole numbers. */
  step: number
  default: number
}

export type Params = Readonly<Record<string, number>>

interface StrategyFacts {
  /** `sma-cross`. */
  name: string
  title: string
  about: string
  /** Where the rule comes from: author, year, work. */
  source: string
  parameters: readonly StrategyParameter[]
  /** What must hold between parameters, as a constraint of a search is written: `fast < slow`; null for nothing. */
  constraint: string | null
  tickers: 'one' | 'several'
}

/** What a bar's close says: nothing new, be long, be short (or out, where shorting is off), be out. */
export const SIGNAL = Object.freeze({ none: 0, long: 1, short: -1, out: 2 } as const)

export interface SignalStrategy extends StrategyFacts {
  form: 'signals'
  tickers: 'one'
  /**
   * Writes a signal for every bar into `out` (all of it: it is used again from trial to trial), each made from bars up to
   * and including its own, and returns the first bar whose signal counts: before it the indicators are not all there.
   * Allocates nothing on the way; columns are those of `columns`.
   */
  signals(columns: IndicatorColumns, params: Params, out: Int8Array): number
}

export interface BarStrategy<State = unknown> extends StrategyFacts {
  form: 'bars'
  /** Asks for the indicators it needs; what it returns is handed to every call of `next`. */
  init(setup: StrategySetup, params: Params): State
  /** Called on the close of each bar from the one on which all indicators are there. */
  next(desk: BarDesk, state: State, params: Params): void
}

export type Strategy = SignalStrategy | BarStrategy

/** The bars of one ticker, in memory that threads share. */
export interface TickerBars {
  ticker: string
  bars: Bars
}
