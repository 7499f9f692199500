import { beforeAll, describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { BAR_COLUMNS, type BarSeries } from '../../src/market/series.ts'
import { createWindow, LookAheadError, type AsOfWindow } from '../../src/market/window.ts'
import { loadSample } from '../support/sample-bars.ts'

const AS_OF = '2012-06-29'
/** What every bar after as-of is set to in the second of two series: it must turn up nowhere. */
const FUTURE = 987_654_321

let series: BarSeries
let otherFuture: BarSeries
let count: number

beforeAll(async () => {
  series = await loadSample('AAPL')
  count = series.time.filter((time) => time <= Date.parse(AS_OF)).length
  otherFuture = structuredClone(series)
  for (const column of ['open', 'high', 'low', 'close', 'volume'] as const)
    otherFuture[column].fill(FUTURE, count)
  otherFuture.splits = [...series.splits!, { date: '2012-10-01', shares: 7 }]
})

/**
 * For every member of a window: all that it can be asked and answer, and how to ask it for what lies after as-of, where
 * it takes a question. A member without an entry fails the first test below.
 */
const READERS: Record<
  keyof AsOfWindow,
  { answers: (w: AsOfWindow) => unknown; beyond: ((w: AsOfWindow) => unknown)[] }
> = {
  ticker: { answers: (w) => w.ticker, beyond: [] },
  vendor: { answers: (w) => w.vendor, beyond: [] },
  adjustment: { answers: (w) => w.adjustment, beyond: [] },
  adjustedTo: { answers: (w) => w.adjustedTo, beyond: [] },
  splits: { answers: (w) => w.splits, beyond: [] },
  asOf: { answers: (w) => w.asOf, beyond: [] },
  length: { answers: (w) => w.length, beyond: [] },
  first: { answers: (w) => w.first, beyond: [] },
  last: { answers: (w) => w.last, beyond: [] },
  bars: { answers: (w) => w.bars, beyond: [] },
  bar: {
    answers: (w) => Array.from({ length: w.length }, (_, i) => w.bar(i)),
    beyond: [
      (w) => w.bar(w.length),
      (w) => w.bar(w.length + 1),
      (w) => w.bar(series.time.length - 1),
      (w) => w.bar(1e9),
    ],
  },
  column: { answers: (w) => BAR_COLUMNS.map((name) => w.column(name)), beyond: [] },
  indexOf: {
    answers: (w) => ['1999-12-31', '2000-03-01', '2005-02-27', AS_OF].map((date) => w.indexOf(date)),
    beyond: [(w) => w.indexOf('2012-06-30'), (w) => w.indexOf('2013-03-01'), (w) => w.indexOf('9999-12-31')],
  },
  slice: {
    answers: (w) => [0, 1, w.length - 1, -1, -250, -1e9].map((from) => everythingOf(w.slice(from))),
    beyond: [(w) => w.slice(w.length), (w) => w.slice(w.length + 1), (w) => w.slice(series.time.length - 1)],
  },
}

/** The answers of all members but `slice`, which would go on for ever. */
function everythingOf(window: AsOfWindow): unknown[] {
  const names = Object.keys(window).filter((name) => name !== 'slice') as (keyof AsOfWindow)[]
  return names.map((name) => READERS[name].answers(window))
}

/** Every number and every byte behind an answer. */
function* numbersIn(value: unknown): Generator<number> {
  if (typeof value === 'number') yield value
  else if (value instanceof Float64Array) yield* new Float64Array(value.buffer)
  else if (value !== null && typeof value === 'object')
    for (const inner of Object.values(value)) yield* numbersIn(inner)
}

describe('no reader of a window sees past as-of', () => {
  it('every reader there is stands in the table of this test', () => {
    expect(Object.keys(createWindow(series, AS_OF)).sort()).toEqual(Object.keys(READERS).sort())
  })

  it.each(Object.keys(READERS) as (keyof AsOfWindow)[])(
    '%s answers the same whatever comes after',
    (name) => {
      const answers = READERS[name].answers(createWindow(series, AS_OF))
      expect(READERS[name].answers(createWindow(otherFuture, AS_OF))).toEqual(answers)
    },
  )

  it.each(Object.keys(READERS) as (keyof AsOfWindow)[])(
    '%s gives out no later bar, nor a buffer with one in it',
    (name) => {
      for (const number of numbersIn(READERS[name].answers(createWindow(otherFuture, AS_OF)))) {
        expect(number === FUTURE || (number > Date.parse(AS_OF) && number < Date.parse('2014-01-01'))).toBe(
          false,
        )
      }
    },
  )

  it.each(
    Object.entries(READERS).flatMap(([name, { beyond }]) =>
      beyond.map((read, i) => [name, i + 1, read] as const),
    ),
  )('%s throws LookAheadError beyond as-of (way %i)', (_name, _way, read) => {
    expect(() => read(createWindow(series, AS_OF))).toThrow(LookAheadError)
    expect(() => read(createWindow(series, AS_OF).slice(-10))).toThrow(LookAheadError)
  })

  it('the table would find a reader that gives a view instead of a copy', () => {
    expect([...numbersIn(otherFuture.close.subarray(0, count))]).toContain(FUTURE)
  })
})

describe('a window', () => {
  it('shows the bars up to as-of', () => {
    const window = createWindow(series, AS_OF)
    expect(window.length).toBe(count)
    expect([window.ticker, window.vendor, window.asOf]).toEqual(['AAPL', 'sample', AS_OF])
    expect([window.first, window.last]).toEqual(['2000-03-01', AS_OF])
    expect(window.bar(count - 1)).toEqual({
      date: AS_OF,
      open: series.open[count - 1],
      high: series.high[count - 1],
      low: series.low[count - 1],
      close: series.close[count - 1],
      volume: series.volume[count - 1],
    })
    for (const name of BAR_COLUMNS) {
      expect(window.column(name)).toEqual(series[name].slice(0, count))
      expect(window.bars[name]).toEqual(series[name].slice(0, count))
    }
  })

  it('finds the last bar on or before a date', () => {
    const window = createWindow(series, AS_OF)
    expect(window.bar(window.indexOf('2012-06-24')).date).toBe('2012-06-22')
    expect(window.bar(window.indexOf('2012-06-22')).date).toBe('2012-06-22')
    expect(window.indexOf('2000-02-29')).toBe(-1)
    expect(() => window.indexOf('2012-02-30')).toThrow(InputError)
  })

  it('may have an as-of without a bar of its own, up to which one can ask', () => {
    const window = createWindow(series, '2012-07-01')
    expect([window.asOf, window.last]).toEqual(['2012-07-01', '2012-06-29'])
    expect(window.indexOf('2012-07-01')).toBe(window.length - 1)
  })

  it('slices from a bar, or back from the end', () => {
    const window = createWindow(series, AS_OF)
    const year = window.slice(-250)
    expect([year.length, year.asOf, year.last]).toEqual([250, AS_OF, AS_OF])
    expect(year.bar(0)).toEqual(window.bar(window.length - 250))
    expect(year.column('close')).toEqual(window.column('close').slice(-250))
    expect(window.slice(-1e9).length).toBe(window.length)
    expect(year.slice(200).length).toBe(50)
  })

  it('cannot be changed through what it gives out', () => {
    const window = createWindow(series, AS_OF)
    window.column('close').fill(0)
    window.bars.close.fill(0)
    expect(window.bar(0).close).toBe(series.close[0])
    expect(() => Object.assign(window, { asOf: '2013-03-01' })).toThrow(TypeError)
  })

  it('tells a wrong index from a later one', () => {
    const window = createWindow(series, AS_OF)
    for (const index of [-1, 0.5, Number.NaN]) expect(() => window.bar(index)).toThrow(RangeError)
    expect(() => window.slice(0.5)).toThrow(RangeError)
    expect(() => window.column('factor' as 'close')).toThrow(RangeError)
  })

  it('needs a bar: before the first one there is none', () => {
    expect(() => createWindow(series, '2000-02-29')).toThrow(InputError)
    expect(() => createWindow(series, 'soon')).toThrow(InputError)
  })
})
