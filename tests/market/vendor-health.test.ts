import { expect, test } from 'vitest'
import { NotFoundError } from '../../src/core/errors.ts'
import { watchVendor } from '../../src/market/vendor-health.ts'
import type { RawBars, Vendor } from '../../src/market/vendor.ts'
import { createManualClock } from '../support/manual-clock.ts'

test('what a vendor answered last, and why it last failed, is told; an unknown ticker is an answer, a cancel is neither', async () => {
  const clock = createManualClock(Date.parse('2026-11-20T10:00:00Z'))
  let next: () => Promise<RawBars> = async () => ({}) as RawBars
  const scripted: Vendor = {
    name: 'scripted',
    bars: () => next(),
    listings: async () => [],
    strays: async () => [],
  }
  const { vendor, health } = watchVendor(scripted, clock)
  expect(health()).toEqual({ answered_at: null, failure: null })

  next = () => Promise.reject(new Error('answered 503'))
  await expect(vendor.bars('AAPL', '2012-06-29')).rejects.toThrow('answered 503')
  const failure = { at: '2026-11-20T10:00:00.000Z', ticker: 'AAPL', reason: 'answered 503' }
  expect(health()).toEqual({ answered_at: null, failure })

  await clock.advance(1_000)
  next = () => Promise.reject(new NotFoundError('it has no X'))
  await expect(vendor.bars('X', '2012-06-29')).rejects.toThrow('it has no X')
  expect(health()).toEqual({ answered_at: '2026-11-20T10:00:01.000Z', failure })

  const given = new AbortController()
  given.abort()
  next = () => Promise.reject(new Error('aborted'))
  await expect(vendor.bars('AAPL', '2012-06-29', given.signal)).rejects.toThrow('aborted')
  expect(health().failure).toEqual(failure)
})
