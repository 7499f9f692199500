import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEvaluator } from '../../../src/trading/evaluate.ts'
import { createOrderSimulator } from '../../../src/trading/orders/simulate-orders.ts'
import { DEFAULT_RULES, type TradingRules } from '../../../src/trading/rules.ts'
import type { BarRange, Simulation } from '../../../src/trading/simulation.ts'
import type { SignalStrategy, TickerBars } from '../../../src/trading/strategies/strategy.ts'
import { makeBars, type Ohlc } from '../../support/hand-made-bars.ts'
import { asOrders } from '../../support/signals-as-orders.ts'

function strategyOf(signals: readonly number[], first: number): SignalStrategy {
  return {
    ...{ name: 'given', title: 'Given', about: 'Signals as given.', source: 'None', parameters: [] },
    ...{ constraint: null, tickers: 'one', form: 'signals' },
    signals(_columns, _params, out) {
      out.set(signals)
      return first
    },
  }
}

function runBoth(series: TickerBars[], strategy: SignalStrategy, rules: TradingRules, range: BarRange) {
  return {
    fast: createEvaluator(series, strategy, rules).simulate({}, range).simulation,
    events: createOrderSimulator(series, rules).simulate(asOrders(strategy), {}, range),
  }
}

/** Figures are rounded in another order of adding up, no more. */
const RELATIVE = 1e-9
const NUM_RUNS = Number(process.env.ORDER_RUNS ?? 600)

function expectClose(value: number, expected: number, what: string): void {
  const scale = Math.max(1, Math.abs(expected))
  if (!(Math.abs(value - expected) <= RELATIVE * scale)) expect(value, what).toBe(expected)
}

function expectSame(events: Simulation, fast: Simulation, cash: number): void {
  const facts = ({ ruinedAt, ambiguousBars, rejectedOrders, trades }: Simulation) => ({
    ...{ ruinedAt, ambiguousBars, rejectedOrders },
    trades: trades.map((trade) => [trade.entry_index, trade.exit_index, trade.exit_reason]),
  })
  expect(facts(events)).toEqual(facts(fast))
  expect(events.equity).toHaveLength(fast.equity.length)
  for (const [bar, value] of fast.equity.entries())
    expectClose(events.equity[bar]! / cash, value / cash, `equity ${bar}`)
  expectClose(events.commissions / cash, fast.commissions / cash, 'commissions')
  for (const [k, trade] of fast.trades.entries()) {
    for (const name of ['size', 'entry_price', 'exit_price', 'return_pct'] as const)
      expectClose(events.trades[k]![name], trade[name], `${name} of trade ${k}`)
    for (const name of ['pnl', 'commission'] as const)
      expectClose(events.trades[k]![name] / cash, trade[name] / cash, `${name} of trade ${k}`)
    for (const name of ['ticker', 'entry_time', 'exit_time', 'tag'] as const)
      if (events.trades[k]![name] !== trade[name]) expect(events.trades[k]![name], name).toBe(trade[name])
  }
}

/** Steps of a price in thousandths: gaps at the open, then the way to high, low and close. */
const step = fc.tuple(
  fc.integer({ min: -120, max: 120 }),
  fc.integer({ min: 0, max: 80 }),
  fc.integer({ min: 0, max: 80 }),
  fc.integer({ min: 0, max: 100 }),
)

function walk(steps: readonly (readonly number[])[], drift: number): Ohlc[] {
  let price = 100
  return steps.map(([gap, up, down, where]) => {
    const open = Math.max(0.01, price * (1 + (gap! + drift) / 1000))
    const high = open * (1 + up! / 1000)
    const low = open * (1 - down! / 1000)
    price = low + ((high - low) * where!) / 100
    return [open, high, low, price]
  })
}

const part = (max: number) => fc.oneof(fc.constant(0), fc.double({ min: 1e-4, max, noNaN: true }))
const orNone = (max: number) => fc.oneof(fc.constant(null), fc.double({ min: 0.002, max, noNaN: true }))

