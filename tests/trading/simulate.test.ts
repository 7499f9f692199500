import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { NO_COSTS, type Costs } from '../../src/trading/costs.ts'
import { simulateBracket, type Trade } from '../../src/trading/simulate.ts'
import { makeBars, type Ohlc } from '../support/hand-made-bars.ts'

/** A quiet bar around 100. */
const QUIET: Ohlc = [100, 101, 99, 100]

interface Setup {
  rows: readonly Ohlc[]
  /** Signal by bar. */
  signals: Record<number, 1 | -1>
  stop?: number | number[]
  target?: number | number[]
  maxBars?: number
  costs?: Costs
}

function simulate({ rows, signals, stop = 5, target = 10, maxBars = 100, costs = NO_COSTS }: Setup): Trade[] {
  const column = (value: number | number[]) =>
    Float64Array.from(rows, (_, i) => (Array.isArray(value) ? value[i]! : value))
  const entries = Int8Array.from(rows, (_, i) => signals[i] ?? 0)
  return simulateBracket(makeBars(rows), entries, {
    stopDistance: column(stop),
    targetDistance: column(target),
    maxBars,
    costs,
  })
}

describe('an entry', () => {
  it('fills at the open of the bar after its signal', () => {
    const [trade] = simulate({ rows: [QUIET, [102, 103, 101, 102], QUIET], signals: { 0: 1 } })
    expect(trade).toMatchObject({ side: 1, entry_index: 1, entry_price: 102 })
  })

  it('has its distances from the bar of the signal, measured from the fill', () => {
    const rows: Ohlc[] = [QUIET, [102, 103, 101, 102], [102, 102, 90, 95]]
    const [trade] = simulate({ rows, signals: { 0: 1 }, stop: [4, 1, 1], target: [10, 1, 1] })
    expect(trade).toMatchObject({ exit_index: 2, exit_price: 98, exit_reason: 'stop' })
  })

  it('is not made for a signal on the last bar, which has no next open', () => {
    expect(simulate({ rows: [QUIET, QUIET], signals: { 1: 1 } })).toEqual([])
  })

  it.each([Number.NaN, 0, -1])('is not made where a distance is %d', (distance) => {
    expect(simulate({ rows: [QUIET, QUIET, QUIET], signals: { 0: 1 }, stop: distance })).toEqual([])
    expect(simulate({ rows: [QUIET, QUIET, QUIET], signals: { 0: 1 }, target: distance })).toEqual([])
  })

  it('may have no stop or no target: an infinite distance', () => {
    const rows: Ohlc[] = [QUIET, QUIET, [100, 200, 1, 150], QUIET]
    const [trade] = simulate({ rows, signals: { 0: 1 }, stop: Infinity, target: Infinity, maxBars: 2 })
    expect(trade).toMatchObject({ exit_index: 2, exit_price: 150, exit_reason: 'time', return_pct: 50 })
  })

  it('is passed over while a position is open', () => {
    const trades = simulate({
      rows: Array.from({ length: 8 }, () => QUIET),
      signals: { 0: 1, 1: -1, 2: 1 },
      maxBars: 4,
    })
    expect(trades).toHaveLength(1)
  })

  it('may follow a signal on the close of the bar that ended the last position', () => {
    const rows: Ohlc[] = [QUIET, QUIET, [100, 101, 94, 96], [97, 98, 96, 97], QUIET]
    const trades = simulate({ rows, signals: { 0: 1, 2: -1 } })
    expect(trades.map((trade) => [trade.side, trade.entry_index, trade.entry_price])).toEqual([
      [1, 1, 100],
      [-1, 3, 97],
    ])
  })
})

