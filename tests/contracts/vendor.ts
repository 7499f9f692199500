/**
 * What every vendor of prices promises, run against each of them. `prepare` makes a vendor over known prices and says
 * what it holds; the tests that need a failing source or hostile names make their own through it.
 */
import { describe, expect, it } from 'vitest'
import { InputError, NotFoundError } from '../../src/core/errors.ts'
import { BAR_COLUMNS, dateOf } from '../../src/market/series.ts'
import type { Vendor } from '../../src/market/vendor.ts'

export interface VendorUnderTest {
  vendor: Vendor
  /** A ticker it has, with the dates of its first and last bar, and one it has not. */
  known: { ticker: string; first: string; last: string; count: number }
  unknown: string
  /** The same kind of vendor over a source that cannot be read. */
  broken: Vendor
  /** False for a vendor that cannot say what it has. Default true. */
  isListing?: boolean
}

export function describeVendorContract(kind: string, prepare: () => Promise<VendorUnderTest>): void {
  describe(`the vendor contract, kept by ${kind}`, () => {
    it('gives all bars up to and including a date, oldest first, in columns of one length', async () => {
      const { vendor, known } = await prepare()
      const bars = await vendor.bars(known.ticker, known.last)
      expect(bars.ticker).toBe(known.ticker)
      expect(bars.vendor).toBe(vendor.name)
      for (const column of [...BAR_COLUMNS, 'factor'] as const) expect(bars[column].length).toBe(known.count)
      expect(dateOf(bars.time[0]!)).toBe(known.first)
      expect(dateOf(bars.time.at(-1)!)).toBe(known.last)
      expect(bars.time.every((time, i) => i === 0 || time > bars.time[i - 1]!)).toBe(true)
    })

    it('gives sound bars: every low at or under, every high at or over open and close, factors above 0', async () => {
      const { vendor, known } = await prepare()
      const bars = await vendor.bars(known.ticker, known.last)
      const { open, high, low, close, volume, factor, adjustment } = bars
      expect(['raw', 'adjusted']).toContain(adjustment)
      for (let i = 0; i < open.length; i++) {
        expect(low[i]).toBeLessThanOrEqual(Math.min(open[i]!, close[i]!))
        expect(high[i]).toBeGreaterThanOrEqual(Math.max(open[i]!, close[i]!))
        expect(volume[i]).toBeGreaterThanOrEqual(0)
        expect(factor[i]).toBeGreaterThan(0)
        if (adjustment === 'raw') expect(factor[i]).toBe(1)
      }
    })

    it('cuts at the date, and holds nothing later behind its arrays', async () => {
      const { vendor, known } = await prepare()
      const until = dateOf((Date.parse(known.first) + Date.parse(known.last)) / 2)
      const bars = await vendor.bars(known.ticker, until)
      expect(bars.time.length).toBeGreaterThan(0)
      expect(dateOf(bars.time.at(-1)!) <= until).toBe(true)
      for (const column of [...BAR_COLUMNS, 'factor'] as const) {
        expect(bars[column].buffer.byteLength).toBe(bars.time.length * 8)
      }
    })

    it('gives bars of the caller’s own: writing into them changes nothing for the next', async () => {
      const { vendor, known } = await prepare()
      const first = await vendor.bars(known.ticker, known.last)
      const close = first.close[0]
      first.close.fill(0)
      expect((await vendor.bars(known.ticker, known.last)).close[0]).toBe(close)
    })

    it('answers a time without bars with an empty series', async () => {
      const { vendor, known } = await prepare()
      const bars = await vendor.bars(known.ticker, '1970-01-01')
      for (const column of [...BAR_COLUMNS, 'factor'] as const) expect(bars[column].length).toBe(0)
    })

    it('answers an unknown ticker with NotFoundError that names the ones it has, where it can list', async () => {
      const { vendor, known, unknown, isListing = true } = await prepare()
      const failure = vendor.bars(unknown, known.last)
      await expect(failure).rejects.toThrow(NotFoundError)
      await expect(failure).rejects.toThrow(unknown)
      if (isListing) await expect(failure).rejects.toThrow(known.ticker)
    })

    it.each([
      '../etc/passwd',
      '..',
      '/etc/passwd',
      'A/../B',
      'A\\B',
      'A\0B',
      '',
      ' ',
      'AAPL;rm',
      'A'.repeat(16),
    ])('refuses %j, which is no ticker', async (text) => {
      const { vendor, known } = await prepare()
      await expect(vendor.bars(text, known.last)).rejects.toThrow(InputError)
    })

    it('refuses a date that is none', async () => {
      const { vendor, known } = await prepare()
      await expect(vendor.bars(known.ticker, '2012-02-30')).rejects.toThrow('"2012-02-30"')
    })

    it('throws when its source fails, instead of answering that there is nothing, and names no path', async () => {
      const { broken, known, isListing = true } = await prepare()
      const asked = [
        () => broken.bars(known.ticker, known.last),
        ...(isListing ? [() => broken.listings()] : []),
      ]
      for (const ask of asked) {
        const error = await ask().then(
          () => null,
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(Error)
        expect(error).not.toBeInstanceOf(NotFoundError)
        expect((error as Error).message).not.toMatch(/\/[a-z]+\//)
      }
    })

    it('stops for a signal that is aborted', async () => {
      const { vendor, known } = await prepare()
      const reason = new Error('no longer wanted')
      await expect(vendor.bars(known.ticker, known.last, AbortSignal.abort(reason))).rejects.toBe(reason)
    })

    it('lists what can be asked for, with the range of each, or nothing where it cannot', async () => {
      const { vendor, known, isListing = true } = await prepare()
      const { ticker, first, last } = known
      const listings = await vendor.listings()
      if (isListing) expect(listings).toContainEqual({ ticker, first, last, problem: null })
      else expect(listings).toEqual([])
    })
  })
}
