import { describe, expect, it, vi } from 'vitest'
import { adjustTo } from '../../../src/market/adjust.ts'
import { createMarket } from '../../../src/market/market.ts'
import { dateOf } from '../../../src/market/series.ts'
import { createVendor } from '../../../src/market/vendors/index.ts'
import { createYahooVendor } from '../../../src/market/vendors/yahoo.ts'
import { describeVendorContract } from '../../contracts/vendor.ts'
import { expectClose } from '../../support/close.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { loadSampleRaw, SAMPLE_LAST, SAMPLE_TICKERS } from '../../support/sample-bars.ts'
import { createScriptedNet, type ScriptedAnswer } from '../../support/scripted-data/scripted-net.ts'
import {
  createChart,
  createScriptedYahoo,
  sampleSymbols,
  type ChartOptions,
  type ChartRow,
  type ScriptedSymbol,
} from '../../support/scripted-data/yahoo.ts'

const row = (date: string, close: number, more: Partial<ChartRow> = {}): ChartRow => ({
  ...{ date, open: close, high: close + 1, low: close - 1, close, volume: 1_000, adjClose: close },
  ...more,
})

async function openVendor(
  symbols: Record<string, ScriptedSymbol>,
  override?: Parameters<typeof createScriptedYahoo>[1],
) {
  const net = await createScriptedNet(createScriptedYahoo(symbols, override).sites)
  return { net, vendor: createYahooVendor({ net, clock: net.clock }) }
}

async function loadChart(rows: readonly ChartRow[], options: ChartOptions = {}, until = '2100-01-01') {
  const { vendor } = await openVendor({ X: { chart: createChart('X', rows, options) } })
  const bars = await vendor.bars('X', until)
  return { ...bars, dates: [...bars.time].map(dateOf), strays: await vendor.strays() }
}

describeVendorContract('the Yahoo vendor', async () => ({
  vendor: (await openVendor(sampleSymbols())).vendor,
  known: { ticker: 'AAPL', first: '2000-03-01', last: SAMPLE_LAST, count: 3_270 },
  unknown: 'TSLA',
  broken: (await openVendor({}, () => ({ status: 403, body: 'out of order' }))).vendor,
  isListing: false,
}))

describe('prices from Yahoo', () => {
  it.each(SAMPLE_TICKERS)(
    'are those of the bundled sample for %s: as traded, splits and dividends in the factor',
    async (ticker) => {
      const { vendor } = await openVendor(sampleSymbols())
      const [bars, sample] = [await vendor.bars(ticker, SAMPLE_LAST), await loadSampleRaw(ticker)]
      expect([...bars.time]).toEqual([...sample.time])
      for (const column of ['open', 'high', 'low', 'close', 'factor'] as const)
        expectClose(bars[column], sample[column])
    },
  )

  it('on an as-of date are those of its day, whatever was split and paid later', async () => {
    // Yahoo today: everything in shares after a split of 7 for 1 and one of 4 for 1, a dividend in the adjusted close.
    const today = (date: string, close: number, adjClose: number) =>
      row(date, close / 4, { high: close, low: close / 8, adjClose, volume: 2_800 })
    const rows = [
      today('2014-06-05', 92, 20),
      today('2014-06-06', 92.2, 20.1),
      today('2014-06-09', 93.7, 20.4),
      row('2020-08-31', 129, { adjClose: 126, volume: 2_800 }),
    ]
    const splits = [
      { date: '2014-06-09', numerator: 7, denominator: 1 },
      { date: '2020-08-31', numerator: 4, denominator: 1 },
    ]
    const bars = await loadChart(rows, { splits }, '2014-06-06')
    expect(bars.close[1]).toBeCloseTo(92.2 * 7, 9)
    expect([...bars.volume]).toEqual([100, 100])
    expect(adjustTo(bars, '2014-06-06').close[1]).toBeCloseTo(645.4, 9)
    const after = await loadChart(rows, { splits }, '2014-06-09')
    expect(after.close[2]).toBeCloseTo(93.7, 9)
    expect([...after.volume]).toEqual([700, 700, 700])
    expect([...(await loadChart(rows, { splits })).volume]).toEqual([2_800, 2_800, 2_800, 2_800])
  })

  it('pass over rows without a price, and say how many', async () => {
    const { dates, strays } = await loadChart([
      row('2012-01-03', 10),
      row('2012-01-04', 11, { close: null }),
      row('2012-01-05', 11, { open: null, high: null, low: null, close: null, volume: null, adjClose: null }),
      row('2012-01-06', 0, { low: 0 }),
      row('2012-01-09', 12),
    ])
    expect(dates).toEqual(['2012-01-03', '2012-01-09'])
    expect(strays).toEqual(['X: rows without a price are passed over: 3'])
  })

  it('are widened where high or low do not reach open and close, and that is said', async () => {
    const { high, low, strays } = await loadChart([row('2012-01-03', 10, { open: 12, high: 11, low: 10.5 })])
    expect([high[0], low[0]]).toEqual([12, 10])
    expect(strays).toEqual(['X: highs or lows that did not reach open and close were widened: 1'])
  })

  it('without adjusted closes are raw', async () => {
    const { adjClose: _, ...plain } = row('2012-01-03', 10)
    const bars = await loadChart([plain])
    expect(bars).toMatchObject({ adjustment: 'raw', factor: new Float64Array([1]) })
  })

  it.each([
    ['Australia/Sydney', 39_600],
    ['Asia/Tokyo', 32_400],
    ['America/New_York', -14_400],
    ['Europe/London', 0],
  ])('stand on the day of the exchange in %s', async (timeZone, offsetS) => {
    const { dates } = await loadChart([row('2012-01-03', 10), row('2012-01-04', 11)], { timeZone, offsetS })
    expect(dates).toEqual(['2012-01-03', '2012-01-04'])
  })

  it('are of complete days: a session is left out until it has been closed for an hour', async () => {
    const chart = createChart('X', [row('2026-11-19', 10), row('2026-11-20', 11)], {
      session: { start: '2026-11-20T09:30:00Z', end: '2026-11-20T16:00:00Z' },
      offsetS: 0,
      timeZone: 'Europe/London',
    })
    const { vendor, net } = await openVendor({ X: { chart } })
    const lastDay = async () => dateOf((await vendor.bars('X', '2100-01-01')).time.at(-1)!)
    expect(await lastDay()).toBe('2026-11-19')
    await net.clock.advance(7 * 3_600_000 - 1)
    expect(await lastDay()).toBe('2026-11-19')
    await net.clock.advance(6 * 60_000)
    expect(await lastDay()).toBe('2026-11-20')
  })

  it('count a day once that Yahoo lists twice, as it stands', async () => {
    const { dates, close } = await loadChart([row('2012-01-03', 10), row('2012-01-03', 11)])
    expect([dates, [...close]]).toEqual([['2012-01-03'], [11]])
  })

  it('of a ticker that has never traded are an empty series', async () => {
    expect((await loadChart([])).time.length).toBe(0)
  })
})