describe('an exit', () => {
  it('at the stop inside a bar', () => {
    const [trade] = simulate({ rows: [QUIET, QUIET, [98, 99, 94, 96]], signals: { 0: 1 } })
    expect(trade).toEqual({
      side: 1,
      entry_index: 1,
      exit_index: 2,
      entry_price: 100,
      exit_price: 95,
      return_pct: -5,
      bars_held: 2,
      exit_reason: 'stop',
    })
  })

  it('at the open when the bar gaps through the stop', () => {
    const [trade] = simulate({ rows: [QUIET, QUIET, [90, 96, 89, 95]], signals: { 0: 1 } })
    expect(trade).toMatchObject({ exit_price: 90, exit_reason: 'stop' })
    expect(trade!.return_pct).toBeCloseTo(-10, 12)
  })

  it('at the target inside a bar, at the open when the bar gaps through it', () => {
    const inside = simulate({ rows: [QUIET, QUIET, [105, 111, 104, 108]], signals: { 0: 1 } })
    expect(inside[0]).toMatchObject({ exit_price: 110, exit_reason: 'target' })
    const gap = simulate({ rows: [QUIET, QUIET, [115, 116, 112, 113]], signals: { 0: 1 } })
    expect(gap[0]).toMatchObject({ exit_price: 115, exit_reason: 'target' })
    expect(gap[0]!.return_pct).toBeCloseTo(15, 12)
  })

  it('at the stop where one bar touches both', () => {
    const [trade] = simulate({ rows: [QUIET, QUIET, [100, 112, 93, 100]], signals: { 0: 1 } })
    expect(trade).toMatchObject({ exit_price: 95, exit_reason: 'stop' })
  })

  it('on the bar of the entry itself', () => {
    const [trade] = simulate({ rows: [QUIET, [100, 101, 94, 99], QUIET], signals: { 0: 1 } })
    expect(trade).toMatchObject({
      entry_index: 1,
      exit_index: 1,
      exit_price: 95,
      bars_held: 1,
      exit_reason: 'stop',
    })
  })

  it('on the close of the last bar it may be held, that of the entry counted', () => {
    const rows: Ohlc[] = [QUIET, QUIET, QUIET, [100, 103, 99, 102], QUIET]
    const [trade] = simulate({ rows, signals: { 0: 1 }, maxBars: 3 })
    expect(trade).toMatchObject({ exit_index: 3, exit_price: 102, bars_held: 3, exit_reason: 'time' })
    expect(simulate({ rows, signals: { 0: 1 }, maxBars: 1 })[0]).toMatchObject({
      exit_index: 1,
      bars_held: 1,
    })
  })

  it('at the stop, when the stop is touched on the last bar it may be held', () => {
    const [trade] = simulate({ rows: [QUIET, QUIET, [100, 101, 94, 101]], signals: { 0: 1 }, maxBars: 2 })
    expect(trade).toMatchObject({ exit_price: 95, exit_reason: 'stop' })
  })

  it('has not come on the last bar: the trade is open, valued at the close', () => {
    const trades = simulate({ rows: [QUIET, QUIET, [100, 103, 99, 102]], signals: { 0: 1 } })
    expect(trades).toHaveLength(1)
    expect(trades[0]).toMatchObject({ exit_index: 2, exit_price: 102, exit_reason: 'open', return_pct: 2 })
  })

  it('by time falls on the last bar: the trade is closed, not open', () => {
    const [trade] = simulate({ rows: [QUIET, QUIET, QUIET], signals: { 0: 1 }, maxBars: 2 })
    expect(trade).toMatchObject({ exit_index: 2, exit_reason: 'time' })
  })
})

describe('the short side mirrors the long one', () => {
  it.each([
    ['stop inside', [102, 106, 101, 104], 105, 'stop', -5],
    ['stop gapped through', [110, 111, 108, 109], 110, 'stop', -10],
    ['target inside', [95, 96, 89, 92], 90, 'target', 10],
    ['target gapped through', [85, 86, 84, 85], 85, 'target', 15],
    ['both touched', [100, 106, 89, 100], 105, 'stop', -5],
  ] as const)('%s', (_name, row, price, reason, returnPct) => {
    const [trade] = simulate({ rows: [QUIET, QUIET, row], signals: { 0: -1 } })
    expect(trade).toMatchObject({ side: -1, exit_price: price, exit_reason: reason })
    expect(trade!.return_pct).toBeCloseTo(returnPct, 12)
  })
})

