import { describe, expect, it } from 'vitest'
import { InputError } from '../../../src/core/errors.ts'
import { sma } from '../../../src/market/indicators/index.ts'
import { LookAheadError } from '../../../src/market/window.ts'
import { createOrderSimulator } from '../../../src/trading/orders/simulate-orders.ts'
import { DEFAULT_RULES } from '../../../src/trading/rules.ts'
import type { BarDesk, StrategySetup } from '../../../src/trading/strategies/bar-desk.ts'
import { makeBarStrategy, tradeScript } from '../../support/bar-script.ts'
import { makeBars, type Ohlc } from '../../support/hand-made-bars.ts'
import { makeRandomBars } from '../../support/random-bars.ts'

const series = [{ ticker: 'ABC', bars: makeRandomBars(30, 'desk') }]
const { bars } = series[0]!

/** What a strategy notes on the bars `from` to before `to`. */
function note<State, Note>(
  init: (setup: StrategySetup) => State,
  read: (desk: BarDesk, state: State) => Note,
  { from, to } = { from: 0, to: 30 },
): Note[] {
  const notes: Note[] = []
  const strategy = makeBarStrategy(init, (desk, state) => void notes.push(read(desk, state)))
  createOrderSimulator(series, DEFAULT_RULES).simulate(strategy, {}, { from, to })
  return notes
}

describe('what a strategy sees', () => {
  it('is the present bar and those before it, from the one on which all its indicators are there', () => {
    const notes = note(
      (setup) => ({ average: setup.indicator('sma', 5), close: setup.price('close') }),
      (desk, { average, close }) => [
        desk.bar,
        desk.time,
        average.now,
        average.ago(1),
        close.now,
        close.ago(3),
      ],
    )
    const averages = sma(bars.close, 5)
    expect(notes[0]).toEqual([4, bars.time[4], averages[4], Number.NaN, bars.close[4], bars.close[1]])
    expect(notes.at(-1)).toEqual([
      28,
      bars.time[28],
      averages[28],
      averages[27],
      bars.close[28],
      bars.close[25],
    ])
    expect(notes).toHaveLength(25)
  })

  it('reaches back before the range, and calls begin within it', () => {
    const notes = note(
      (setup) => setup.indicator('sma', 5),
      (desk, average) => [desk.bar, average.now],
      { from: 12, to: 14 },
    )
    expect(notes).toEqual([[12, sma(bars.close, 5)[12]]])
  })

  it('is never a later bar', () => {
    expect(() =>
      note(
        (setup) => setup.price('close'),
        (_desk, close) => close.ago(-1),
      ),
    ).toThrow(LookAheadError)
    expect(() =>
      note(
        (setup) => setup.price('close'),
        (_desk, close) => close.ago(0.5),
      ),
    ).toThrow(RangeError)
    expect(
      note(
        (setup) => setup.price('close'),
        (_desk, close) => close.ago(1_000),
      )[0],
    ).toBeNaN()
  })

  it('can be a column of its own, worked out bar by bar with views that end there', () => {
    const asked: number[] = []
    const notes = note(
      (setup) => {
        const close = setup.price('close')
        return setup.custom('range of two closes', (bar) => {
          asked.push(bar)
          return bar === 0 ? Number.NaN : Math.abs(close.now - close.ago(1))
        })
      },
      (desk, range) => [desk.bar, range.now],
      { from: 3, to: 6 },
    )
    expect(asked).toEqual([0, 1, 2, 3, 4, 5])
    expect(notes).toEqual([3, 4].map((bar) => [bar, Math.abs(bars.close[bar]! - bars.close[bar - 1]!)]))
  })

  it('can be a column worked out in one go', () => {
    const notes = note(
      (setup) => setup.column('twice the close', ({ close }) => close.map((value) => 2 * value)),
      (desk, twice) => [desk.bar, twice.now],
    )
    expect(notes[7]).toEqual([7, 2 * bars.close[7]!])
    const tooShort = () =>
      note(
        (setup) => setup.column('short', () => new Float64Array(3)),
        () => null,
      )
    expect(tooShort).toThrow('column "short" has 3 values for 30 bars')
  })
})

