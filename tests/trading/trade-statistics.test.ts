import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExitReason, Trade } from '../../src/trading/simulate.ts'
import { computeTradeStatistics, kellyFraction } from '../../src/trading/trade-statistics.ts'

function trade(returnPct: number, reason: ExitReason = 'time'): Trade {
  return {
    side: 1,
    entry_index: 1,
    exit_index: 2,
    entry_price: 100,
    exit_price: 100 + returnPct,
    return_pct: returnPct,
    bars_held: 2,
    exit_reason: reason,
  }
}

describe('trade statistics', () => {
  it('by hand', () => {
    expect(computeTradeStatistics([trade(6), trade(-2), trade(4), trade(-3), trade(-1)])).toEqual({
      n: 5,
      wins: 2,
      hit_rate: 0.4,
      avg_win_pct: 5,
      avg_loss_pct: -2,
      payoff: 2.5,
      expectancy_pct: 0.8,
      profit_factor: 10 / 6,
    })
  })

  it('leave out the trade that is still open', () => {
    expect(computeTradeStatistics([trade(6), trade(-2), trade(50, 'open')])).toEqual(
      computeTradeStatistics([trade(6), trade(-2)]),
    )
  })

  it('are null where there is nothing to divide by', () => {
    const none = {
      hit_rate: null,
      avg_win_pct: null,
      avg_loss_pct: null,
      payoff: null,
      expectancy_pct: null,
      profit_factor: null,
    }
    expect(computeTradeStatistics([])).toEqual({ n: 0, wins: 0, ...none })
    expect(computeTradeStatistics([trade(3)])).toMatchObject({
      hit_rate: 1,
      avg_loss_pct: null,
      payoff: null,
      profit_factor: null,
    })
    expect(computeTradeStatistics([trade(-3)])).toMatchObject({
      hit_rate: 0,
      avg_win_pct: null,
      payoff: null,
      profit_factor: 0,
    })
    expect(computeTradeStatistics([trade(3), trade(0)])).toMatchObject({
      hit_rate: 0.5,
      avg_loss_pct: 0,
      payoff: null,
      profit_factor: null,
    })
  })

  it('fit together: expectancy is what hit rate, average win and average loss make of it', () => {
    const returns = fc.array(fc.double({ min: -100, max: 300, noNaN: true }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(returns, (list) => {
        const { n, hit_rate, avg_win_pct, avg_loss_pct, expectancy_pct } = computeTradeStatistics(
          list.map((one) => trade(one)),
        )
        expect(n).toBe(list.length)
        expect(hit_rate! * (avg_win_pct ?? 0) + (1 - hit_rate!) * (avg_loss_pct ?? 0)).toBeCloseTo(
          expectancy_pct!,
          8,
        )
      }),
    )
  })
})

describe('the Kelly fraction', () => {
  it('by hand', () => {
    expect(kellyFraction(0.6, 1)).toBeCloseTo(0.2, 15)
    expect(kellyFraction(0.5, 2)).toBe(0.25)
    expect(kellyFraction(0.4, 1)).toBeCloseTo(-0.2, 15)
    expect(kellyFraction(1, 3)).toBe(1)
  })

  it('is where log growth is greatest, and has the sign of the expectation', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        (p, b) => {
          const kelly = kellyFraction(p, b)
          const growth = (f: number) => p * Math.log1p(b * f) + (1 - p) * Math.log1p(-f)
          expect(Math.sign(kelly)).toBe(Math.sign(p * b - (1 - p)) || Math.sign(kelly))
          if (kelly <= 0.01) return
          for (const other of [kelly * 0.9, Math.min(kelly * 1.1, (kelly + 1) / 2)]) {
            expect(growth(kelly)).toBeGreaterThan(growth(other))
          }
        },
      ),
    )
  })

  it.each([
    [1.1, 1],
    [-0.1, 1],
    [Number.NaN, 1],
    [0.5, 0],
    [0.5, -1],
  ])('of hit rate %d and payoff %d does not exist', (hitRate, payoff) => {
    expect(() => kellyFraction(hitRate, payoff)).toThrow(RangeError)
  })
})
