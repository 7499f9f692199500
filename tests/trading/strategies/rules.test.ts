/** What each rule says of bars whose answer can be worked out by hand. */
import { describe, expect, it } from 'vitest'
import { atr } from '../../../src/market/indicators/index.ts'
import type { Bars } from '../../../src/market/series.ts'
import { createEvaluator } from '../../../src/trading/evaluate.ts'
import { computeBalanceColumn } from '../../../src/trading/plain-rule/plain-rule.ts'
import { DEFAULT_RULES } from '../../../src/trading/rules.ts'
import { simulateBracket } from '../../../src/trading/simulate.ts'
import { writeCrossings } from '../../../src/trading/strategies/crossings.ts'
import { createColumns } from '../../../src/trading/strategies/create-columns.ts'
import { fillParams } from '../../../src/trading/strategies/fill-params.ts'
import { BUILT_IN } from '../../../src/trading/strategies/index.ts'
import type { Params, SignalStrategy } from '../../../src/trading/strategies/strategy.ts'
import { makeBars } from '../../support/hand-made-bars.ts'
import { loadSample, SAMPLE_TICKERS } from '../../support/sample-bars.ts'

/** Bars that open where they close, a unit of range about it. */
const closes = (values: readonly number[]): Bars =>
  makeBars(values.map((close) => [close, close + 1, close - 1, close] as const))

function signalsOf(name: string, bars: Bars, params: Params): number[] {
  const strategy = BUILT_IN.get(name) as SignalStrategy
  const out = new Int8Array(bars.close.length)
  strategy.signals(createColumns(bars), fillParams(strategy, params), out)
  return [...out]
}

describe('a crossing', () => {
  const cross = (line: number[], base: number[], first = 1) => {
    const out = new Int8Array(line.length).fill(9)
    writeCrossings(Float64Array.from(line), Float64Array.from(base), first, out)
    return [...out]
  }

  it('is from strictly below to strictly above, or the other way round', () => {
    expect(cross([1, 3, 3, 1, 1, 4], [2, 2, 2, 2, 2, 2])).toEqual([0, 1, 0, -1, 0, 1])
  })

  it('is none through a tie, as with crossover of backtesting.py', () => {
    expect(cross([1, 2, 3, 2, 1, 3], [2, 2, 2, 2, 2, 2])).toEqual([0, 0, 0, 0, 0, 1])
  })

  it('is none beside a bar that has no value', () => {
    expect(cross([Number.NaN, 3, 1, Number.NaN, 3, 1], [2, 2, 2, 2, 2, 2])).toEqual([0, 0, -1, 0, 0, -1])
  })

  it('is none before the first bar that counts', () => {
    expect(cross([1, 3, 1, 3], [2, 2, 2, 2], 2)).toEqual([0, 0, -1, 1])
  })
})

it('SMA cross decides from the bar on which the slow average stands for the second time', () => {
  // Averages of 1 and 3 at bar 3: 7 over 5; at bar 2: 3 under 4.
  expect(signalsOf('sma-cross', closes([5, 4, 3, 8, 1]), { fast: 1, slow: 3 })).toEqual([0, 0, 0, 1, -1])
})

it('Donchian enters on a new extreme of the bars before, and leaves on the opposite one of fewer', () => {
  // Highs are one above the close, lows one below: passing a high of the last 3 takes a close more than 1 above them all.
  const bars = closes([10, 10, 10, 12, 13, 15, 16, 13.5, 11, 10, 9, 11.5])
  expect(signalsOf('donchian', bars, { entry: 3, exit: 2 })).toEqual([0, 0, 0, 1, 0, 1, 0, 2, -1, 0, 0, 2])
})

it('RSI reversion enters as the RSI comes back, and is out at the middle', () => {
  // RSI of 3 bars from bar 3 on: 0, 38, 61, 81, 55, 37.
  const bars = closes([100, 98, 96, 94, 96.5, 99, 104, 101, 98])
  const params = { period: 3, oversold: 30, overbought: 70, exit: 50 }
  expect(signalsOf('rsi-reversion', bars, params)).toEqual([0, 0, 0, 0, 1, 2, 0, -1, 2])
})

it('Bollinger breakout goes with the move, z-score reversion against it', () => {
  const calm = Array.from({ length: 10 }, (_, i) => 100 + (i % 2))
  const bars = closes([...calm, 108, 108, 99, 90])
  expect(signalsOf('bollinger-breakout', bars, { period: 10, width: 2 }).slice(10)).toEqual([1, 0, 2, -1])
  expect(signalsOf('z-score-reversion', bars, { window: 10, entry: 2, exit: 0.5 }).slice(10, 13)).toEqual([
    -1, 0, 2,
  ])
})

it('buy and hold is in from any bar on', () => {
  expect(signalsOf('buy-and-hold', closes([1, 2, 3]), {})).toEqual([1, 1, 1])
})

it('momentum rotation holds what rose most, changes when another did, and stays in cash when all fell', () => {
  const rising = [100, 101, 102, 103, 104, 105, 106, 107, 108, 100, 95, 90, 85, 80, 75, 70, 65, 60]
  const later = [100, 100, 100, 100, 100, 100, 101, 104, 110, 118, 128, 140, 120, 100, 80, 70, 60, 50]
  const series = [
    { ticker: 'UP', bars: closes(rising) },
    { ticker: 'LATE', bars: closes(later) },
  ]
  const evaluator = createEvaluator(series, BUILT_IN.get('momentum-rotation')!, DEFAULT_RULES)
  const { simulation } = evaluator.simulate({ lookback: 5, every: 1, top: 1 }, { from: 0, to: 18 })
  expect(
    simulation.trades.map(({ ticker, entry_index, exit_index }) => [ticker, entry_index, exit_index]),
  ).toEqual([
    ['UP', 6, 9],
    ['LATE', 9, 14],
  ])
})

describe.each(SAMPLE_TICKERS)('the committee’s rule on %s', (ticker) => {
  it('makes the very trades whose record the committee measures', async () => {
    const bars = await loadSample(ticker)
    const range = atr(bars, 14)
    const balance = computeBalanceColumn(bars)
    const measured = simulateBracket(
      bars,
      Int8Array.from(balance, (value) => (value >= 0.25 ? 1 : value <= -0.25 ? -1 : 0)),
      {
        stopDistance: range.map((value) => 2 * value),
        targetDistance: range.map((value) => 3.5 * value),
        maxBars: 42,
        costs: { commission: 0.001 },
      },
    )
    // Shares enough to be had at any price, so that the size of the account decides nothing.
    const rules = {
      ...DEFAULT_RULES,
      cash: 1e9,
      commission: 0.001,
      sizing: { method: 'shares', shares: 10 } as const,
    }
    const evaluator = createEvaluator([{ ticker, bars }], BUILT_IN.get('committee-rule')!, rules)
    const { trades } = evaluator.simulate({}, { from: 0, to: evaluator.bars }).simulation
    const shown = trades.map(({ size, entry_index, exit_index, entry_price, exit_price, exit_reason }) => ({
      ...{ side: Math.sign(size), entry_index, exit_index, entry_price, exit_price, exit_reason },
    }))
    expect(measured.length).toBeGreaterThan(20)
    expect(shown).toEqual(
      measured.map(({ side, entry_index, exit_index, entry_price, exit_price, exit_reason }) => ({
        ...{ side, entry_index, exit_index, entry_price, exit_price, exit_reason },
      })),
    )
    for (const [index, { return_pct }] of measured.entries())
      expect(trades[index]!.return_pct).toBeCloseTo(return_pct, trades[index]!.exit_reason === 'open' ? 0 : 9)
  })
})
