import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { adjustTo, countBarsUntil } from '../../src/market/adjust.ts'
import { BAR_COLUMNS, dateOf } from '../../src/market/series.ts'
import { loadSample, loadSampleRaw, readSampleRows, SAMPLE_TICKERS } from '../support/sample-bars.ts'

function at(series: { time: Float64Array }, date: string): number {
  return countBarsUntil(series.time, date) - 1
}

describe('a split', () => {
  it.each([
    ['AAPL', '2000-06-20', '2000-06-21', '2000-12-29'],
    ['AAPL', '2005-02-25', '2005-02-28', '2012-06-29'],
    ['MSFT', '2003-02-14', '2003-02-18', '2012-06-29'],
  ])('of %s leaves no jump between %s and %s', async (ticker, before, after, asOf) => {
    const raw = await loadSampleRaw(ticker)
    const series = await loadSample(ticker, asOf)
    const rawChange = raw.close[at(raw, after)]! / raw.close[at(raw, before)]! - 1
    const change = series.close[at(series, after)]! / series.close[at(series, before)]! - 1
    expect(rawChange).toBeLessThan(-0.4)
    expect(Math.abs(change)).toBeLessThan(0.1)
    // The whole bar moves with its close, so what happened within the day is as it was.
    const i = at(series, before)
    const j = at(raw, before)
    expect(series.high[i]! / series.low[i]!).toBeCloseTo(raw.high[j]! / raw.low[j]!, 12)
    expect(series.open[i]! / series.close[i]!).toBeCloseTo(raw.open[j]! / raw.close[j]!, 12)
  })

  it.each([
    ['AAPL', '2005-02-25', 88.99],
    ['MSFT', '2003-02-14', 48.3],
  ])('of %s still to come on %s leaves the prices as traded then', async (ticker, asOf, close) => {
    const raw = await loadSampleRaw(ticker)
    const series = await loadSample(ticker, asOf)
    const last = series.close.length - 1
    expect(raw.close[last]).toBe(close)
    for (const column of ['open', 'high', 'low', 'close', 'volume'] as const) {
      expect(series[column][last]).toBe(raw[column][last])
    }
    expect(series.adjusted_to).toBe(asOf)
    // The days just before, between which nothing was paid out, are as traded but for the rounding of adjusted closes.
    for (let i = last - 5; i <= last; i++)
      expect(Math.abs(series.close[i]! / raw.close[i]! - 1)).toBeLessThan(2e-3)
  })
})

describe('adjusted prices', () => {
  it.each(SAMPLE_TICKERS)(
    'of %s equal price × factor / factor at as-of, worked out from the file',
    async (ticker) => {
      const asOf = '2009-06-30'
      const rows = readSampleRows(ticker).filter((row) => row.date <= asOf)
      const end = rows.at(-1)!
      const series = await loadSample(ticker, asOf)
      expect(series.time.length).toBe(rows.length)
      for (const [i, row] of rows.entries()) {
        const scale = row.adjClose / row.close / (end.adjClose / end.close)
        expect(dateOf(series.time[i]!)).toBe(row.date)
        for (const column of ['open', 'high', 'low', 'close'] as const) {
          expect(Math.abs(series[column][i]! / (row[column] * scale) - 1)).toBeLessThan(1e-12)
        }
        expect(series.volume[i]).toBe(row.volume)
      }
    },
  )

  it('see nothing after as-of: another future gives the same series', async () => {
    const raw = await loadSampleRaw('AAPL')
    const cut = at(raw, '2004-06-30') + 1
    const other = structuredClone(raw)
    for (const column of ['open', 'high', 'low', 'close', 'volume', 'factor'] as const)
      other[column].fill(7, cut)
    const series = adjustTo(raw, '2004-06-30')
    expect(adjustTo(other, '2004-06-30')).toEqual(series)
    for (const column of BAR_COLUMNS) expect(series[column].buffer.byteLength).toBe(cut * 8)
  })

  it('end on the last trading day before a weekend', async () => {
    expect((await loadSample('IBM', '2012-07-01')).adjusted_to).toBe('2012-06-29')
  })

  it('of no bars are an empty series adjusted to nothing', async () => {
    const series = await loadSample('GOOG', '2000-01-01')
    expect(series.close.length).toBe(0)
    expect(series.adjusted_to).toBeNull()
  })

  it('leave what they are made from as it was', async () => {
    const raw = await loadSampleRaw('MSFT')
    const before = structuredClone(raw)
    adjustTo(raw, '2004-11-30').close.fill(0)
    expect(raw).toEqual(before)
  })

  it('need a date', async () => {
    const raw = await loadSampleRaw('MSFT')
    expect(() => adjustTo(raw, '2012-02-30')).toThrow(InputError)
    expect(() => adjustTo(raw, 'today')).toThrow('as_of "today"')
  })
})

describe('counting bars until a date', () => {
  it('takes in every bar of the day, to its end', () => {
    const hour = 3_600_000
    const day = Date.UTC(2012, 5, 29)
    const time = Float64Array.of(day - hour, day, day + 9 * hour, day + 24 * hour - 1, day + 24 * hour)
    expect(countBarsUntil(time, '2012-06-28')).toBe(1)
    expect(countBarsUntil(time, '2012-06-29')).toBe(4)
    expect(countBarsUntil(time, '2012-06-30')).toBe(5)
    expect(countBarsUntil(time, '2012-06-27')).toBe(0)
  })
})
