import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRetryAfter } from '../../src/core/retry-after.ts'
import { computeBackOffMs } from '../../src/net/retry.ts'

const NOW = Date.parse('2026-11-20T10:00:00Z')

test.each([
  ['0', 0],
  ['7', 7_000],
  [' 7 ', 7_000],
  ['1.5', 1_500],
  ['Fri, 20 Nov 2026 10:00:05 GMT', 5_000],
  ['Friday, 20-Nov-26 10:00:05 GMT', 5_000],
  ['Fri Nov 20 10:00:05 2026 GMT', 5_000],
  ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
  ['-5', null],
  ['soon', null],
  ['2026', 2_026_000],
  ['2026-11-20', null],
  ['', null],
  [undefined, null],
])('Retry-After %j asks for %j ms', (value, expected) => {
  expect(parseRetryAfter(value, NOW)).toBe(expected)
})

test('a back-off is never shorter than asked for and never longer than its bound', () => {
  const random = fc.double({ min: 0, max: 0.999_999, noNaN: true })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.nat(30_000), random, (tried, askedMs, drawn) => {
      const waitMs = computeBackOffMs(tried, askedMs, drawn)
      expect(waitMs).toBeGreaterThanOrEqual(askedMs)
      expect(waitMs).toBeLessThanOrEqual(Math.max(askedMs, Math.min(8_000, 500 * 2 ** (tried - 1))))
      expect(Number.isInteger(waitMs)).toBe(true)
    }),
  )
})