describe('costs', () => {
  const rows: Ohlc[] = [QUIET, QUIET, [105, 111, 104, 108]]

  it('take the commission at entry and at exit, of the value traded then', () => {
    const [trade] = simulate({ rows, signals: { 0: 1 }, costs: { commission: 0.002 } })
    // 10 % gained, 0.2 % of 100 paid at entry and 0.2 % of 110 at exit.
    expect(trade).toMatchObject({ entry_price: 100, exit_price: 110 })
    expect(trade!.return_pct).toBeCloseTo(10 - 0.2 - 0.22, 12)
  })

  it('put the spread on the entry, and stop and target as far from it as they were to be', () => {
    const [long] = simulate({
      rows: [QUIET, QUIET, [100, 101, 95.5, 99]],
      signals: { 0: 1 },
      costs: { commission: 0, spread: 0.01 },
    })
    expect(long).toMatchObject({ entry_price: 101, exit_price: 96, exit_reason: 'stop' })
    const [short] = simulate({
      rows: [QUIET, QUIET, [100, 104.5, 99, 101]],
      signals: { 0: -1 },
      costs: { commission: 0, spread: 0.01 },
    })
    expect(short).toMatchObject({ entry_price: 99, exit_price: 104, exit_reason: 'stop' })
  })

  it('let slippage worsen entry, stop and time exits, and leave a limit its price', () => {
    const costs = { commission: 0, slippage: 0.01 }
    const [won] = simulate({ rows: [QUIET, QUIET, [105, 112, 104, 108]], signals: { 0: 1 }, costs })
    expect(won).toMatchObject({ entry_price: 101, exit_price: 111, exit_reason: 'target' })
    const [lost] = simulate({ rows: [QUIET, QUIET, [100, 101, 95, 99]], signals: { 0: 1 }, costs })
    expect(lost!.exit_price).toBeCloseTo(96 * 0.99, 12)
    const [timed] = simulate({ rows: [QUIET, QUIET, QUIET], signals: { 0: -1 }, maxBars: 2, costs })
    expect(timed!.exit_price).toBeCloseTo(101, 12)
  })

  it('above the distance to the stop end the trade at once, at the open', () => {
    const [trade] = simulate({
      rows: [QUIET, QUIET, QUIET],
      signals: { 0: 1 },
      stop: 2,
      costs: { commission: 0, spread: 0.05 },
    })
    expect(trade).toMatchObject({ entry_price: 105, exit_index: 1, exit_price: 100, exit_reason: 'stop' })
  })

  it.each([
    ['commission', { commission: -0.1 }],
    ['commission', { commission: Number.NaN }],
    ['spread', { commission: 0, spread: 1 }],
    ['slippage', { commission: 0, slippage: -1 }],
  ] as [string, Costs][])('out of range are refused: %s', (field, costs) => {
    expect(() => simulate({ rows, signals: {}, costs })).toThrow(InputError)
    expect(() => simulate({ rows, signals: {}, costs })).toThrow(`${field} is`)
  })
})

it('refuses columns of another length and a holding time that is none', () => {
  const bars = makeBars([QUIET, QUIET])
  const rule = {
    stopDistance: new Float64Array(2),
    targetDistance: new Float64Array(2),
    maxBars: 5,
    costs: NO_COSTS,
  }
  expect(() => simulateBracket(bars, new Int8Array(3), rule)).toThrow('entries has 3 values for 2 bars')
  const short = { ...rule, stopDistance: new Float64Array(1) }
  expect(() => simulateBracket(bars, new Int8Array(2), short)).toThrow('stopDistance has 1 values for 2 bars')
  for (const maxBars of [0, -1, 1.5, Number.NaN]) {
    expect(() => simulateBracket(bars, new Int8Array(2), { ...rule, maxBars })).toThrow(
      `maxBars is ${maxBars}`,
    )
  }
  expect(
    simulateBracket(makeBars([]), new Int8Array(), {
      ...rule,
      stopDistance: new Float64Array(),
      targetDistance: new Float64Array(),
    }),
  ).toEqual([])
})

