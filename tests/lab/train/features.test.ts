import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseFeatures, FEATURE_NAMES, FEATURES } from '../../../src/lab/train/features.ts'
import { computeFeatures, sliceSamples, takeSamples } from '../../../src/lab/train/samples.ts'
import { BAR_COLUMNS, type Bars } from '../../../src/market/series.ts'
import { makeRandomBars } from '../../support/random-bars.ts'

describe('features', () => {
  test('see only the past: without the bars after one, nothing up to it changes', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.integer({ min: 1, max: 300 }), (seed, kept) => {
        const bars = makeRandomBars(300, seed)
        const past = cutBars(bars, kept)
        for (const feature of FEATURES) {
          expect(feature.compute(past), feature.name).toEqual(feature.compute(bars).slice(0, kept))
        }
      }),
      { numRuns: 8 },
    )
    // A glance ahead shows most in the last bar there is: every bar is that once.
    const bars = makeRandomBars(240, 1)
    const whole = FEATURES.map((feature) => feature.compute(bars))
    for (let kept = 1; kept <= 240; kept++) {
      const past = cutBars(bars, kept)
      for (const [index, feature] of FEATURES.entries()) {
        const [seen, known] = [feature.compute(past)[kept - 1], whole[index]![kept - 1]]
        if (!Object.is(seen, known)) expect(seen, `${feature.name} of bar ${kept - 1}`).toBe(known)
      }
    }
  })

  test('do not depend on the level of prices or of the volume', () => {
    const bars = makeRandomBars(200, 1)
    const dear = { ...bars }
    for (const name of ['open', 'high', 'low', 'close', 'volume'] as const)
      dear[name] = bars[name].map((value) => value * 8)
    for (const feature of FEATURES) {
      const [plain, scaled] = [feature.compute(bars), feature.compute(dear)]
      const first = plain.findIndex((value) => !Number.isNaN(value))
      expect(scaled.findIndex((value) => !Number.isNaN(value))).toBe(first)
      for (let bar = first; bar < 200; bar++) expect(scaled[bar], feature.name).toBeCloseTo(plain[bar]!, 9)
    }
  })

  test('are all there from the end of their warm-up on, also where nothing moves or is traded', () => {
    const bars = makeRandomBars(200, 2)
    const still = { ...bars, volume: new Float64Array(200) }
    for (const name of ['open', 'high', 'low', 'close'] as const) still[name] = new Float64Array(200).fill(50)
    for (const of of [bars, still]) {
      for (const { name, warmUpBars, compute } of FEATURES) {
        const there = Array.from(compute(of), Number.isFinite)
        expect(there, name).toEqual(Array.from(there, (_, bar) => bar >= warmUpBars))
      }
    }
  })

  test('have names of their own; an unknown one is refused with the nearest', () => {
    expect(new Set(FEATURE_NAMES).size).toBe(FEATURES.length)
    expect(chooseFeatures(undefined)).toHaveLength(FEATURES.length)
    expect(chooseFeatures(['rsi_14', 'return_1', 'rsi_14']).map(({ name }) => name)).toEqual([
      'return_1',
      'rsi_14',
    ])
    expect(() => chooseFeatures(['rsi14'])).toThrow('features names "rsi14"; did you mean "rsi_14"?')
    expect(() => chooseFeatures(['rsi14'])).toThrow('rsi_14')
  })
})

describe('samples', () => {
  test('pair the features of a bar with whether the close was higher so many bars later', () => {
    const bars = makeRandomBars(160, 3)
    const features = chooseFeatures(['return_1', 'return_20'])
    const samples = takeSamples(bars, features, 5)
    expect(samples).toMatchObject({ from: 20, rows: 160 - 20 - 5, columns: 2 })
    for (let row = 0; row < samples.rows; row++) {
      const bar = samples.from + row
      expect(samples.rose[row]).toBe(bars.close[bar + 5]! > bars.close[bar]! ? 1 : 0)
      expect(samples.values[row * 2]).toBe((bars.close[bar]! - bars.close[bar - 1]!) / bars.close[bar - 1]!)
    }
    const part = sliceSamples(samples, 10, 12)
    expect(part).toMatchObject({ from: 30, rows: 2 })
    expect(part.values).toEqual(computeFeatures(bars, features).subarray(60, 64))
  })

  test('are none where the bars are too few', () => {
    expect(takeSamples(makeRandomBars(50, 4), [...FEATURES], 5).rows).toBe(0)
  })
})

function cutBars(bars: Bars, to: number): Bars {
  return Object.fromEntries(BAR_COLUMNS.map((name) => [name, bars[name].slice(0, to)])) as unknown as Bars
}
