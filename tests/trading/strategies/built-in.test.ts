/** Every built-in strategy: what it says of itself, when it begins, and that nothing it does depends on a later bar. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseConstraint } from '../../../src/lab/search/constraint.ts'
import type { Bars } from '../../../src/market/series.ts'
import { createEvaluator } from '../../../src/trading/evaluate.ts'
import { DEFAULT_RULES } from '../../../src/trading/rules.ts'
import { STATISTICS } from '../../../src/trading/statistics.ts'
import { cutBars } from '../../../src/trading/strategies/check-look-ahead.ts'
import { createColumns } from '../../../src/trading/strategies/create-columns.ts'
import { fillParams } from '../../../src/trading/strategies/fill-params.ts'
import type { IndicatorColumns } from '../../../src/trading/strategies/indicator-columns.ts'
import { BUILT_IN } from '../../../src/trading/strategies/index.ts'
import type {
  Params,
  SignalStrategy,
  Strategy,
  TickerBars,
} from '../../../src/trading/strategies/strategy.ts'
import { loadSample, SAMPLE_TICKERS } from '../../support/sample-bars.ts'

const ALL = [...BUILT_IN.values()]
const SIGNALS = ALL.filter((strategy): strategy is SignalStrategy => strategy.form === 'signals')
const BARS = ALL.filter((strategy) => strategy.form === 'bars')
const GARBAGE = 77

let market: TickerBars[]

/** The last 900 bars of each, which stand on the same days. */
beforeAll(async () => {
  market = await Promise.all(
    SAMPLE_TICKERS.map(async (ticker) => ({ ticker, bars: lastBars(await loadSample(ticker), 900) })),
  )
})

function lastBars(bars: Bars, count: number): Bars {
  const { time, open, high, low, close, volume } = bars
  const [lastTime, lastOpen, lastHigh] = [time.subarray(-count), open.subarray(-count), high.subarray(-count)]
  const [lastLow, lastClose, lastVolume] = [
    low.subarray(-count),
    close.subarray(-count),
    volume.subarray(-count),
  ]
  return {
    time: lastTime,
    open: lastOpen,
    high: lastHigh,
    low: lastLow,
    close: lastClose,
    volume: lastVolume,
  }
}

const tickers = fc.integer({ min: 0, max: SAMPLE_TICKERS.length - 1 })

/** Values of every parameter, small enough for 900 bars, for which the strategy's constraint holds. */
function paramsOf({ parameters, constraint }: Strategy): fc.Arbitrary<Params> {
  const values = fc.record(
    Object.fromEntries(
      parameters.map(({ name, min, max, step }) => {
        const most = Math.floor((Math.min(max, Math.max(min, 120)) - min) / step + 1e-9)
        return [name, fc.integer({ min: 0, max: most }).map((steps) => min + steps * step)]
      }),
    ),
  )
  if (constraint === null) return values
  const { holds } = parseConstraint(
    constraint,
    parameters.map(({ name }) => name),
  )
  return values.filter((params) => holds((name) => params[name]!))
}

function signalsOf(strategy: SignalStrategy, bars: Bars, params: Params) {
  const out = new Int8Array(bars.close.length).fill(GARBAGE)
  const first = strategy.signals(createColumns(bars), params, out)
  return { first, out }
}

it('stands under its own name, and the ten that are promised are there', () => {
  expect([...BUILT_IN].every(([name, strategy]) => strategy.name === name)).toBe(true)
  expect([...BUILT_IN.keys()]).toEqual(
    expect.arrayContaining([
      ...['sma-cross', 'ema-cross', 'rsi-reversion', 'macd', 'bollinger-breakout', 'donchian'],
      ...['momentum-rotation', 'kdj-rsi', 'z-score-reversion', 'buy-and-hold', 'committee-rule'],
    ]),
  )
})

