import { describe, expect, it } from 'vitest'
import { DEFAULT_RULES, type SizingRule, type TradingRules } from '../../src/trading/rules.ts'
import { barsInYear, countShares, sizingVolatility } from '../../src/trading/share-count.ts'
import { makeBars, type Ohlc } from '../support/hand-made-bars.ts'

function count(
  sizing: SizingRule,
  rules: Partial<TradingRules>,
  price: number,
  volatility = Number.NaN,
): number {
  return countShares(
    { ...DEFAULT_RULES, ...rules, sizing },
    { equity: 10_000, free: 10_000 },
    price,
    volatility,
  )
}

const all = { method: 'fraction', fraction: 1 } as const

describe('shares for 10,000 in money', () => {
  it.each([
    ['all of it', all, {}, 100, 100],
    ['all of it, at a price that leaves a rest', all, {}, 333, 30],
    ['a half', { method: 'fraction', fraction: 0.5 }, {}, 100, 50],
    // 10,000 / 33.3 = 300.3003…
    ['fractional shares', all, { wholeShares: false }, 33.3, 10_000 / 33.3],
    // 10,000 / (100 · 1.01) = 99.0099…
    ['commission of 1 %', all, { commission: 0.01 }, 100, 99],
    // (10,000 − 50) / 100 = 99.5
    ['commission of 50 an order', all, { commissionFixed: 50 }, 100, 99],
    // (10,000 − 50) / 101 = 98.51…
    ['both commissions', all, { commission: 0.01, commissionFixed: 50 }, 100, 98],
    // 10,000 / (100 · 0.5)
    ['half in cash', all, { margin: 0.5 }, 100, 200],
    // 10,000 / (100 · (0.5 + 0.01)) = 196.07…: what is lent is for shares, not for commission
    ['half in cash with commission', all, { margin: 0.5, commission: 0.01 }, 100, 196],
    ['a number', { method: 'shares', shares: 7 }, {}, 100, 7],
    ['a number with a part, in whole shares', { method: 'shares', shares: 7.9 }, {}, 100, 7],
    ['a number that can be paid for exactly', { method: 'shares', shares: 100 }, {}, 100, 100],
    ['a number that cannot', { method: 'shares', shares: 101 }, {}, 100, 0],
    [
      'a number that only commission makes too dear',
      { method: 'shares', shares: 100 },
      { commission: 0.001 },
      100,
      0,
    ],
    ['an amount', { method: 'cash', cash: 2_550 }, {}, 100, 25],
    ['an amount that is not there', { method: 'cash', cash: 10_100 }, {}, 100, 0],
    ['an amount with leverage', { method: 'cash', cash: 15_000 }, { margin: 0.5 }, 100, 150],
    ['less than one share', all, {}, 10_001, 0],
    ['nothing after the fixed commission', all, { commissionFixed: 10_000 }, 1, 0],
  ] as const)('%s', (_name, sizing, rules, price, shares) => {
    expect(count(sizing, rules, price)).toBe(shares)
  })

  it('counts a quotient that rounding left a hair under a whole one as whole', () => {
    const rules = { ...DEFAULT_RULES, sizing: all }
    // 3 · 0.35 is 1.0499999999999998 and pays for three, though divided by 0.35 it is 2.9999999999999996.
    const money = 3 * 0.35
    expect(Math.floor(money / 0.35)).toBe(2)
    expect(countShares(rules, { equity: money, free: money }, 0.35, Number.NaN)).toBe(3)
    // 0.3 is a hair under three times 0.1 and does not.
    expect(countShares(rules, { equity: 0.3, free: 0.3 }, 0.1, Number.NaN)).toBe(2)
  })

  it('by volatility: equity · target / volatility, at most what can be bought', () => {
    const sizing = { method: 'volatility', target: 0.1, window: 20 } as const
    // 10,000 · 0.1 / 0.4 = 2,500
    expect(count(sizing, {}, 100, 0.4)).toBe(25)
    expect(count(sizing, {}, 100, 0.05)).toBe(100)
    expect(count(sizing, { margin: 0.5 }, 100, 0.05)).toBe(200)
    expect(count(sizing, {}, 100, 0)).toBe(100)
    expect(count(sizing, {}, 100, Number.NaN)).toBe(0)
  })
})

describe('volatility for sizing', () => {
  it('is that of the last log returns, times the root of the bars in a year', () => {
    const rows = [100, 110, 99, 108.9].map((close): Ohlc => [close, close, close, close])
    const column = sizingVolatility(makeBars(rows), 2)
    // ln 1.1 and ln 0.9: their sample standard deviation is |difference| / √2
    const expected = ((Math.log(1.1) - Math.log(0.9)) / Math.SQRT2) * Math.sqrt(252)
    expect([column[0], column[1]]).toEqual([Number.NaN, Number.NaN])
    expect(column[2]).toBeCloseTo(expected, 12)
    expect(column[3]).toBeCloseTo(expected, 12)
  })

  const hours = (days: number, perDay: number) =>
    Float64Array.from(
      { length: days * perDay },
      (_, i) => (24 * Math.floor(i / perDay) + (i % perDay)) * 3_600_000,
    )

  it('knows bars of a day, an hour and a week by the first of them', () => {
    const daily = Float64Array.from({ length: 30 }, (_, i) => i * 86_400_000)
    expect(barsInYear(daily)).toBe(252)
    expect(barsInYear(hours(10, 7))).toBe(252 * 7)
    expect(barsInYear(hours(10, 7).subarray(0, 20))).toBe(252 * 7)
    expect(barsInYear(daily.map((time) => time * 7))).toBeCloseTo(365.25 / 7, 12)
    expect(barsInYear(daily.subarray(0, 1))).toBe(252)
  })
})
