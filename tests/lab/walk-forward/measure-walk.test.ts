import { describe, expect, test } from 'vitest'
import type { FoldResult } from '../../../src/lab/lab-state.ts'
import { collectTries } from '../../../src/lab/walk-forward/collect-tries.ts'
import { measureWalk } from '../../../src/lab/walk-forward/measure-walk.ts'
import { statsOf } from '../../support/job-results.ts'

const axes = [
  { name: 'fast', values: Float64Array.of(5, 10, 15) },
  { name: 'stop', values: Float64Array.of(3) },
]

describe('what the folds of a walk-forward come to', () => {
  test('is worked out over all of them', () => {
    const folds = [
      foldOf({ fast: 5, stop: 3, slow: 50 }, 30, 6, 2),
      foldOf({ fast: 15, stop: 3, slow: 50 }, 10, -2, -1),
      foldOf({ fast: 10, stop: 3, slow: 50 }, 20, null, 0),
    ]
    const walk = measureWalk(folds, axes, ['fast', 'slow', 'stop'])
    expect(walk.efficiency).toBeCloseTo(2 / 20, 15)
    expect(walk.profitable_folds).toBe(1)
    expect(walk.stability.fast).toBeCloseTo(Math.sqrt((25 + 25 + 0) / 3) / 10, 15)
    // Not searched, and searched over one value alone.
    expect(walk.stability).toMatchObject({ slow: null, stop: null })
  })

  test('has no efficiency where training made nothing', () => {
    const folds = [foldOf({ fast: 5 }, -3, 6, 2), foldOf({ fast: 5 }, 3, 6, 2)]
    expect(measureWalk(folds, axes, ['fast'])).toMatchObject({ efficiency: null, stability: { fast: 0 } })
    expect(measureWalk([foldOf({ fast: 5 }, 3, null, null)], axes, ['fast']).efficiency).toBeNull()
  })
})

test('the tries of all folds are counted, and each set of parameters is kept once', () => {
  const tries = collectTries(2)
  tries.add({ params: Float64Array.of(1, 2, 1, 3) })
  tries.add({ params: Float64Array.of(1, 3, 4, 5, 1, 2) })
  expect(tries.counted).toBe(5)
  expect(tries.take()).toEqual({
    numbers: Uint32Array.of(0, 1, 2),
    params: Float64Array.of(1, 2, 1, 3, 4, 5),
  })
})

function foldOf(
  params: Record<string, number>,
  inside: number | null,
  outside: number | null,
  gained: number | null,
): FoldResult {
  const span = { from: 0, to: 1, first: '2012-01-03', last: '2012-01-03' }
  return {
    ...{ fold: 0, folds: 1, train: span, test: span, evaluated: 1, params },
    in_sample: statsOf({ return_ann_pct: inside }),
    out_of_sample: statsOf({ return_ann_pct: outside, return_pct: gained }),
  }
}