it.each(ALL)('$name says what it is and has parameters that can be run as they stand', (strategy) => {
  for (const text of [strategy.title, strategy.about, strategy.source]) expect(text).not.toBe('')
  expect(strategy.about).toMatch(/\.$/)
  for (const { name, title, about, min, max } of strategy.parameters) {
    expect(title).not.toBe('')
    expect(about).toMatch(/\.$/)
    expect(min).toBeLessThan(max)
    expect(STATISTICS).not.toContain(name)
  }
  expect(Object.keys(fillParams(strategy, {}))).toEqual(strategy.parameters.map(({ name }) => name))
})

/** Columns that tell at which bars those asked for begin. */
function watchColumns(bars: Bars): { columns: IndicatorColumns; begins: () => number[] } {
  const asked: Float64Array[] = []
  const columns = createColumns(bars)
  const watched = Object.fromEntries(
    Object.entries(columns).map(([name, member]: [string, unknown]) => [
      name,
      typeof member !== 'function'
        ? member
        : (...values: unknown[]) => {
            const column = (member as (...values: unknown[]) => Float64Array)(...values)
            asked.push(column)
            return column
          },
    ]),
  ) as unknown as IndicatorColumns
  return {
    columns: watched,
    begins: () => asked.map((column) => column.findIndex((value) => !Number.isNaN(value))),
  }
}

describe.each(SIGNALS)('$name', (strategy) => {
  it('says nothing of a bar that later bars could change, and writes every bar', () => {
    fc.assert(
      fc.property(tickers, paramsOf(strategy), fc.integer({ min: 1, max: 899 }), (which, params, cut) => {
        const { bars } = market[which]!
        const whole = signalsOf(strategy, bars, params)
        const part = signalsOf(strategy, cutBars(bars, cut), params)
        expect(part.first).toBe(whole.first)
        expect(part.out).toEqual(whole.out.slice(0, cut))
        expect(whole.out.every((signal) => signal >= -1 && signal <= 2)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('begins where every column that it asks for stands one bar before as well', () => {
    fc.assert(
      fc.property(tickers, paramsOf(strategy), (which, params) => {
        const { bars } = market[which]!
        const { columns, begins } = watchColumns(bars)
        const out = new Int8Array(bars.close.length)
        const first = strategy.signals(columns, params, out)
        expect(first).toBe(begins().reduce((latest, index) => Math.max(latest, index + 1), 0))
        if (first > 0) expect(out.subarray(0, first).every((signal) => signal === 0)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('has something to say of years of bars', () => {
    const { out } = signalsOf(strategy, market[0]!.bars, fillParams(strategy, {}))
    expect(out.some((signal) => signal !== 0)).toBe(true)
  })
})

describe.each(BARS)('$name', (strategy) => {
  it('makes no trade that later bars could change', () => {
    const run = (series: TickerBars[], params: Params) => {
      const evaluator = createEvaluator(series, strategy, DEFAULT_RULES)
      return evaluator.simulate(params, { from: 0, to: evaluator.bars }).simulation
    }
    fc.assert(
      fc.property(tickers, paramsOf(strategy), fc.integer({ min: 300, max: 899 }), (which, params, cut) => {
        const series = strategy.tickers === 'several' ? market : [market[which]!]
        const end = market[0]!.bars.time[cut - 1]!
        const rest = series.map(({ ticker, bars }) => ({ ticker, bars: cutBars(bars, cut) }))
        const whole = run(series, params)
        const part = run(rest, params)
        expect(part.equity).toEqual(whole.equity.subarray(0, cut))
        const past = ({ trades }: typeof whole) => trades.filter(({ exit_time }) => exit_time < end)
        expect(past(part)).toEqual(past(whole))
      }),
      { numRuns: 12 },
    )
  })

  it('trades', () => {
    const series = strategy.tickers === 'several' ? market : [market[0]!]
    const evaluator = createEvaluator(series, strategy, DEFAULT_RULES)
    expect(evaluator.simulate({}, { from: 0, to: evaluator.bars }).simulation.trades.length).toBeGreaterThan(
      3,
    )
  })
})