describe('a position', () => {
  it('tells size, mean price, bars since the entry and profit', () => {
    const rows = [100, 100, 110, 120, 120].map((price): Ohlc => [price, price, price, price])
    const notes: unknown[] = []
    const look = ({ position }: BarDesk) => {
      const { size, entryPrice, barsHeld, profit } = position()
      notes.push([size, entryPrice, barsHeld, profit])
    }
    tradeScript(rows, {
      0: (desk) => {
        look(desk)
        desk.buy({ size: 10 })
      },
      1: (desk) => desk.buy({ size: 30 }),
      3: look,
    })
    // (10 · 100 + 30 · 110) / 40 = 107.5; 10 · 20 + 30 · 10 = 500
    expect(notes).toEqual([
      [0, Number.NaN, 0, 0],
      [40, 107.5, 2, 500],
    ])
  })

  it('names its orders in its trades', () => {
    const rows: Ohlc[] = Array.from({ length: 4 }, () => [100, 101, 99, 100])
    const { trades } = tradeScript(rows, {
      0: (desk) => desk.buy({ size: 1, tag: 'first' }),
      1: (desk) => desk.buy({ size: 1 }),
    })
    expect(trades.map(({ tag }) => tag)).toEqual(['first', null])
  })
})

describe('an order is refused', () => {
  const rows: Ohlc[] = Array.from({ length: 3 }, () => [100, 101, 99, 100])
  it.each([
    ['a size of 0', { size: 0 }, 'size of an order is "0"'],
    ['a size that is no number', { size: Number.NaN }, 'size of an order is "NaN"'],
    ['a limit below 0', { limit: -1 }, 'limit of an order is "-1"'],
    ['a part of a bar to wait', { goodForBars: 1.5 }, 'goodForBars of an order is 1.5'],
    ['no bar to be held', { maxBars: 0 }, 'maxBars of an order is 0'],
    [
      'a stop-loss above the limit',
      { limit: 95, stopLoss: 96 },
      'stopLoss is 96 for a buy at 95; allowed: below it',
    ],
    [
      'a take-profit below the stop',
      { stop: 105, takeProfit: 104 },
      'takeProfit is 104 for a buy at 105; allowed: above it',
    ],
    ['a ticker that is not there', { ticker: 'ABD' }, 'no ticker "ABD" here'],
  ])('for %s, named', (_name, order, message) => {
    const place = () => tradeScript(rows, { 0: (desk) => desk.buy(order) })
    expect(place).toThrow(InputError)
    expect(place).toThrow(message)
  })

  it('for a part to close beyond 1, or a target that is no number', () => {
    expect(() => tradeScript(rows, { 0: (desk) => desk.close({ part: 1.5 }) })).toThrow('part is 1.5')
    expect(() => tradeScript(rows, { 0: (desk) => desk.target(Number.NaN) })).toThrow('fraction is NaN')
  })
})

describe('a simulation is refused', () => {
  const simulator = createOrderSimulator([{ ticker: 'ABC', bars: makeBars([[1, 1, 1, 1]]) }], DEFAULT_RULES)
  const idle = makeBarStrategy(
    () => null,
    () => {},
  )

  it.each([
    [0, 2],
    [-1, 1],
    [0, 0],
    [0.5, 1],
  ])('on bars %d to %d of one', (from, to) => {
    expect(() => simulator.simulate(idle, {}, { from, to })).toThrow(RangeError)
  })

  it('by rules out of their range, and with parameters the strategy has not', () => {
    const rules = { ...DEFAULT_RULES, margin: 0 }
    expect(() => createOrderSimulator(series, rules)).toThrow(InputError)
    expect(() => simulator.simulate(idle, { fast: 3 }, { from: 0, to: 1 })).toThrow(InputError)
  })
})
