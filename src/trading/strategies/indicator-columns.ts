/**
 * Indicator columns of one ticker, each computed once and shared by every trial that asks for it. All have the length of
 * the bars and are NaN until they are there.
 */
import type { Bars } from '../../market/series.ts'

export interface IndicatorColumns extends Bars {
  readonly length: number
  sma(period: number): Float64Array
  ema(period: number): Float64Array
  rsi(period: number): Float64Array
  atr(period: number): Float64Array
  /** Highest high and lowest low of the last `period` bars, the present one included. */
  highest(period: number): Float64Array
  lowest(period: number): Float64Array
  zScore(period: number): Float64Array
  roc(period: number): Float64Array
  /** Any other column, kept under its name: the name must say all that it depends on. */
  column(name: string, compute: () => Float64Array): Float64Array
}
