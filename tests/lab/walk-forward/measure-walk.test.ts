import { describe, expect, test } from 'vitest'
import type { FoldResult } from '../../../src/lab/lab-state.ts'
import { collectTries } from '../../../src/lab/walk-forward/collect-tries.ts'
import { describeTests } from '../../../src/lab/walk-forward/describe-tests.ts'
import { measureWalk } from '../../../src/lab/walk-forward/measure-walk.ts'
import { statsOf } from '../../support/job-results.ts'

const axes = [
  { name: 'fast', values: Float64Array.of(5, 10, 15) },
  { name: 'stop', values: Float64Array.of(3) },
]

describe('what the folds of a walk-forward come to', () => {
  test('is worked out over all of them', () => {
    const folds = [
      foldOf({ fast: 5, stop: 3, slow: 50 }, 30, 2),
      foldOf({ fast: 15, stop: 3, slow: 50 }, 10, -1),
      foldOf({ fast: 10, stop: 3, slow: 50 }, null, 0),
    ]
    const walk = measureWalk(statsOf({ cagr_pct: 2 }), folds, axes, ['fast', 'slow', 'stop'])
    expect(walk.efficiency).toBeCloseTo(2 / 20, 15)
    expect(walk.profitable_folds).toBe(1)
    expect(walk.stability.fast).toBeCloseTo(Math.sqrt((25 + 25 + 0) / 3) / 10, 15)
    // Not searched, and searched over one value alone.
    expect(walk.stability).toMatchObject({ slow: null, stop: null })
  })

  test('keeps nothing where the account lost money, whatever its tests made a year each', () => {
    // +20 % and −20 % a year, the second for longer: their mean is 0.1 %, and the account has lost.
    const folds = [foldOf({ fast: 5 }, 20, 2, 20.1), foldOf({ fast: 5 }, 20, -3, -19.9)]
    expect(measureWalk(statsOf({ cagr_pct: -0.69 }), folds, axes, ['fast']).efficiency).toBeLessThan(0)
  })

  test('has no efficiency where training made nothing', () => {
    const folds = [foldOf({ fast: 5 }, -3, 2), foldOf({ fast: 5 }, 3, 2)]
    const walk = measureWalk(statsOf({ cagr_pct: 6 }), folds, axes, ['fast'])
    expect(walk).toMatchObject({ efficiency: null, stability: { fast: 0 } })
    const none = measureWalk(statsOf({ cagr_pct: null }), [foldOf({ fast: 5 }, 3, null)], axes, ['fast'])
    expect(none.efficiency).toBeNull()
  })
})

describe('the tests', () => {
  test('are said to begin in cash, and those without a trade are counted', () => {
    const traded = foldOf({ fast: 5 }, 3, 2)
    const idle = { ...traded, out_of_sample: statsOf({ trades: 0 }) }
    expect(describeTests([traded])).toHaveLength(1)
    expect(describeTests([traded])[0]).toMatch(/begins in cash and trades from its first new signal on/)
    expect(describeTests([idle, traded, idle])[1]).toMatch(/^2 of 3 tests made no trade/)
  })
})

test('the tries of all folds are counted, and each set of parameters is kept once', () => {
  const tries = collectTries(2)
  tries.add({ params: Float64Array.of(1, 2, 1, 3), outcome: { refused: 1, idle: 2 } })
  tries.add({ params: Float64Array.of(1, 3, 4, 5, 1, 2), outcome: { refused: 1, idle: 2 } })
  expect([tries.counted, tries.refused, tries.idle]).toEqual([5, 2, 4])
  expect(tries.take()).toEqual({
    numbers: Uint32Array.of(0, 1, 2),
    params: Float64Array.of(1, 2, 1, 3, 4, 5),
  })
})

function foldOf(
  params: Record<string, number>,
  inside: number | null,
  gained: number | null,
  outside: number | null = null,
): FoldResult {
  const span = { from: 0, to: 1, first: '2012-01-03', last: '2012-01-03' }
  return {
    ...{ fold: 0, folds: 1, train: span, test: span, evaluated: 1, params },
    in_sample: statsOf({ cagr_pct: inside }),
    out_of_sample: statsOf({ cagr_pct: outside, return_ann_pct: outside, return_pct: gained }),
  }
}
