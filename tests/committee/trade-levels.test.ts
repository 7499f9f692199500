import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  areLevelsOrdered,
  computeRiskMetrics,
  computeRiskReward,
  findStrayLevels,
  repairLevels,
  roundToTick,
} from '../../src/committee/trade-levels.ts'

const FACTS = { atr: 2, volatility_ann_pct: 30, max_drawdown_pct: -20, var_95_pct: 2.5 }

describe('repairing levels', () => {
  it('leaves what is in order alone', () => {
    const long = { entry: 100, stop_loss: 95, take_profit: 110 }
    expect(repairLevels(1, long, 2)).toEqual({ levels: long, repairs: [] })
    const short = { entry: 100, stop_loss: 105, take_profit: 90 }
    expect(repairLevels(-1, short, undefined)).toEqual({ levels: short, repairs: [] })
  })

  it('moves a stop on the wrong side to its distance in ATR, and says so', () => {
    const repaired = repairLevels(1, { entry: 100, stop_loss: 103, take_profit: 110 }, 2)!
    expect(repaired.levels).toEqual({ entry: 100, stop_loss: 96, take_profit: 110 })
    expect(repaired.repairs).toHaveLength(1)
    expect(repaired.repairs[0]).toContain('stop')
  })

  it('puts the stop of a sale above its entry', () => {
    expect(repairLevels(-1, { entry: 100, stop_loss: 95, take_profit: 90 }, 2)!.levels.stop_loss).toBe(104)
  })

  it.each([
    ['no range', 1, { entry: 100, stop_loss: 103, take_profit: 110 }, undefined],
    ['a range of nothing', 1, { entry: 100, stop_loss: 103, take_profit: 110 }, 0],
    ['no entry', 1, { entry: Number.NaN, stop_loss: 90, take_profit: 110 }, 2],
    ['a stop that would fall below zero', 1, { entry: 1, stop_loss: 3, take_profit: 4 }, 2],
  ] as const)('gives up with %s', (_what, side, levels, atr) => {
    expect(repairLevels(side, levels, atr)).toBeNull()
  })

  it('ends in order or in nothing, whatever comes in', () => {
    const price = fc.double({ min: -10, max: 1_000 })
    fc.assert(
      fc.property(
        fc.constantFrom(1 as const, -1 as const),
        price,
        price,
        price,
        price,
        (side, entry, stop, target, atr) => {
          const repaired = repairLevels(side, { entry, stop_loss: stop, take_profit: target }, atr)
          if (repaired) expect(areLevelsOrdered(side, repaired.levels)).toBe(true)
        },
      ),
    )
  })
})

describe('levels out of bounds', () => {
  const sound = { entry: 100, stop_loss: 95, take_profit: 110 }
  const faultsOf = (change: Partial<typeof sound>, atr: number | undefined = 2, close = 100) =>
    findStrayLevels({ ...sound, ...change }, { close, atr }).map(({ fault }) => fault)

  it('are those beyond so many ATR, the bounds themselves not', () => {
    expect(faultsOf({ stop_loss: 99.5, take_profit: 140 })).toEqual([])
    expect(faultsOf({ stop_loss: 80 }, 2, 110)).toEqual([])
    expect(faultsOf({ stop_loss: 99.51 })).toEqual(['stop_near'])
    expect(faultsOf({ stop_loss: 79.99, take_profit: 140.01 }, 2, 110.01)).toEqual([
      'entry_far',
      'stop_far',
      'target_far',
    ])
  })

  it.each([undefined, 0])('are measured by the price where the range is %s', (atr) => {
    const stray = (change: Partial<typeof sound>) =>
      findStrayLevels({ ...sound, ...change }, { close: 100, atr })
    expect(stray({ stop_loss: 50, take_profit: 150 })).toEqual([])
    expect(stray({ stop_loss: 49 })).toEqual([
      { level: 'stop_loss', fault: 'stop_far', bound: 0.5, unit: 'share' },
    ])
    expect(stray({ stop_loss: 99.9, take_profit: 151 }).map(({ fault }) => fault)).toEqual([
      'stop_near',
      'target_far',
    ])
  })

  it('are found in whatever is no number, and leave no odds beyond measure', () => {
    const price = fc.oneof(fc.double(), fc.double({ min: 1, max: 200, noNaN: true }))
    fc.assert(
      fc.property(price, price, price, fc.option(price, { nil: undefined }), (entry, stop, target, atr) => {
        const levels = { entry, stop_loss: stop, take_profit: target }
        if (findStrayLevels(levels, { close: 100, atr }).length > 0) return
        expect(computeRiskReward(levels)).toBeLessThanOrEqual(100 + 1e-6)
      }),
    )
  })
})

describe('the risk block', () => {
  it('follows from the levels by its formulas', () => {
    const levels = { entry: 584, stop_loss: 556.9, take_profit: 638.2 }
    expect(computeRiskMetrics(levels, FACTS)).toEqual({
      ...levels,
      risk_per_share: Math.abs(584 - 556.9),
      reward_per_share: Math.abs(638.2 - 584),
      risk_reward: Math.abs(638.2 - 584) / Math.abs(584 - 556.9),
      stop_loss_pct: 100 * (556.9 / 584 - 1),
      take_profit_pct: 100 * (638.2 / 584 - 1),
      ...FACTS,
    })
    expect(computeRiskReward({ entry: 100, stop_loss: 104, take_profit: 92 })).toBe(2)
  })

  it('is empty of levels without a trade, and keeps the facts', () => {
    const block = computeRiskMetrics(null, FACTS)
    expect(block).toMatchObject({
      entry: null,
      stop_loss: null,
      take_profit: null,
      risk_reward: null,
      ...FACTS,
    })
  })
})

describe('ticks', () => {
  it.each([
    [584.0049, 584],
    [584.005001, 584.01],
    [0.123456, 0.1235],
  ])('rounds %d to %d', (price, rounded) => {
    expect(roundToTick(price)).toBe(rounded)
  })
})
