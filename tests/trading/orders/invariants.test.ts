import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOrderSimulator } from '../../../src/trading/orders/simulate-orders.ts'
import type { TradingRules } from '../../../src/trading/rules.ts'
import type { SimulatedTrade, Simulation } from '../../../src/trading/simulation.ts'
import type { BarDesk, OrderRequest } from '../../../src/trading/strategies/bar-desk.ts'
import type { TickerBars } from '../../../src/trading/strategies/strategy.ts'
import { makeBarStrategy } from '../../support/bar-script.ts'
import { makeRandomBars } from '../../support/random-bars.ts'

const BARS = 60
const TICKERS = ['ABC', 'XYZ'] as const

/** Something done on the close of a bar; prices and distances as parts of that close. */
interface Act {
  bar: number
  ticker: (typeof TICKERS)[number]
  what: 'buy' | 'sell' | 'close' | 'target' | 'cancel'
  size: number | undefined
  limit: number | undefined
  stop: number | undefined
  stopDistance: number | undefined
  targetDistance: number | undefined
  trail: number | undefined
  goodForBars: number | undefined
  maxBars: number | undefined
}

const sometimes = <Value>(...values: Value[]) => fc.constantFrom(undefined, undefined, ...values)
const act: fc.Arbitrary<Act> = fc.record({
  bar: fc.nat({ max: BARS - 2 }),
  ticker: fc.constantFrom(...TICKERS),
  what: fc.constantFrom('buy', 'buy', 'sell', 'sell', 'close', 'target', 'cancel'),
  size: sometimes(0.3, 0.8, 5, 20, 60),
  limit: sometimes(0.96, 0.99, 1.01, 1.03),
  stop: sometimes(0.97, 0.99, 1.01, 1.02),
  stopDistance: sometimes(0.01, 0.05),
  targetDistance: sometimes(0.01, 0.06),
  trail: sometimes(0.02, 0.05),
  goodForBars: sometimes(1, 4),
  maxBars: sometimes(1, 6),
})

const rules: fc.Arbitrary<TradingRules> = fc.record({
  cash: fc.constant(10_000),
  commission: fc.constantFrom(0, 0.003),
  commissionFixed: fc.constantFrom(0, 3),
  spread: fc.constantFrom(0, 0.002),
  slippage: fc.constantFrom(0, 0.002),
  margin: fc.constantFrom(1, 1, 0.5, 0.2),
  fillAt: fc.constantFrom('next-open', 'next-open', 'close'),
  wholeShares: fc.boolean(),
  allowShort: fc.boolean(),
  sizing: fc.constantFrom(
    { method: 'fraction', fraction: 0.9 } as const,
    { method: 'cash', cash: 3_000 } as const,
    { method: 'volatility', target: 0.2, window: 5 } as const,
  ),
  stopLoss: fc.constantFrom(null, 0.04),
  takeProfit: fc.constantFrom(null, 0.05),
  trailingStop: fc.constantFrom(null, 0.03),
  finalize: fc.constantFrom<TradingRules['finalize']>(false, true, 'fold'),
})

const scenario = fc.record({
  seed: fc.nat({ max: 1e6 }),
  gaps: fc.array(fc.nat({ max: BARS - 1 }), { maxLength: 10 }),
  acts: fc.array(act, { minLength: 3, maxLength: 40 }),
  rules,
})

/** Bars of both tickers, of which the second lacks some. */
function makeSeries(seed: number, gaps: readonly number[], count = BARS): TickerBars[] {
  const cut = (bars: TickerBars['bars'], keep: (i: number) => boolean): TickerBars['bars'] => {
    const column = (values: Float64Array) => values.filter((_, i) => i < count && keep(i))
    const { time, open, high, low, close, volume } = bars
    return {
      ...{ time: column(time), open: column(open), high: column(high) },
      ...{ low: column(low), close: column(close), volume: column(volume) },
    }
  }
  return [
    { ticker: 'ABC', bars: cut(makeRandomBars(BARS, seed), () => true) },
    { ticker: 'XYZ', bars: cut(makeRandomBars(BARS, seed + 1), (i) => !gaps.includes(i)) },
  ]
}

function perform(desk: BarDesk, one: Act, close: number, numbers: Map<number, Act>): void {
  const { ticker, what } = one
  if (Number.isNaN(close)) return
  if (what === 'close') desk.close({ ticker, part: one.size === undefined ? 1 : 0.5 })
  else if (what === 'target') desk.target((one.size ?? 0) < 1 ? (one.size ?? -0.4) : 0.5, ticker)
  else if (what === 'cancel') desk.cancel()
  else {
    const of = (part: number | undefined) => (part === undefined ? undefined : part * close)
    const { size, goodForBars, maxBars } = one
    const order = { ticker, size, goodForBars, maxBars, limit: of(one.limit), stop: of(one.stop) }
    const bracket = {
      stopDistance: of(one.stopDistance),
      targetDistance: of(one.targetDistance),
      trail: of(one.trail),
    }
    const given = Object.entries({ ...order, ...bracket }).filter(([, value]) => value !== undefined)
    const request = { ...Object.fromEntries(given), tag: `${numbers.size}` } as OrderRequest
    numbers.set(numbers.size, { ...one, limit: order.limit, stop: order.stop })
    desk[what](request)
  }
}

interface Look {
  cash: number
  equity: number
  holdings: number
}

