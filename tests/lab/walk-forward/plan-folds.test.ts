import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_FOLDS, planFolds, type FoldRules } from '../../../src/lab/walk-forward/plan-folds.ts'

const rules: FoldRules = { trainBars: 500, testBars: 125, anchored: false, purgeBars: 0, embargoBars: 0 }

describe('folds of a walk-forward', () => {
  test('roll by the length of a test, or are anchored at the first bar', () => {
    const rolling = planFolds(2_148, rules)
    expect(rolling).toHaveLength(13)
    expect(rolling[0]).toEqual({ fold: 0, train: { from: 0, to: 500 }, test: { from: 500, to: 625 } })
    expect(rolling[12]).toEqual({
      ...{ fold: 12, train: { from: 1_500, to: 2_000 }, test: { from: 2_000, to: 2_125 } },
    })
    const anchored = planFolds(2_148, { ...rules, anchored: true })
    expect(anchored[12]!.train).toEqual({ from: 0, to: 2_000 })
    expect(anchored.map(({ test: span }) => span)).toEqual(rolling.map(({ test: span }) => span))
  })

  test('keep the purge before every test, and what was tested on out of training until the embargo is over', () => {
    const [first, second, third] = planFolds(2_000, { ...rules, purgeBars: 10, embargoBars: 40 })
    expect(first).toMatchObject({ train: { from: 0, to: 500 }, test: { from: 510, to: 635 } })
    expect(second).toMatchObject({ train: { from: 95, to: 595 }, test: { from: 635, to: 760 } })
    expect(third).toMatchObject({ train: { from: 220, to: 720 }, test: { from: 760, to: 885 } })
    const [, afterLong] = planFolds(2_000, { ...rules, embargoBars: 1_000 })
    expect(afterLong!.train).toEqual({ from: 0, to: 500 })
  })

  test('are refused with the figures where the bars do not suffice, or make too many', () => {
    expect(() => planFolds(634, { ...rules, purgeBars: 10 })).toThrow(
      'train_bars 500 + purge_bars 10 + test_bars 125 need 635 bars; there are 634',
    )
    expect(planFolds(635, { ...rules, purgeBars: 10 })).toHaveLength(1)
    const bars = 20 + 5 * MAX_FOLDS + 5
    expect(() => planFolds(bars, { ...rules, trainBars: 20, testBars: 5 })).toThrow(
      `test_bars is 5: ${bars} bars make ${MAX_FOLDS + 1} folds of it; allowed: up to ${MAX_FOLDS}, so at least 6`,
    )
    expect(planFolds(bars, { ...rules, trainBars: 20, testBars: 6 }).length).toBeLessThanOrEqual(MAX_FOLDS)
  })

  test('hold to purge, embargo and order whatever the figures, and test every bar once that can be', () => {
    const plans = fc.record({
      trainBars: fc.integer({ min: 20, max: 400 }),
      testBars: fc.integer({ min: 5, max: 120 }),
      anchored: fc.boolean(),
      purgeBars: fc.integer({ min: 0, max: 60 }),
      embargoBars: fc.integer({ min: 0, max: 300 }),
      spare: fc.integer({ min: 0, max: 900 }),
    })
    fc.assert(
      fc.property(plans, ({ spare, ...plan }) => {
        const bars = plan.trainBars + plan.purgeBars + plan.testBars + spare
        const folds = planFolds(bars, plan)
        const tested = new Set<number>()
        for (const { train, test: span } of folds) {
          expect(span.to - span.from).toBe(plan.testBars)
          expect(train.from).toBeGreaterThanOrEqual(0)
          if (plan.anchored) expect(train.from).toBe(0)
          else expect(train.to - train.from).toBe(plan.trainBars)
          expect(train.to - train.from).toBeGreaterThanOrEqual(plan.trainBars)
          expect(train.to).toBeLessThanOrEqual(span.from - plan.purgeBars)
          for (let bar = train.from; bar < train.to; bar++) {
            if (tested.has(bar) && span.from - bar <= plan.embargoBars) throw new Error(`embargo: ${bar}`)
          }
          for (let bar = span.from; bar < span.to; bar++) tested.add(bar)
        }
        const first = plan.trainBars + plan.purgeBars
        expect([...tested]).toEqual(
          Array.from({ length: folds.length * plan.testBars }, (_, index) => first + index),
        )
        expect(bars - first - tested.size).toBeLessThan(plan.testBars)
      }),
      { numRuns: 60 },
    )
  })
})
