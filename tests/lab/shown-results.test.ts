import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildHistogram } from '../../src/lab/histogram.ts'
import { packBars, shareBars } from '../../src/lab/pack-bars.ts'
import { thinCurve } from '../../src/lab/thin-curve.ts'
import { createMarket } from '../../src/market/market.ts'
import { createSampleVendor } from '../../src/market/vendors/sample.ts'
import { findBars } from '../../src/lab/find-bars.ts'
import { loadSample } from '../support/sample-bars.ts'

const market = createMarket(createSampleVendor())

test('a thinned curve keeps its ends and every extreme within its length', () => {
  const column = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 400 })
  fc.assert(
    fc.property(column, fc.integer({ min: 6, max: 60 }), (values, max) => {
      const curve = Float64Array.from(values)
      const kept = thinCurve([curve, curve.map((value) => -value)], max)
      expect(kept.length).toBeLessThanOrEqual(Math.max(max, 6))
      expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
      expect([kept[0], kept.at(-1)]).toEqual([0, values.length - 1])
      const shown = kept.map((index) => curve[index]!)
      expect([Math.min(...shown), Math.max(...shown)]).toEqual([Math.min(...values), Math.max(...values)])
    }),
  )
})

test('a histogram counts every value once, in bins of one width with 0 as an edge', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { maxLength: 200 }), (values) => {
      const { edges, counts } = buildHistogram(values)
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length)
      expect(edges).toHaveLength(counts.length + 1)
      expect(edges.every((edge, i) => i === 0 || edge > edges[i - 1]!)).toBe(true)
      if (edges[0]! < 0 && edges.at(-1)! > 0) expect(edges).toContain(0)
    }),
    { examples: [[[6.4e-323]], [[1e4, 1e4 + 2e-12]]] },
  )
})

test('bars come back from their step bit for bit, in memory that threads share', async () => {
  const series = await loadSample('IBM')
  const { shared, facts } = shareBars(await packBars([series], []))
  const { bars } = shared.series[0]!
  for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const)
    expect(bars[name]).toEqual(series[name])
  expect(bars.close.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(facts).toEqual([
    {
      ticker: 'IBM',
      vendor: 'sample',
      adjustment: 'adjusted',
      bars: 3270,
      first: '2000-03-01',
      last: '2013-03-01',
    },
  ])
  expect(shareBars(await packBars([series], [])).shared.hash).toBe(shared.hash)
})

test('bars end on the last day and are adjusted to it, or are as traded, which is said where a split shows', async () => {
  const sources = { market, imported: null }
  const asked = { ticker: 'AAPL', start: '2005-01-03', end: '2005-12-30' }
  const adjusted = await findBars({ ...asked, prices: 'adjusted' }, sources)
  const raw = await findBars({ ...asked, prices: 'raw' }, sources)
  const full = await loadSample('AAPL', '2005-12-30')
  expect(adjusted.series[0]!.close).toEqual(full.close.slice(-252))
  expect(adjusted.notes).toEqual([])
  expect(raw.series[0]!.close.at(-1)).toBe(full.close.at(-1))
  expect(raw.series[0]!.close[0]).toBeGreaterThan(1.8 * full.close.at(-252)!)
  expect(raw.notes).toEqual([expect.stringMatching(/as traded, .* jump: 2005-02-28/)])
})

test('an import is cut by time of day, and what was mended when it was read is said', async () => {
  const daily = await loadSample('IBM')
  const time = Float64Array.from(daily.time, (_, i) => Date.UTC(2012, 0, 3, 9, 30) + i * 60_000)
  const imported = {
    load: async () => ({ series: { ...daily, time, ticker: 'FILE' }, notes: ['line 3 was mended'] }),
  }
  const input = {
    imported: 'a'.repeat(64),
    start: '2012-01-03T10:00',
    end: '2012-01-03T10:59',
    prices: 'raw' as const,
  }
  const { series, notes } = await findBars({ ...input, ticker: 'IBM' }, { market, imported })
  expect([series[0]!.ticker, series[0]!.time.length]).toEqual(['IBM', 60])
  expect(notes).toContain('line 3 was mended')
  expect((await packBars(series, notes)).series[0]).toMatchObject({
    first: '2012-01-03T10:00:00Z',
    last: '2012-01-03T10:59:00Z',
  })
  const gone = { load: () => Promise.reject(new Error('the disk is gone')) }
  await expect(findBars(input, { market, imported: gone })).rejects.toThrow('the disk is gone')
})
