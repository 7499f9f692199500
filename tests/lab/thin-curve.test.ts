import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CURVE_POINTS_MAX, thinCurve } from '../../src/lab/thin-curve.ts'

test('of a long curve so many points are left: its ends, its extremes, and those of every stretch', () => {
  const seeds = fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 4 }), fc.integer())
  fc.assert(
    fc.property(seeds, ([length, width, seed]) => {
      let state = seed | 0
      const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0)
      const columns = Array.from({ length: width }, () => Float64Array.from({ length }, next))
      const kept = thinCurve(columns)
      expect(kept.length).toBeLessThanOrEqual(CURVE_POINTS_MAX)
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(length, CURVE_POINTS_MAX / 2))
      expect([kept[0], kept.at(-1)]).toEqual([0, length - 1])
      expect(kept.every((index, i) => i === 0 || index > kept[i - 1]!)).toBe(true)
      const stretches = Math.floor((CURVE_POINTS_MAX - 2) / (2 * width))
      for (const column of columns) {
        const shown = new Set(kept.map((index) => column[index]!))
        if (length <= CURVE_POINTS_MAX) continue
        for (let at = 0; at < stretches; at++) {
          const part = column.subarray(
            Math.floor((at * length) / stretches),
            Math.floor(((at + 1) * length) / stretches),
          )
          expect(shown.has(part.reduce((low, value) => Math.min(low, value)))).toBe(true)
          expect(shown.has(part.reduce((high, value) => Math.max(high, value)))).toBe(true)
        }
      }
    }),
    { numRuns: 25 },
  )
})

test('a short curve, one of one point and one of none are left as they are', () => {
  expect(thinCurve([Float64Array.from({ length: CURVE_POINTS_MAX }, () => 1)])).toHaveLength(CURVE_POINTS_MAX)
  expect(thinCurve([Float64Array.of(7)])).toEqual([0])
  expect(thinCurve([new Float64Array()])).toEqual([])
  expect(thinCurve([])).toEqual([])
})
