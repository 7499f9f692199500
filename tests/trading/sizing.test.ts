import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import {
  DEFAULT_SIZING_LIMITS,
  fractionBeforeShares,
  sizePosition,
  type SizingInput,
} from '../../src/trading/sizing.ts'

/** Limits so wide that no cap binds, for tests that let one bind at a time. */
const WIDE = {
  targetVolatility: 0.2,
  kellyMultiplier: 0.5,
  maxRiskPerTrade: 1,
  maxPositionFraction: 10,
  maxLeverage: 10,
} as const
/** A sure thing of many trades: half its Kelly fraction is all but a half. */
const SURE = { hitRate: 1, payoff: null, trades: 1_000_000_000 }

const BASE: SizingInput = {
  equity: 100_000,
  entry: 50,
  stop: 45,
  side: 1,
  annualVolatility: 0.5,
  ...SURE,
  limits: WIDE,
}

describe('the size of a position', () => {
  it('is the volatility wanted over the volatility there is, when nothing caps it', () => {
    expect(sizePosition(BASE)).toEqual({
      method: 'volatility target, half Kelly',
      fraction_of_equity: 0.4,
      shares: 800,
      notional: 40_000,
      risk_amount: 4_000,
      caps: [],
    })
  })

  it('loses at its stop at most the believed part of the Kelly fraction', () => {
    // Kelly 0.6 − 0.4 / 2 = 0.4; 5 trades are believed by 5 / 25; half of that is 4 % to lose, over a stop 10 % away.
    const edge = { hitRate: 0.6, payoff: 2, trades: 5, annualVolatility: 0.2 }
    const size = sizePosition({ ...BASE, ...edge })
    expect(size.caps).toEqual([{ rule: 'fractional_kelly', from: 1, to: 0.4 }])
    expect(size).toMatchObject({ fraction_of_equity: 0.4, shares: 800, risk_amount: 4_000 })
    const quarter = sizePosition({ ...BASE, ...edge, limits: { ...WIDE, kellyMultiplier: 0.25 } })
    expect(quarter.method).toBe('volatility target, quarter Kelly')
    expect(quarter).toMatchObject({ fraction_of_equity: 0.2, risk_amount: 2_000 })
  })

  it('is larger the nearer the stop, for the stake is what the stop loses', () => {
    const edge = { hitRate: 0.6, payoff: 2, trades: 5, annualVolatility: 0.01 }
    const sizes = [40, 45, 48].map((stop) => sizePosition({ ...BASE, ...edge, stop }))
    expect(sizes.map((size) => size.fraction_of_equity)).toEqual([0.2, 0.4, 1])
    expect(sizes.map((size) => size.risk_amount)).toEqual([4_000, 4_000, 4_000])
  })

  it('grows with the number of trades behind the same figures', () => {
    const shares = [1, 5, 20, 100].map(
      (trades) => sizePosition({ ...BASE, annualVolatility: 0.01, hitRate: 0.6, payoff: 2, trades }).shares,
    )
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(new Set(shares).size).toBe(4)
  })

  it.each([
    ['no edge', { hitRate: 0.4, payoff: 1, trades: 50 }],
    ['an edge of exactly nothing', { hitRate: 0.5, payoff: 1, trades: 50 }],
    ['no wins', { hitRate: 0, payoff: null, trades: 50 }],
    ['no trades', { hitRate: null, payoff: null, trades: 0 }],
  ])('is nothing with %s', (_name, edge) => {
    expect(sizePosition({ ...BASE, ...edge })).toMatchObject({
      fraction_of_equity: 0,
      shares: 0,
      notional: 0,
      risk_amount: 0,
      caps: [{ rule: 'fractional_kelly', from: 0.4, to: 0 }],
    })
  })

  it('is at most what its stop may cost', () => {
    // 1 % of equity over a stop 10 % away.
    const size = sizePosition({ ...BASE, limits: { ...WIDE, maxRiskPerTrade: 0.01 } })
    expect(size).toMatchObject({ fraction_of_equity: 0.1, shares: 200, risk_amount: 1_000 })
    expect(size.caps).toEqual([{ rule: 'risk_per_trade', from: 0.4, to: 0.1 }])
  })

  it('is at most its part of equity, and within the leverage', () => {
    const capped = sizePosition({ ...BASE, limits: { ...WIDE, maxPositionFraction: 0.25 } })
    expect(capped.caps).toEqual([{ rule: 'max_position', from: 0.4, to: 0.25 }])
    const calm = {
      ...BASE,
      annualVolatility: 0.05,
      limits: { ...WIDE, kellyMultiplier: 0.5, maxLeverage: 0.3 } as const,
    }
    expect(sizePosition(calm).caps.at(-1)).toMatchObject({ rule: 'leverage', to: 0.3 })
  })

  it('comes down to whole shares, and says so', () => {
    const size = sizePosition({ ...BASE, equity: 1_030 })
    expect(size).toMatchObject({ shares: 8, notional: 400 })
    expect(size.caps).toEqual([{ rule: 'whole_shares', from: 0.4, to: 0.38835 }])
    const none = sizePosition({ ...BASE, equity: 100 })
    expect(none).toMatchObject({
      shares: 0,
      fraction_of_equity: 0,
      caps: [{ rule: 'whole_shares', from: 0.4, to: 0 }],
    })
  })

  it('does not lose a share to rounding', () => {
    // 0.29 · 100,000 is a hair under 29,000 in doubles.
    const size = sizePosition({
      ...BASE,
      entry: 100,
      stop: 90,
      limits: { ...WIDE, maxPositionFraction: 0.29 },
    })
    expect(size.shares).toBe(290)
    expect(size.caps.map((cap) => cap.rule)).toEqual(['max_position'])
  })

  it('tells every step of the way, one after the other', () => {
    const { caps } = sizePosition({
      ...BASE,
      ...{ entry: 51, stop: 44, annualVolatility: 0.1, hitRate: 0.6, payoff: 2, trades: 5 },
      limits: { ...WIDE, maxRiskPerTrade: 0.02, maxPositionFraction: 0.14, maxLeverage: 0.1 },
    })
    expect(caps.map((cap) => cap.rule)).toEqual([
      'fractional_kelly',
      'risk_per_trade',
      'max_position',
      'leverage',
      'whole_shares',
    ])
    expect(caps[0]!.from).toBe(2)
  })

  it('tells what it was before whole shares, and keeps no noise of doubles', () => {
    const size = sizePosition({ ...BASE, entry: 51.23, stop: 44.1 })
    expect(fractionBeforeShares(size)).toBe(0.4)
    expect(fractionBeforeShares(sizePosition(BASE))).toBe(0.4)
    for (const value of [size.fraction_of_equity, ...size.caps.flatMap(({ from, to }) => [from, to])])
      expect(String(value).length).toBeLessThanOrEqual(8)
    expect(String(size.risk_amount)).toMatch(/^\d+(\.\d{1,2})?$/)
  })

  it('is the same for a short, whose stop lies above', () => {
    const long = sizePosition({ ...BASE, limits: DEFAULT_SIZING_LIMITS })
    expect(sizePosition({ ...BASE, stop: 55, side: -1, limits: DEFAULT_SIZING_LIMITS })).toEqual(long)
  })

  it('takes a market that does not move for one that moves by 1 % a year', () => {
    expect(
      sizePosition({ ...BASE, annualVolatility: 0, limits: { ...WIDE, maxPositionFraction: 0.1 } }).caps[0]!
        .from,
    ).toBe(20)
  })
})

