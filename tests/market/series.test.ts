import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  areDaily,
  BAR_COLUMNS,
  formatBarTime,
  hashSeries,
  parseDate,
  seriesFromJson,
  seriesToJson,
  type BarSeries,
} from '../../src/market/series.ts'
import { createWindow } from '../../src/market/window.ts'
import { loadSample, SAMPLE_TICKERS } from '../support/sample-bars.ts'

describe('a series as JSON', () => {
  it('comes back bit for bit, through text as well', () => {
    const number = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Object.is(value, -0))
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number, number, number, number, number)), (rows) => {
        const column = (index: number) => Float64Array.from(rows, (row) => row[index]!)
        const [time, open, high, low, close, volume] = [0, 1, 2, 3, 4, 5].map(column) as [
          Float64Array,
          Float64Array,
          Float64Array,
          Float64Array,
          Float64Array,
          Float64Array,
        ]
        const series: BarSeries = {
          ...{ ticker: 'X', vendor: 'csv', adjustment: 'raw', adjusted_to: null },
          ...{ time, open, high, low, close, volume },
        }
        expect(seriesFromJson(JSON.parse(JSON.stringify(seriesToJson(series))))).toEqual(series)
      }),
    )
  })

  it.each(SAMPLE_TICKERS)('of %s keeps every figure and its hash', async (ticker) => {
    const series = await loadSample(ticker, '2012-06-29')
    const back = seriesFromJson(JSON.parse(JSON.stringify(seriesToJson(series))))
    expect(back).toEqual(series)
    expect(hashSeries(back)).toBe(hashSeries(series))
  })

  it('of a window holds what the window shows, and no more', async () => {
    const series = await loadSample('GOOG')
    const window = createWindow(series, '2008-01-02')
    const json = seriesToJson(window)
    expect(json.time.length).toBe(window.length)
    expect(json.adjusted_to).toBe('2013-03-01')
    expect(createWindow(seriesFromJson(json), '2008-01-02').bars).toEqual(window.bars)
    expect(hashSeries(window)).toBe(hashSeries(seriesFromJson(json)))
  })

  it('refuses figures that JSON would lose, and columns of unlike length', async () => {
    const series = await loadSample('GOOG', '2004-08-25')
    const json = seriesToJson(series)
    expect(() => seriesFromJson({ ...json, close: json.close.slice(1) })).toThrow(
      'close has 4 bars, time has 5',
    )
    series.close[2] = Number.NaN
    expect(() => seriesToJson(series)).toThrow('close of bar 2 is NaN')
  })
})

describe('the hash of a series', () => {
  it('changes with any single figure, and with what the series says of itself', async () => {
    const series = await loadSample('GOOG', '2005-06-30')
    const hashes = new Set([hashSeries(series), hashSeries({ ...series, vendor: 'csv' })])
    hashes.add(hashSeries({ ...series, adjusted_to: '2005-06-29' }))
    for (const name of BAR_COLUMNS) {
      const changed = structuredClone(series)
      changed[name][100]! += 0.01
      hashes.add(hashSeries(changed))
    }
    expect(hashes.size).toBe(3 + BAR_COLUMNS.length)
  })
})

it('knows days that exist from days that do not', () => {
  expect(parseDate('2012-02-29')).toBe(Date.UTC(2012, 1, 29))
  for (const text of ['2011-02-29', '2012-2-9', '2012-06-31', '2012-06-29T00:00', '']) {
    expect(parseDate(text)).toBeNaN()
  }
})

describe('the time of a bar', () => {
  const day = Date.UTC(2012, 5, 29)
  const [opening, tick] = [day + 13.5 * 3_600_000, day + 0.5 + 250.5]

  it('is a day where all of the column are, else a moment, one way throughout', () => {
    const shown = (...time: number[]) => time.map((ms) => formatBarTime(ms, areDaily(time)))
    expect(shown(day, day + 86_400_000)).toEqual(['2012-06-29', '2012-06-30'])
    expect(shown(day, opening)).toEqual(['2012-06-29T00:00:00Z', '2012-06-29T13:30:00Z'])
    expect(shown(tick)).toEqual(['2012-06-29T00:00:00.251Z'])
  })
})
