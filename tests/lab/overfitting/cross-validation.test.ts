import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listBlockHalves } from '../../../src/lab/overfitting/block-halves.ts'
import {
  computeOverfittingProbability,
  rankBestOutOfSample,
} from '../../../src/lab/overfitting/cross-validation.ts'
import { countLogits } from '../../../src/lab/overfitting/logit-histogram.ts'
import { addBlockMoments } from '../../../src/lab/tasks/bootstrap-trials.ts'
import { makeReturns } from '../../support/random-returns.ts'

/** Of columns of returns, a try each. */
function momentsOf(columns: readonly (readonly number[] | Float64Array)[], blocks: number): Float64Array {
  const moments = new Float64Array(columns.length * 2 * blocks)
  columns.forEach((column, i) => addBlockMoments(Float64Array.from(column), blocks, moments, i * 2 * blocks))
  return moments
}

/** By definition: every half put together, Sharpe ratios of its rows, ranks counted. Middle ranks, in no special order. */
function rankDirectly(columns: readonly (readonly number[])[], blocks: number): number[] {
  const length = columns[0]!.length / blocks
  const ranks: number[] = []
  for (let mask = 0; mask < 2 ** blocks; mask++) {
    const isInside = (t: number) => (mask >> Math.floor(t / length)) % 2 === 1
    const bits = Array.from({ length: blocks }, (_, block) => (mask >> block) % 2)
    if (bits.reduce((sum, bit) => sum + bit, 0) !== blocks / 2) continue
    const inside = columns.map((column) => ratioOf(column.filter((_, t) => isInside(t))))
    const outside = columns.map((column) => ratioOf(column.filter((_, t) => !isInside(t))))
    const best = outside[inside.indexOf(Math.max(...inside))]!
    const below = outside.filter((one) => one < best).length
    const ties = outside.filter((one) => one === best).length
    ranks.push(below + (ties + 1) / 2)
  }
  return ranks
}

function ratioOf(returns: readonly number[]): number {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length
  return variance === 0 ? 0 : mean / Math.sqrt(variance)
}

const sorted = (values: ArrayLike<number>) => Array.from(values).sort((a, b) => a - b)

describe('combinatorially symmetric cross-validation', () => {
  it('gives the probabilities worked out by hand, ties counting as overfit and not', () => {
    const rows = [
      [1, -2, 0.5],
      [2, 1, -1],
      [-1, 3, 1],
      [3, -1, 0],
      [-2, 2, 1.5],
      [1, 0.5, -0.5],
      [-3, 1, 2],
      [0.5, -1, 1],
    ].map((row) => row.map((value) => value / 100))
    const columns = [0, 1, 2].map((trial) => rows.map((row) => row[trial]!))
    const found = computeOverfittingProbability(rankBestOutOfSample(momentsOf(columns, 4), 4), 3)
    expect(found.value).toBe(1)
    expect(found.strict).toBeCloseTo(0.667, 3)
    expect(sorted(found.logits).slice(-2)).toEqual([0, 0])
  })

  it('ranks as the definition does, on any returns', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 4, 6),
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 2, max: 4 }),
        fc.string(),
        (blocks, tries, length, seed) => {
          const columns = makeReturns(tries, blocks * length, seed).map((column) => Array.from(column))
          expect(sorted(rankBestOutOfSample(momentsOf(columns, blocks), blocks))).toEqual(
            sorted(rankDirectly(columns, blocks)),
          )
        },
      ),
      { numRuns: 60, seed: 1 },
    )
  })

  it('has each half of sixteen blocks once, and its complement', () => {
    const { count, masks, starts } = listBlockHalves(16)
    expect(count).toBe(12_870)
    expect(Array.from(starts)).toEqual([0, 1, 9, 37, 93, 163, 219, 247, 255, 256])
    masks.forEach((mask, i) => expect(masks[255 - i]).toBe(255 - mask))
    expect(() => listBlockHalves(5)).toThrow('blocks is 5')
  })

  it('ranks tries that are the same as one, and those that do nothing at 0', () => {
    const [skilled] = makeReturns(1, 64, 'skilled', () => 0.02)
    const [poor] = makeReturns(1, 64, 'poor', () => -0.02)
    const idle = new Float64Array(64)
    const ranks = rankBestOutOfSample(momentsOf([poor!, skilled!, skilled!, idle], 16), 16)
    // Two share the places 3 and 4.
    expect(new Set(ranks)).toEqual(new Set([3.5]))
    const none = rankBestOutOfSample(momentsOf([idle, idle, idle], 4), 4)
    expect(computeOverfittingProbability(none, 3)).toMatchObject({ value: 1, strict: 0 })
  })

  it('comes out the same in parts as in one', () => {
    const moments = momentsOf(makeReturns(7, 64, 'parts'), 16)
    const parts = [0, 1, 2].map((shard) => rankBestOutOfSample(moments, 16, { shard, shards: 3 }))
    expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(12_870)
    expect(sorted(parts.flatMap((part) => Array.from(part)))).toEqual(
      sorted(rankBestOutOfSample(moments, 16)),
    )
  })

  it('finds no skill in noise and skill where it was put', () => {
    const noise = Array.from({ length: 24 }, (_, i) => {
      const moments = momentsOf(makeReturns(20, 160, `noise ${i}`), 8)
      return computeOverfittingProbability(rankBestOutOfSample(moments, 8), 20).strict
    })
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length
    expect(mean).toBeGreaterThan(0.38)
    expect(mean).toBeLessThan(0.62)
    const planted = makeReturns(20, 160, 'planted', (trial) => (trial === 13 ? 0.006 : 0))
    const ranks = rankBestOutOfSample(momentsOf(planted, 8), 8)
    expect(computeOverfittingProbability(ranks, 20).value).toBeLessThan(0.05)
  })
})

describe('the histogram of logits', () => {
  it('has an edge at 0, and what is overfit below it', () => {
    const { edges, counts } = countLogits(Float64Array.of(-9, -0.2, 0, 0.1, 0.5, 9))
    const middle = edges.indexOf(0)
    expect(counts.slice(0, middle).reduce((sum, count) => sum + count)).toBe(3)
    expect(counts.reduce((sum, count) => sum + count)).toBe(6)
    expect([counts[0], counts[counts.length - 1]]).toEqual([1, 1])
    expect(edges).toHaveLength(counts.length + 1)
    // Between the outermost edges bins are as wide as each other in ranks.
    const ranks = edges.slice(1, -1).map((edge) => 1 / (1 + Math.exp(-edge)))
    for (const [i, rank] of ranks.entries()) expect(rank).toBeCloseTo((i + 1) / counts.length, 12)
  })
})