describe('whatever it is given', () => {
  const fraction = (max: number) => fc.double({ min: 0.001, max, noNaN: true })
  const edge = fc.oneof(
    fc.record({
      hitRate: fc.double({ min: 0, max: 1, noNaN: true }),
      payoff: fc.double({ min: 0.05, max: 20, noNaN: true }),
      trades: fc.integer({ min: 1, max: 2_000 }),
    }),
    fc.constantFrom(
      { hitRate: null, payoff: null, trades: 0 },
      { hitRate: 1, payoff: null, trades: 3 },
      { hitRate: 0, payoff: null, trades: 3 },
    ),
  )
  const inputs = fc
    .record({
      equity: fc.double({ min: 100, max: 1e9, noNaN: true }),
      entry: fc.double({ min: 0.5, max: 5_000, noNaN: true }),
      stopAway: fraction(0.9),
      side: fc.constantFrom(1 as const, -1 as const),
      annualVolatility: fc.double({ min: 0, max: 3, noNaN: true }),
      edge,
      limits: fc.record({
        targetVolatility: fraction(1),
        kellyMultiplier: fc.constantFrom(0.5 as const, 0.25 as const),
        maxRiskPerTrade: fraction(0.2),
        maxPositionFraction: fraction(2),
        maxLeverage: fraction(3),
      }),
    })
    .map(({ stopAway, edge, ...rest }): SizingInput => ({
      ...rest,
      ...edge,
      stop: rest.entry * (1 - rest.side * stopAway),
    }))
  /** Room for the rounding of one multiplication. */
  const ROUNDING = 1 + 1e-12
  /** Half of the last digit that is kept, of money and of fractions, and a hair of doubles. */
  const CENT = 0.005 * (1 + 1e-3)
  const FRACTION = 0.5e-6 * (1 + 1e-3)

  it('no cap is exceeded', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { equity, entry, stop, limits, hitRate, payoff } = input
        const size = sizePosition(input)
        expect(Number.isInteger(size.shares) && size.shares >= 0).toBe(true)
        const notional = size.shares * entry
        const risk = size.shares * Math.abs(entry - stop)
        expect(Math.abs(size.notional - notional)).toBeLessThanOrEqual(CENT)
        expect(Math.abs(size.risk_amount - risk)).toBeLessThanOrEqual(CENT)
        expect(risk).toBeLessThanOrEqual(limits.maxRiskPerTrade * equity * ROUNDING)
        expect(notional).toBeLessThanOrEqual(limits.maxPositionFraction * equity * ROUNDING)
        expect(notional).toBeLessThanOrEqual(limits.maxLeverage * equity * ROUNDING)
        expect(notional * input.annualVolatility).toBeLessThanOrEqual(
          limits.targetVolatility * equity * ROUNDING,
        )
        const kelly =
          hitRate === null ? 0 : payoff === null ? hitRate : Math.max(0, hitRate - (1 - hitRate) / payoff)
        expect(risk).toBeLessThanOrEqual(limits.kellyMultiplier * kelly * equity * ROUNDING)
        expect(Math.abs(size.fraction_of_equity - notional / equity)).toBeLessThanOrEqual(FRACTION)
        expect(fractionBeforeShares(size)).toBeGreaterThanOrEqual(size.fraction_of_equity)
      }),
      { numRuns: 1_000 },
    )
  })

  it('the caps lead from the first fraction to the last without a gap, each one taking something', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { caps, fraction_of_equity } = sizePosition(input)
        const wanted = input.limits.targetVolatility / Math.max(input.annualVolatility, 0.01)
        let fraction = Number(wanted.toFixed(6))
        for (const cap of caps) {
          expect(cap.from).toBe(fraction)
          expect(cap.to).toBeLessThan(cap.from)
          fraction = cap.to
        }
        expect(fraction_of_equity).toBe(fraction)
        expect(new Set(caps.map((cap) => cap.rule)).size).toBe(caps.length)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('what cannot be sized', () => {
  it.each([
    ['equity', { equity: 0 }],
    ['equity', { equity: Number.NaN }],
    ['entry', { entry: -1 }],
    ['stop', { stop: 0 }],
    ['stop', { stop: 50 }],
    ['stop', { stop: 51 }],
    ['stop', { stop: 45, side: -1 as const }],
    ['annualVolatility', { annualVolatility: Number.NaN }],
    ['annualVolatility', { annualVolatility: -0.1 }],
    ['hitRate', { hitRate: 1.2 }],
    ['payoff', { payoff: 0 }],
    ['trades', { trades: 2.5 }],
    ['trades', { trades: -1 }],
    ['maxLeverage', { limits: { ...WIDE, maxLeverage: Infinity } }],
    ['targetVolatility', { limits: { ...WIDE, targetVolatility: 0 } }],
  ])('is refused by name: %s', (field, change) => {
    expect(() => sizePosition({ ...BASE, ...change })).toThrow(InputError)
    expect(() => sizePosition({ ...BASE, ...change })).toThrow(`${field} is`)
  })
})
