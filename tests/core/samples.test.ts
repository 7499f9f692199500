import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSamples } from '../../src/core/samples.ts'

test('of nothing there is a count of none and nothing else', () => {
  expect(createSamples().spread()).toEqual({ n: 0, average: null, p50: null, p95: null })
})

test('percentiles are of the nearest rank', () => {
  const samples = createSamples()
  for (let value = 20; value >= 1; value -= 1) samples.add(value)
  expect(samples.spread()).toEqual({ n: 20, average: 10.5, p50: 10, p95: 19 })
  samples.add(1_000)
  expect(samples.spread()).toMatchObject({ n: 21, p50: 11, p95: 20 })
})

test('what was never added cannot be taken away', () => {
  const samples = createSamples()
  samples.add(1)
  expect(() => samples.remove(2)).toThrow('2 is none of the samples')
})

test('comes to what a plain list comes to, whatever comes, goes and is asked in between', () => {
  const change = fc.record({
    value: fc.integer({ min: 0, max: 50 }),
    act: fc.constantFrom('add', 'remove', 'ask'),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
      const samples = createSamples()
      let plain: number[] = []
      for (const { value, act } of changes) {
        if (act === 'add') {
          samples.add(value)
          plain.push(value)
        } else if (act === 'remove' && plain.includes(value)) {
          samples.remove(value)
          plain = plain.toSpliced(plain.indexOf(value), 1)
        } else samples.spread()
      }
      const sorted = plain.toSorted((a, b) => a - b)
      const rank = (part: number) => sorted.find((_, i) => (i + 1) / sorted.length >= part) ?? null
      const average = plain.length === 0 ? null : plain.reduce((a, b) => a + b, 0) / plain.length
      expect(samples.spread()).toEqual({ n: plain.length, average, p50: rank(0.5), p95: rank(0.95) })
    }),
  )
})