function run(series: TickerBars[], acts: readonly Act[], rules: TradingRules) {
  const simulator = createOrderSimulator(series, rules)
  const looks: Look[] = []
  const orders = new Map<number, Act>()
  const strategy = makeBarStrategy(
    (setup) => TICKERS.map((ticker) => setup.price('close', ticker)),
    (desk, closes) => {
      let holdings = 0
      for (const [k, ticker] of TICKERS.entries()) {
        const { size } = desk.position(ticker)
        if (size !== 0) holdings += size * closes[k]!.now
      }
      looks.push({ cash: desk.cash, equity: desk.equity, holdings })
      for (const one of acts)
        if (one.bar === desk.bar) perform(desk, one, closes[TICKERS.indexOf(one.ticker)]!.now, orders)
    },
  )
  const simulation = simulator.simulate(strategy, {}, { from: 0, to: simulator.bars })
  return { simulation, looks, orders, time: simulator.time }
}

const isNear = (value: number, expected: number) =>
  Math.abs(value - expected) <= 1e-6 * Math.max(1, Math.abs(expected))

function expectNear(value: number, expected: number): void {
  if (!isNear(value, expected)) expect(value).toBe(expected)
}

describe('whatever is ordered', () => {
  it('cash and holdings are equity, on every close', () => {
    fc.assert(
      fc.property(scenario, ({ seed, gaps, acts, rules }) => {
        for (const { cash, equity, holdings } of run(makeSeries(seed, gaps), acts, rules).looks)
          expectNear(cash + holdings, equity)
      }),
      { numRuns: 80 },
    )
  })

  it('the profits of all trades, open ones included, are what equity has gained', () => {
    fc.assert(
      fc.property(scenario, ({ seed, gaps, acts, rules }) => {
        const { simulation } = run(makeSeries(seed, gaps), acts, rules)
        if (simulation.ruinedAt !== null) return
        const gained = simulation.trades.reduce((sum, { pnl }) => sum + pnl, 0)
        expectNear(simulation.equity.at(-1)!, rules.cash + gained)
        const paid = simulation.trades.reduce((sum, { commission }) => sum + commission, 0)
        expectNear(simulation.commissions, paid)
      }),
      { numRuns: 80 },
    )
  })

  it('nothing fills outside its bar, and no order better than its rule', () => {
    let waited = 0
    fc.assert(
      fc.property(scenario, ({ seed, gaps, acts, rules }) => {
        const free = { ...rules, spread: 0, slippage: 0 }
        const series = makeSeries(seed, gaps)
        const { simulation, orders, time } = run(series, acts, free)
        for (const trade of simulation.trades) {
          const { bars } = series.find(({ ticker }) => ticker === trade.ticker)!
          const barAt = (index: number) => bars.time.indexOf(time[index]!)
          expectWithin(trade.entry_price, bars, barAt(trade.entry_index))
          if (!['open', 'end', 'fold'].includes(trade.exit_reason))
            expectWithin(trade.exit_price, bars, barAt(trade.exit_index))
          if (trade.tag === null) continue
          const { limit, stop } = orders.get(Number(trade.tag))!
          const open = bars.open[barAt(trade.entry_index)]!
          const side = Math.sign(trade.size)
          if (limit !== undefined || stop !== undefined) waited += 1
          if (limit !== undefined) expect(side * (limit - trade.entry_price)).toBeGreaterThanOrEqual(0)
          // A stop is paid at the worse of stop and open; with a limit below it the price may have come back.
          if (stop !== undefined && limit === undefined)
            expect(trade.entry_price).toBe(side === 1 ? Math.max(open, stop) : Math.min(open, stop))
          if (limit !== undefined && stop === undefined)
            expect(trade.entry_price).toBe(side === 1 ? Math.min(open, limit) : Math.max(open, limit))
        }
      }),
      { numRuns: 80 },
    )
    expect(waited).toBeGreaterThan(20)
  })

  it('nothing is opened that cannot be paid for', () => {
    fc.assert(
      fc.property(scenario, ({ seed, gaps, acts, rules }) => {
        const unborrowed = { ...rules, margin: 1, allowShort: false, finalize: false }
        for (const { cash } of run(makeSeries(seed, gaps), acts, unborrowed).looks)
          expect(cash).toBeGreaterThan(-1e-6)
      }),
      { numRuns: 60 },
    )
  })

  it('what happens on a bar does not depend on later ones', () => {
    fc.assert(
      fc.property(scenario, fc.integer({ min: 10, max: BARS - 5 }), ({ seed, gaps, acts, rules }, count) => {
        const open = { ...rules, finalize: false }
        const whole = run(makeSeries(seed, gaps), acts, open).simulation
        const cut = run(makeSeries(seed, gaps, count), acts, open).simulation
        // The close of the last bar decides nothing: fills at the close are missing from its equity.
        const known = rules.fillAt === 'close' ? count - 1 : count
        expect([...cut.equity.subarray(0, known)]).toEqual([...whole.equity.subarray(0, known)])
        expect(endedBefore(cut, known)).toEqual(endedBefore(whole, known))
      }),
      { numRuns: 60 },
    )
  })
})

function endedBefore({ trades }: Simulation, index: number): SimulatedTrade[] {
  return trades.filter(({ exit_index, exit_reason }) => exit_index < index && exit_reason !== 'open')
}

function expectWithin(price: number, { high, low }: TickerBars['bars'], bar: number): void {
  expect(bar).toBeGreaterThanOrEqual(0)
  expect(price).toBeGreaterThanOrEqual(low[bar]!)
  expect(price).toBeLessThanOrEqual(high[bar]!)
}
