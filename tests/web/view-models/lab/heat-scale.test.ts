import { expect, test } from 'vitest'
import { stepOf } from '../../../../src/web/charts/lab/heatmap-chart.ts'
import { createHeatScale } from '../../../../src/web/view-models/lab/heat-scale.ts'

test('with both signs, zero parts the two hues and both sides have one measure', () => {
  const scale = createHeatScale([-1, -0.5, 0.2, 4])
  expect(scale).toMatchObject({ kind: 'diverging', low: -4, high: 4 })
  expect(scale.bounds[4]).toBe(0)
  expect([-3.9, -0.1, 0.1, 3.9].map((value) => stepOf(value, scale.bounds))).toEqual([0, 4, 5, 9])
})

test('with one sign lightness goes from the least to the most', () => {
  const scale = createHeatScale([10, 11, 19])
  expect(scale).toMatchObject({ kind: 'sequential', low: 10, high: 19 })
  expect([10, 14.5, 19].map((value) => stepOf(value, scale.bounds))).toEqual([0, 4, 8])
})

test('a few outliers do not take the scale for themselves', () => {
  const scale = createHeatScale([...Array.from({ length: 200 }, (_, i) => 1 + i / 200), 1e9])
  expect(scale.high).toBeLessThan(2.1)
  expect(stepOf(1e9, scale.bounds)).toBe(8)
})

test('values that are all alike, and none at all, have one step', () => {
  expect(createHeatScale([2, 2, 2]).bounds).toEqual([])
  expect(createHeatScale([]).bounds).toEqual([])
})