describe('whatever the market does', () => {
  const price = fc.double({ min: 50, max: 150, noNaN: true })
  const row = fc
    .tuple(price, price, price, price)
    .map(([a, b, c, d]): Ohlc => [a, Math.max(a, b, c, d), Math.min(a, b, c, d), b])
  const distance = fc.oneof(fc.double({ min: 0.5, max: 60, noNaN: true }), fc.constant(Number.NaN))
  const market = fc.array(
    fc.record({ row, signal: fc.constantFrom(0, 0, 1, -1), stop: distance, target: distance }),
    { minLength: 2, maxLength: 60 },
  )
  const rules = fc.record({
    maxBars: fc.integer({ min: 1, max: 15 }),
    costs: fc.record({
      commission: fc.double({ min: 0, max: 0.01, noNaN: true }),
      spread: fc.double({ min: 0, max: 0.01, noNaN: true }),
      slippage: fc.double({ min: 0, max: 0.01, noNaN: true }),
    }),
  })
  type Days = { row: Ohlc; signal: number; stop: number; target: number }[]

  function run(days: Days, { maxBars, costs }: { maxBars: number; costs: Costs }): Trade[] {
    return simulateBracket(
      makeBars(days.map((day) => day.row)),
      Int8Array.from(days, (day) => day.signal),
      {
        stopDistance: Float64Array.from(days, (day) => day.stop),
        targetDistance: Float64Array.from(days, (day) => day.target),
        maxBars,
        costs,
      },
    )
  }

  it('cutting off the future changes no trade closed before the cut', () => {
    fc.assert(
      fc.property(market, rules, fc.nat(), (days, rule, at) => {
        const cut = 1 + (at % days.length)
        const closedBefore = (trade: Trade) => trade.exit_index < cut && trade.exit_reason !== 'open'
        expect(run(days.slice(0, cut), rule).filter(closedBefore)).toEqual(
          run(days, rule).filter(closedBefore),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('another future changes no trade closed before it', () => {
    fc.assert(
      fc.property(market, market, rules, (days, others, rule) => {
        const cut = Math.ceil(days.length / 2)
        const closedBefore = (trade: Trade) => trade.exit_index < cut && trade.exit_reason !== 'open'
        const elsewhere = [...days.slice(0, cut), ...others]
        expect(run(elsewhere, rule).filter(closedBefore)).toEqual(run(days, rule).filter(closedBefore))
      }),
      { numRuns: 300 },
    )
  })

  it('trades follow one another, each from a signal, within its time, at prices the bars had', () => {
    fc.assert(
      fc.property(market, fc.integer({ min: 1, max: 15 }), (days, maxBars) => {
        const trades = run(days, { maxBars, costs: NO_COSTS })
        for (const [i, trade] of trades.entries()) {
          expect(days[trade.entry_index - 1]!.signal).toBe(trade.side)
          expect(trade.entry_price).toBe(days[trade.entry_index]!.row[0])
          expect(trade.entry_index).toBeGreaterThan(trades[i - 1]?.exit_index ?? 0)
          expect(trade.bars_held).toBe(trade.exit_index - trade.entry_index + 1)
          expect(trade.bars_held).toBeLessThanOrEqual(maxBars)
          const [, high, low] = days[trade.exit_index]!.row
          expect(trade.exit_price).toBeLessThanOrEqual(high)
          expect(trade.exit_price).toBeGreaterThanOrEqual(low)
          expect(trade.return_pct).toBeCloseTo(
            100 * trade.side * (trade.exit_price / trade.entry_price - 1),
            9,
          )
          if (trade.exit_reason === 'open') expect(i).toBe(trades.length - 1)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('the mirrored market gives the short side what the market gave the long side', () => {
    // Whole numbers, so that mirroring does not round a price across a level.
    const whole = fc.integer({ min: 50, max: 150 })
    const day = fc.record({
      prices: fc.tuple(whole, whole, whole, whole),
      signal: fc.constantFrom(0, 1, -1),
      stop: fc.integer({ min: 1, max: 40 }),
      target: fc.integer({ min: 1, max: 40 }),
    })
    fc.assert(
      fc.property(fc.array(day, { maxLength: 60 }), fc.integer({ min: 1, max: 15 }), (written, maxBars) => {
        const days = written.map(({ prices: [a, b, c, d], ...rest }) => ({
          ...rest,
          row: [a, Math.max(a, b, c, d), Math.min(a, b, c, d), b] as Ohlc,
        }))
        const mirrored = days.map(({ row: [open, high, low, close], signal, ...rest }) => ({
          ...rest,
          row: [200 - open, 200 - low, 200 - high, 200 - close] as Ohlc,
          signal: 0 - signal,
        }))
        const expected = run(days, { maxBars, costs: NO_COSTS }).map((trade) => ({
          ...trade,
          side: -trade.side,
          entry_price: 200 - trade.entry_price,
          exit_price: 200 - trade.exit_price,
          return_pct: expect.any(Number) as number,
        }))
        expect(run(mirrored, { maxBars, costs: NO_COSTS })).toEqual(expected)
      }),
    )
  })

  it('costs never make a trade better', () => {
    fc.assert(
      fc.property(market, rules, (days, rule) => {
        // A day's distance apart, so that a costlier fill does not move the exit to another bar.
        const single = { ...rule, maxBars: 1, costs: { commission: rule.costs.commission } }
        const free = run(days, { ...single, costs: NO_COSTS })
        const paid = run(days, single)
        expect(paid.length).toBe(free.length)
        for (const [i, trade] of paid.entries())
          expect(trade.return_pct).toBeLessThanOrEqual(free[i]!.return_pct)
      }),
    )
  })
})