const rules: fc.Arbitrary<TradingRules> = fc.record({
  cash: fc.constantFrom(50, 1_000, 10_000),
  commission: part(0.02),
  commissionFixed: fc.constantFrom(0, 0, 1, 7.5),
  spread: part(0.02),
  slippage: part(0.02),
  margin: fc.constantFrom(1, 1, 0.5, 0.1, 0.02),
  fillAt: fc.constantFrom('next-open' as const, 'close' as const),
  wholeShares: fc.boolean(),
  allowShort: fc.boolean(),
  sizing: fc.oneof(
    fc.record({ method: fc.constant('fraction' as const), fraction: fc.constantFrom(1, 1, 0.37) }),
    fc.record({ method: fc.constant('shares' as const), shares: fc.constantFrom(1, 7, 60.5) }),
    fc.record({ method: fc.constant('cash' as const), cash: fc.constantFrom(500, 4_000) }),
    fc.record({
      method: fc.constant('volatility' as const),
      target: fc.constantFrom(0.1, 2),
      window: fc.constantFrom(2, 5),
    }),
  ),
  stopLoss: orNone(0.2),
  takeProfit: orNone(0.3),
  trailingStop: orNone(0.2),
  finalize: fc.constantFrom<TradingRules['finalize']>(false, true, 'fold'),
})

describe('a strategy of signals run through the simulator of orders', () => {
  it('makes the trades and the equity that the fast engine makes, over any bars, rules and signals', () => {
    const seen = new Set<string>()
    const scenario = fc.record({
      steps: fc.array(step, { minLength: 3, maxLength: 60 }),
      drift: fc.constantFrom(0, 0, 40, -40),
      signals: fc.array(fc.constantFrom(0, 0, 0, 1, -1, 2), { minLength: 60, maxLength: 60 }),
      first: fc.integer({ min: 0, max: 8 }),
      rules,
      cut: fc.tuple(
        fc.double({ min: 0, max: 0.4, noNaN: true }),
        fc.double({ min: 0.6, max: 1, noNaN: true }),
      ),
    })
    fc.assert(
      fc.property(scenario, ({ steps, drift, signals, first, rules, cut }) => {
        const series = [{ ticker: 'ABC', bars: makeBars(walk(steps, drift)) }]
        const { length } = steps
        const range = { from: Math.floor(cut[0] * length), to: Math.max(2, Math.ceil(cut[1] * length)) }
        const { fast, events } = runBoth(series, strategyOf(signals.slice(0, length), first), rules, range)
        expectSame(events, fast, rules.cash)
        for (const { exit_reason } of fast.trades) seen.add(exit_reason)
        for (const what of ['ruinedAt', 'ambiguousBars', 'rejectedOrders'] as const)
          if (fast[what]) seen.add(what)
      }),
      { numRuns: NUM_RUNS },
    )
    expect([...seen].sort()).toEqual([
      'ambiguousBars',
      'end',
      'fold',
      'margin',
      'open',
      'rejectedOrders',
      'ruinedAt',
      'signal',
      'stop',
      'target',
      'trail',
    ])
  })

  it('also where every bar signals', () => {
    const rows = walk(
      Array.from({ length: 40 }, (_, i) => [
        ((i * 37) % 50) - 25,
        (i * 13) % 60,
        (i * 29) % 60,
        (i * 53) % 100,
      ]),
      0,
    )
    const series = [{ ticker: 'ABC', bars: makeBars(rows) }]
    const signals = rows.map((_, i) => (i % 3 === 0 ? 1 : -1))
    const { fast, events } = runBoth(series, strategyOf(signals, 0), DEFAULT_RULES, { from: 0, to: 40 })
    expect(fast.trades.length).toBeGreaterThan(20)
    expectSame(events, fast, DEFAULT_RULES.cash)
  })
})