describe('asking Yahoo', () => {
  it('costs one request for all questions about a ticker within some minutes, however many ask', async () => {
    const { vendor, net } = await openVendor(sampleSymbols())
    const market = createMarket(vendor)
    await Promise.all([
      market.checkAsOf('AAPL', '2012-06-29'),
      market.loadWindow('AAPL', '2012-06-29'),
      market.loadWindow('AAPL', '2010-06-30'),
    ])
    await vendor.bars('AAPL', SAMPLE_LAST)
    expect(net.requests).toHaveLength(1)
    await net.clock.advance(6 * 60_000)
    await vendor.bars('AAPL', SAMPLE_LAST)
    expect(net.requests).toHaveLength(2)
  })

  it('goes on for the others when one gives up', async () => {
    const arrived = Promise.withResolvers<void>()
    const held = Promise.withResolvers<null>()
    const { vendor } = await openVendor(sampleSymbols(), () => {
      arrived.resolve()
      return held.promise as unknown as ScriptedAnswer
    })
    const giveUp = new AbortController()
    const first = vendor.bars('AAPL', SAMPLE_LAST, giveUp.signal)
    const second = vendor.bars('AAPL', SAMPLE_LAST)
    await arrived.promise
    const reason = new Error('canceled')
    giveUp.abort(reason)
    await expect(first).rejects.toBe(reason)
    held.resolve(null)
    expect((await second).time.length).toBe(3_270)
  })

  it('does not keep a failure', async () => {
    let isDown = true
    const { vendor } = await openVendor(sampleSymbols(), () => (isDown ? { status: 403, body: 'no' } : null))
    await expect(vendor.bars('AAPL', SAMPLE_LAST)).rejects.toThrow('vendor yahoo: answered 403')
    isDown = false
    expect((await vendor.bars('AAPL', SAMPLE_LAST)).time.length).toBe(3_270)
  })

  it.each([
    ['no JSON', { body: `<html>${'x'.repeat(5_000)}` }],
    [
      'another shape',
      { body: { chart: { result: [{ meta: {}, timestamp: [1], indicators: { quote: [{ high: [1] }] } }] } } },
    ],
    [
      'an error under 200',
      { body: { chart: { result: null, error: { code: 'Internal', description: 'broken' } } } },
    ],
    ['no result', { body: {} }],
  ])('throws for %s, in a short message that names the vendor', async (_, answer) => {
    const { vendor } = await openVendor(sampleSymbols(), () => answer)
    const error = await vendor.bars('AAPL', SAMPLE_LAST).catch((reason: unknown) => reason as Error)
    expect((error as Error).message).toMatch(/^vendor yahoo: .{1,300}$/)
  })

  it('writes nothing to the console, whatever is answered', async () => {
    const written = (['log', 'info', 'warn', 'error', 'debug', 'dir'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => undefined),
    )
    for (const status of [200, 400, 401, 403, 404]) {
      const { vendor } = await openVendor({}, () => ({ status, body: { chart: { unexpected: true } } }))
      await expect(vendor.bars('AAPL', SAMPLE_LAST)).rejects.toThrow()
    }
    const calls = written.flatMap((spy) => spy.mock.calls)
    vi.restoreAllMocks()
    expect(calls).toEqual([])
  })

  it('is what MARKET_VENDOR=yahoo does', async () => {
    const net = await createScriptedNet({}, createManualClock())
    expect(createVendor({ marketVendor: 'yahoo', csvDir: '' }, net).name).toBe('yahoo')
    expect(() => createVendor({ marketVendor: 'yahoo', csvDir: '' })).toThrow('MARKET_VENDOR=yahoo')
  })
})
