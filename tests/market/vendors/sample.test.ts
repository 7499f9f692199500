import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createSampleVendor } from '../../../src/market/vendors/sample.ts'
import { describeVendorContract } from '../../contracts/vendor.ts'
import { readSampleRows } from '../../support/sample-bars.ts'
import { createTempDir } from '../../support/temp-dir.ts'

describeVendorContract('the sample vendor', async () => ({
  vendor: createSampleVendor(),
  known: { ticker: 'GOOG', first: '2004-08-19', last: '2013-03-01', count: 2_148 },
  unknown: 'TSLA',
  broken: createSampleVendor(join(await createTempDir(), 'missing')),
}))

it('holds four tickers over the dates that its README states', async () => {
  expect(await createSampleVendor().listings()).toEqual([
    { ticker: 'AAPL', first: '2000-03-01', last: '2013-03-01', problem: null },
    { ticker: 'GOOG', first: '2004-08-19', last: '2013-03-01', problem: null },
    { ticker: 'IBM', first: '2000-03-01', last: '2013-03-01', problem: null },
    { ticker: 'MSFT', first: '2000-03-01', last: '2013-03-01', problem: null },
  ])
})

it.each([
  ['AAPL', 3_270],
  ['GOOG', 2_148],
  ['IBM', 3_270],
  ['MSFT', 3_270],
])('gives every figure of %s’s file', async (ticker, count) => {
  const rows = readSampleRows(ticker)
  const bars = await createSampleVendor().bars(ticker, '2013-03-01')
  expect(bars.time.length).toBe(count)
  expect(Array.from(bars.time)).toEqual(rows.map((row) => Date.parse(row.date)))
  for (const column of ['open', 'high', 'low', 'close', 'volume'] as const) {
    expect(Array.from(bars[column])).toEqual(rows.map((row) => row[column]))
  }
  expect(Array.from(bars.factor)).toEqual(rows.map((row) => row.adjClose / row.close))
})
