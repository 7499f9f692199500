/**
 * Indicators against `trading-signals`, an implementation of its own, on every bar of the sample. Where ours is still
 * warming up it is NaN; from then on both must agree to 1e-9.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import * as oracle from 'trading-signals'
import {
  adx,
  atr,
  bollinger,
  ema,
  macd,
  obv,
  roc,
  rsi,
  sma,
  stochastic,
  wma,
} from '../../../src/market/indicators/index.ts'
import { zScore } from '../../../src/market/indicators/index.ts'
import type { BarSeries } from '../../../src/market/series.ts'
import { expectClose, expectWarmUp } from '../../support/close.ts'
import { loadSample, SAMPLE_TICKERS } from '../../support/sample-bars.ts'

interface Candle {
  open: number
  high: number
  low: number
  close: number
  volume: number
}

describe.each(SAMPLE_TICKERS)('on %s', (ticker) => {
  let bars: BarSeries
  let candles: Candle[]

  beforeAll(async () => {
    bars = await loadSample(ticker)
    candles = Array.from(bars.close, (close, i) => ({
      open: bars.open[i]!,
      high: bars.high[i]!,
      low: bars.low[i]!,
      close,
      volume: bars.volume[i]!,
    }))
  })

  /** What the oracle says after each bar, null until it has an answer. */
  function run<Input, Output>(
    indicator: { add(input: Input): unknown; getResult(): Output | null },
    inputs: Iterable<Input>,
  ): (Output | null)[] {
    return Array.from(inputs, (input) => {
      indicator.add(input)
      return indicator.getResult()
    })
  }

  it.each([1, 2, 10, 20, 50, 200])('SMA %i', (period) => {
    const ours = sma(bars.close, period)
    expectWarmUp(ours, period - 1)
    expectClose(ours, run(new oracle.SMA(period), bars.close))
  })

  it.each([1, 2, 12, 26, 200])('EMA %i', (period) => {
    const ours = ema(bars.close, period)
    expectWarmUp(ours, period - 1)
    expectClose(ours, run(new oracle.EMA(period), bars.close))
  })

  it.each([1, 2, 10, 50])('WMA %i', (period) => {
    const ours = wma(bars.close, period)
    expectWarmUp(ours, period - 1)
    expectClose(ours, run(new oracle.WMA(period), bars.close))
  })

  it.each([2, 7, 14, 21])('RSI %i', (period) => {
    const ours = rsi(bars.close, period)
    expectWarmUp(ours, period)
    expectClose(ours, run(new oracle.RSI(period), bars.close))
  })

  it.each([
    [12, 26, 9],
    [5, 35, 5],
  ])('MACD %i/%i/%i', (fast, slow, signal) => {
    const ours = macd(bars.close, fast, slow, signal)
    const theirs = run(
      new oracle.MACD(new oracle.EMA(fast), new oracle.EMA(slow), new oracle.EMA(signal)),
      bars.close,
    )
    expectWarmUp(ours.macd, slow - 1)
    expectWarmUp(ours.signal, slow + signal - 2)
    expectWarmUp(ours.histogram, slow + signal - 2)
    expectClose(
      ours.macd,
      theirs.map((one) => one && one.macd),
    )
    expectClose(
      ours.signal,
      theirs.map((one) => one && one.signal),
    )
    expectClose(
      ours.histogram,
      theirs.map((one) => one && one.histogram),
    )
  })

  it.each([
    [20, 2],
    [10, 1.5],
  ])('Bollinger %i, %f', (period, k) => {
    const ours = bollinger(bars.close, period, k)
    const theirs = run(new oracle.BollingerBands(period, k), bars.close)
    for (const band of ['middle', 'upper', 'lower'] as const) {
      expectWarmUp(ours[band], period - 1)
      expectClose(
        ours[band],
        theirs.map((one) => one && one[band]),
      )
    }
  })

  it.each([1, 7, 14])('ATR %i', (period) => {
    const ours = atr(bars, period)
    expectWarmUp(ours, period - 1)
    expectClose(ours, run(new oracle.ATR(period), candles))
  })

  it.each([7, 14])('ADX %i', (period) => {
    const ours = adx(bars, period)
    const indicator = new oracle.ADX(period)
    const directions = candles.map((candle) => {
      indicator.add(candle)
      return [indicator.pdi, indicator.mdi] as const
    })
    expectWarmUp(ours.adx, 2 * period - 2)
    expectWarmUp(ours.plusDi, period - 1)
    expectWarmUp(ours.minusDi, period - 1)
    expectClose(ours.adx, run(new oracle.ADX(period), candles))
    expectClose(
      ours.plusDi,
      directions.map(([plus]) => (plus === undefined ? null : 100 * plus)),
    )
    expectClose(
      ours.minusDi,
      directions.map(([, minus]) => (minus === undefined ? null : 100 * minus)),
    )
  })

  it('OBV', () => {
    const ours = obv(bars)
    expect(ours[0]).toBe(0)
    expectClose(ours, run(new oracle.OBV(2), candles))
  })

  it.each([
    [14, 3, 3],
    [5, 1, 3],
  ])('stochastic %i/%i/%i', (period, smoothK, smoothD) => {
    const ours = stochastic(bars, period, smoothK, smoothD)
    const theirs = run(
      new oracle.StochasticOscillator({ kPeriod: period, kSlowingPeriod: smoothK, dPeriod: smoothD }),
      candles,
    )
    expectWarmUp(ours.k, period + smoothK - 2)
    expectWarmUp(ours.d, period + smoothK + smoothD - 3)
    expectClose(
      ours.k,
      theirs.map((one) => one && one.stochK),
    )
    expectClose(
      ours.d,
      theirs.map((one) => one && one.stochD),
    )
  })

  it.each([1, 10, 252])('ROC %i', (period) => {
    const ours = roc(bars.close, period)
    expectWarmUp(ours, period)
    expectClose(ours, run(new oracle.ROC(period), bars.close))
  })

  it.each([20, 60])('z-score %i', (period) => {
    const ours = zScore(bars.close, period)
    expectWarmUp(ours, period - 1)
    const theirs = Array.from(bars.close, (_, i) =>
      i < period - 1 ? null : oracle.getZScore(Array.from(bars.close.subarray(i - period + 1, i + 1))),
    )
    // In standard deviations, where a value near 0 is what is left of a difference of prices.
    expectClose(ours, theirs, 1)
  })
})
