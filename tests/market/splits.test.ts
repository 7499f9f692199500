import { describe, expect, it } from 'vitest'
import { findSplitJumps, findSplits, nearestSplit } from '../../src/market/splits.ts'
import { dateOf } from '../../src/market/series.ts'
import { makeBars } from '../support/hand-made-bars.ts'
import { loadSample, loadSampleRaw } from '../support/sample-bars.ts'

describe('a change of price', () => {
  it.each([
    [0.5, 2],
    [0.52, 2],
    [0.334, 3],
    [0.665, 1.5],
    [0.1, 10],
    [10, 0.1],
    [1, 1],
    [0.99, 1],
    [0.8, 1],
    [1.5, 1],
  ])('of %d times is a split of %d', (change, split) => {
    expect(nearestSplit(change)).toBeCloseTo(split, 12)
  })
})

describe('jumps', () => {
  it('are found where the shares of the sample were split, before their prices are adjusted', async () => {
    const raw = await loadSampleRaw('AAPL')
    const dates = findSplitJumps(raw).map((jump) => dateOf(raw.time[jump.index]!))
    expect(dates).toEqual(expect.arrayContaining(['2000-06-21', '2005-02-28']))
    const adjusted = await loadSample('AAPL')
    const left = findSplitJumps(adjusted).map((jump) => dateOf(adjusted.time[jump.index]!))
    expect(left).not.toContain('2000-06-21')
    expect(left).not.toContain('2005-02-28')
  })

  it('tell the bar and the change from the close before to the open', () => {
    const bars = makeBars([
      [10, 11, 9, 10],
      [5, 6, 4, 5],
      [5, 5, 5, 5],
    ])
    expect(findSplitJumps(bars)).toEqual([{ index: 1, change: 0.5 }])
  })
})

describe('splits', () => {
  it('are read from the factor, with the shares that each became', async () => {
    expect(findSplits(await loadSampleRaw('AAPL'))).toEqual([
      { date: '2000-06-21', shares: 2 },
      { date: '2005-02-28', shares: 2 },
    ])
    expect(findSplits(await loadSampleRaw('GOOG'))).toEqual([])
  })

  const of = (adjustment: 'raw' | 'adjusted', prices: readonly number[], factor: readonly number[]) =>
    findSplits({
      ...makeBars(prices.map((price) => [price, price, price, price])),
      ...{ adjustment, factor: Float64Array.from(factor) },
    })

  it('are no dividend and no crash; a change of the factor that is neither is not guessed at', () => {
    const factor = [0.3, 0.31, 0.31, 0.62, 0.93, 0.97, 1.2]
    expect(of('adjusted', [10, 10, 5, 5, 5, 5, 5], factor)).toEqual([
      { date: '2012-01-04', shares: 2 },
      { date: '2012-01-05', shares: 1.5 },
      { date: '2012-01-07', shares: null },
    ])
  })

  it('of raw prices are suspected only', () => {
    expect(of('raw', [10, 5, 5], [1, 1, 1])).toEqual([{ date: '2012-01-02', shares: null }])
  })
})
