import { describe, expect, it } from 'vitest'
import { InputError, NotFoundError } from '../../src/core/errors.ts'
import { createMarket } from '../../src/market/market.ts'
import { createSampleVendor } from '../../src/market/vendors/sample.ts'
import type { RawBars, Vendor } from '../../src/market/vendor.ts'
import { loadSample } from '../support/sample-bars.ts'

const market = createMarket(createSampleVendor())

async function refusal(work: Promise<unknown>): Promise<{ field: string; message: string }> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(InputError)
  return error as InputError
}

describe('the as-of date', () => {
  it('is the last bar where none is given', async () => {
    expect(await market.checkAsOf('AAPL', undefined)).toBe('2013-03-01')
  })

  it.each(['2004-08-19', '2012-06-29', '2012-06-30', '2012-07-04', '2013-03-01'])(
    'may be %s',
    async (asOf) => {
      expect(await market.checkAsOf('GOOG', asOf)).toBe(asOf)
    },
  )

  it.each([
    ['2012-02-30', 'is not a date'],
    ['29.06.2012', 'is not a date'],
    ['', 'is not a date'],
    ['2004-08-18', 'before the first bar of GOOG: it has 2004-08-19 to 2013-03-01'],
    ['2013-03-02', 'after the last bar of GOOG: it has 2004-08-19 to 2013-03-01'],
    ['2099-01-01', 'after the last bar of GOOG'],
  ])('may not be %j', async (asOf, reason) => {
    const { field, message } = await refusal(market.checkAsOf('GOOG', asOf))
    expect(field).toBe('as_of')
    expect(message).toContain(`as_of ${JSON.stringify(asOf)}`)
    expect(message).toContain(reason)
  })

  it('of an unknown ticker is a question of the ticker, with those that exist', async () => {
    for (const asOf of [undefined, '2012-06-29']) {
      const { field, message } = await refusal(market.checkAsOf('TSLA', asOf))
      expect(field).toBe('ticker')
      expect(message).toMatch(/"TSLA".*AAPL, GOOG, IBM, MSFT/)
    }
  })

  it('of a ticker without bars is refused as well', async () => {
    const none = new Float64Array()
    const empty: RawBars = {
      ...{ ticker: 'NEW', vendor: 'fake', adjustment: 'adjusted', time: none, open: none, high: none },
      ...{ low: none, close: none, volume: none, factor: none },
    }
    const vendor: Vendor = {
      name: 'fake',
      bars: () => Promise.resolve(empty),
      listings: () => Promise.resolve([]),
      strays: () => Promise.resolve([]),
    }
    expect((await refusal(createMarket(vendor).checkAsOf('NEW', undefined))).field).toBe('ticker')
    expect((await refusal(createMarket(vendor).loadWindow('NEW', '2012-06-29'))).field).toBe('as_of')
  })
})

describe('loading a window', () => {
  it('gives the adjusted bars up to as-of', async () => {
    const window = await market.loadWindow('AAPL', '2005-02-26')
    const series = await loadSample('AAPL', '2005-02-26')
    expect([window.asOf, window.last, window.adjustedTo]).toEqual(['2005-02-26', '2005-02-25', '2005-02-25'])
    expect(window.column('close')).toEqual(series.close)
    expect(window.bar(window.length - 1).close).toBe(88.99)
  })

  it('refuses what is no date, before the first bar, or no ticker of the vendor', async () => {
    expect((await refusal(market.loadWindow('AAPL', '2012-02-30'))).field).toBe('as_of')
    expect((await refusal(market.loadWindow('GOOG', '2004-08-18'))).field).toBe('as_of')
    expect((await refusal(market.loadWindow('TSLA', '2012-06-29'))).field).toBe('ticker')
  })

  it('passes the signal on, and failures as they are', async () => {
    const reason = new Error('no longer wanted')
    await expect(market.loadWindow('AAPL', '2012-06-29', AbortSignal.abort(reason))).rejects.toBe(reason)
    const failure = new Error('the line is dead')
    const vendor: Vendor = {
      name: 'fake',
      bars: () => Promise.reject(failure),
      listings: () => Promise.reject(failure),
      strays: () => Promise.reject(failure),
    }
    await expect(createMarket(vendor).loadWindow('AAPL', '2012-06-29')).rejects.toBe(failure)
    await expect(createMarket(vendor).checkAsOf('AAPL', undefined)).rejects.toBe(failure)
  })
})

it('is named for its vendor and lists what that has', async () => {
  expect(market.name).toBe('sample')
  expect((await market.listings()).map((listing) => listing.ticker)).toEqual(['AAPL', 'GOOG', 'IBM', 'MSFT'])
  await expect(createSampleVendor().bars('TSLA', '2012-06-29')).rejects.toThrow(NotFoundError)
})
