import { describe, expect, it } from 'vitest'
import { chooseMeanBlock, selectBlockLength } from '../../../src/lab/overfitting/block-length.ts'
import { computeSharpeBand } from '../../../src/lab/overfitting/sharpe-band.ts'
import {
  addTry,
  computeSnoopingProbabilities,
  createSnoopingMaxima,
  mergeSnoopingMaxima,
  packSnoopingMaxima,
  unpackSnoopingMaxima,
} from '../../../src/lab/overfitting/snooping-tests.ts'
import { drawResamples, type Resamples } from '../../../src/lab/overfitting/stationary-bootstrap.ts'
import { weighTries, type BootstrapOutput } from '../../../src/lab/tasks/bootstrap-trials.ts'
import { createNormalDraws, makeReturns } from '../../support/random-returns.ts'

const CONTROL = { isCancelled: () => false, report: () => undefined }

function weigh(
  columns: readonly Float64Array[],
  held: Float64Array,
  resampling: { samples: number; meanBlock: number; seed: number },
): BootstrapOutput {
  return weighTries({
    ...{ count: columns.length, observations: held.length, blocks: 4, held, resampling },
    readTry: (trial, out) => out.set(columns[trial]!),
    control: CONTROL,
  })
}

/** The observations of a resample, day by day: any pairing of starts and ends that adds up has the same days. */
function listDays({ observations, offsets, starts, ends }: Resamples, sample: number): number[] {
  const turns = new Int32Array(observations + 1)
  for (let block = offsets[sample]!; block < offsets[sample + 1]!; block++) {
    turns[starts[block]!]!++
    turns[ends[block]!]!--
  }
  // How often a day is in the sample rises by one at each start and falls at each end; the level is what adds up to n.
  const levels: number[] = []
  let level = 0
  for (let t = 0; t < observations; t++) levels.push((level += turns[t]!))
  const lift = (observations - levels.reduce((sum, one) => sum + one, 0)) / observations
  return levels.flatMap((one, t) => new Array<number>(one + lift).fill(t))
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Both tests as their papers have them, on days drawn one by one. */
function testDirectly(columns: readonly Float64Array[], held: Float64Array, resamples: Resamples) {
  const n = held.length
  const d = columns.map((column) => Array.from(column, (value, t) => value - held[t]!))
  const means = d.map(meanOf)
  const drawn = Array.from({ length: resamples.samples }, (_, b) => {
    const days = listDays(resamples, b)
    expect(days).toHaveLength(n)
    return d.map((column) => meanOf(days.map((t) => column[t]!)))
  })
  const omegas = d.map((_, k) => Math.sqrt(meanOf(drawn.map((row) => n * (row[k]! - means[k]!) ** 2))))
  const best = (of: (k: number) => number) => Math.max(...d.map((_, k) => of(k)))
  const share = (of: (row: number[], k: number) => number, observed: number) =>
    drawn.filter((row) => best((k) => of(row, k)) > observed).length / drawn.length
  const root = Math.sqrt(n)
  const studentised = best((k) => (root * means[k]!) / omegas[k]!)
  const spa = (g: (mean: number, omega: number) => number) =>
    share((row, k) => Math.max(0, (root * (row[k]! - g(means[k]!, omegas[k]!))) / omegas[k]!), studentised)
  const bound = Math.sqrt((2 * Math.log(Math.log(n))) / n)
  return {
    observed: studentised,
    realityCheck: share(
      (row, k) => root * (row[k]! - means[k]!),
      best((k) => root * means[k]!),
    ),
    lower: spa((mean) => Math.max(0, mean)),
    consistent: spa((mean, omega) => (mean >= -omega * bound ? mean : 0)),
    upper: spa((mean) => mean),
  }
}

/** What was observed is a sum that may be taken in another order; shares are counted. */
function closely<T extends { observed: number }>({ observed, ...shares }: T) {
  return { observed: expect.closeTo(observed, 9), ...shares }
}

describe('the stationary bootstrap', () => {
  it('draws whole rows whose blocks have the mean length asked for, the same for the same seed', () => {
    const resamples = drawResamples(500, 400, 10, 7)
    expect(resamples.starts.length / 400).toBeGreaterThan(47)
    expect(resamples.starts.length / 400).toBeLessThan(54)
    for (let b = 0; b < 400; b += 37) expect(listDays(resamples, b)).toHaveLength(500)
    expect(drawResamples(500, 400, 10, 7)).toEqual(resamples)
    expect(drawResamples(500, 400, 10, 8).starts).not.toEqual(resamples.starts)
  })

  it('draws every day as often as any other', () => {
    const resamples = drawResamples(50, 4_000, 5, 1)
    const counts = new Array<number>(50).fill(0)
    for (let b = 0; b < 4_000; b++) for (const day of listDays(resamples, b)) counts[day]!++
    expect(Math.min(...counts)).toBeGreaterThan(3_600)
    expect(Math.max(...counts)).toBeLessThan(4_400)
  })

  it('draws single days where the mean length is 1', () => {
    expect(drawResamples(40, 3, 1, 1).starts).toHaveLength(120)
  })
})

describe('the length of blocks', () => {
  it('is short for noise and longer the more a row remembers', () => {
    const [noise] = makeReturns(1, 2_000, 'noise')
    const remember = (part: number) => {
      const draw = createNormalDraws(`remembers ${part}`)
      let last = 0
      return Float64Array.from({ length: 2_000 }, () => (last = part * last + draw()))
    }
    const [short, long] = [remember(0.3), remember(0.9)].map(selectBlockLength) as [number, number]
    expect(selectBlockLength(noise!)).toBeLessThan(5)
    expect(short).toBeGreaterThan(3)
    expect(long).toBeGreaterThan(2 * short)
    expect(selectBlockLength(new Float64Array(100).fill(0.1))).toBe(1)
  })

  it('is at least ten days, at least a 256th of the row and at most a third of it', () => {
    const [noise] = makeReturns(1, 2_147, 'rows')
    expect(chooseMeanBlock([noise!], 2_147)).toBe(10)
    expect(chooseMeanBlock([noise!], 12_800)).toBe(50)
    expect(chooseMeanBlock([noise!.subarray(0, 24)], 24)).toBe(8)
  })
})

describe('the reality check and the test for superior predictive ability', () => {
  const resampling = { samples: 300, meanBlock: 6, seed: 5 }

  it.each(['one', 'two', 'three'])(
    'give what their definitions give, against nothing and against another (%s)',
    (seed) => {
      // One try is far behind, where the three versions of the test differ.
      const columns = makeReturns(6, 120, seed, (trial) => [0.001, 0.0005, 0, -0.001, -0.004, 0.0015][trial]!)
      const [held] = makeReturns(1, 120, `held ${seed}`, () => 0.0004)
      const found = weigh(columns, held!, resampling)
      const resamples = drawResamples(120, 300, 6, 5)
      const zero = testDirectly(columns, new Float64Array(120), resamples)
      expect(computeSnoopingProbabilities(found.againstZero!)).toEqual(closely(zero))
      expect(computeSnoopingProbabilities(found.againstHeld!)).toEqual(
        closely(testDirectly(columns, held!, resamples)),
      )
      expect(zero.lower).toBeLessThanOrEqual(zero.consistent)
      expect(zero.consistent).toBeLessThanOrEqual(zero.upper)
    },
  )

  it('come out the same whatever the parts they were made in', () => {
    const columns = makeReturns(11, 100, 'parts')
    const [held] = makeReturns(1, 100, 'held')
    const whole = weigh(columns, held!, resampling)
    const parts = [columns.slice(0, 3), columns.slice(3, 4), columns.slice(4)].map((part) =>
      weigh(part, held!, resampling),
    )
    const merged = parts
      .map(({ againstHeld }) => unpackSnoopingMaxima(packSnoopingMaxima(againstHeld!)))
      .reduce(mergeSnoopingMaxima)
    expect(merged).toEqual(whole.againstHeld)
    expect(parts.flatMap(({ moments }) => Array.from(moments))).toEqual(Array.from(whole.moments))
  })

  it('find luck in noise about as often as they say, and skill where it was put', () => {
    const [held] = makeReturns(1, 100, 'held')
    const draw = { samples: 200, meanBlock: 2, seed: 1 }
    const noise = Array.from({ length: 60 }, (_, i) =>
      computeSnoopingProbabilities(weigh(makeReturns(8, 100, `luck ${i}`), held!, draw).againstZero!),
    )
    for (const name of ['consistent', 'realityCheck'] as const) {
      const values = noise.map((one) => one[name]!)
      expect(meanOf(values)).toBeGreaterThan(0.38)
      expect(meanOf(values)).toBeLessThan(0.62)
      expect(values.filter((value) => value < 0.1).length).toBeLessThan(14)
    }
    const planted = makeReturns(8, 100, 'planted', (trial) => (trial === 3 ? 0.006 : 0))
    expect(computeSnoopingProbabilities(weigh(planted, held!, draw).againstZero!).consistent).toBeLessThan(
      0.02,
    )
  })

  it('have nothing to explain where no try was better, and nothing to say where none varies', () => {
    const [held] = makeReturns(1, 100, 'held')
    const poor = makeReturns(2, 100, 'poor', () => -0.01)
    expect(computeSnoopingProbabilities(weigh(poor, held!, resampling).againstZero!)).toMatchObject({
      ...{ lower: 1, consistent: 1, upper: 1 },
    })
    const idle = weigh([new Float64Array(100), held!], held!, resampling)
    expect(computeSnoopingProbabilities(weigh([held!], held!, resampling).againstHeld!).consistent).toBeNull()
    expect(computeSnoopingProbabilities(idle.againstZero!).consistent).not.toBeNull()
    const maxima = createSnoopingMaxima(3)
    addTry(maxima, { mean: 0, observations: 100, scale: 0 }, new Float64Array(3), 0, 1)
    expect(computeSnoopingProbabilities(maxima).upper).toBeNull()
  })
})

describe('the band of a Sharpe ratio', () => {
  it('lies where resamples drawn day by day have theirs', () => {
    const [returns] = makeReturns(1, 150, 'band', () => 0.001)
    const resamples = drawResamples(150, 500, 8, 3)
    const ratios = Array.from({ length: 500 }, (_, b) => {
      const drawn = listDays(resamples, b).map((t) => returns![t]!)
      const mean = meanOf(drawn)
      return mean / Math.sqrt(drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (drawn.length - 1))
    }).sort((a, b) => a - b)
    const band = computeSharpeBand(returns!, resamples)!
    const at = (position: number) => {
      const below = Math.floor(position)
      return ratios[below]! + (position - below) * (ratios[below + 1]! - ratios[below]!)
    }
    expect(band.level).toBe(0.95)
    expect(band.low).toBeCloseTo(at(0.025 * 499), 10)
    expect(band.high).toBeCloseTo(at(0.975 * 499), 10)
  })

  it('is none for returns that do not vary', () => {
    expect(computeSharpeBand(new Float64Array(100), drawResamples(100, 50, 5, 1))).toBeNull()
  })
})
