import { describe, expect, it } from 'vitest'
import { createOrderSimulator } from '../../../src/trading/orders/simulate-orders.ts'
import { DEFAULT_RULES, type TradingRules } from '../../../src/trading/rules.ts'
import type { Simulation } from '../../../src/trading/simulation.ts'
import type { BarDesk } from '../../../src/trading/strategies/bar-desk.ts'
import { smaCross } from '../../../src/trading/strategies/sma-cross.ts'
import type { BarStrategy } from '../../../src/trading/strategies/strategy.ts'
import { makeBarStrategy } from '../../support/bar-script.ts'
import { loadSampleRaw } from '../../support/sample-bars.ts'
import { asOrders } from '../../support/signals-as-orders.ts'

const goog = [{ ticker: 'GOOG', bars: await loadSampleRaw('GOOG') }]

function run(strategy: BarStrategy, rules: Partial<TradingRules>, params = {}): Simulation {
  const simulator = createOrderSimulator(goog, { ...DEFAULT_RULES, ...rules })
  return simulator.simulate(strategy, params, { from: 0, to: simulator.bars })
}

function expectRelative(value: number, expected: number): void {
  expect(Math.abs(value / expected - 1), `${value} for ${expected}`).toBeLessThan(1e-9)
}

const closedTrades = ({ trades }: Simulation) => trades.filter(({ exit_reason }) => exit_reason !== 'open')

/** Figures of backtesting.py 0.6.6 on the same bars, cash 10,000. */
describe('the crossing of two averages of GOOG', () => {
  it.each([
    ['commission of 0.2 %', { commission: 0.002 }, {}, 56263.51934, 93],
    ['spread of 0.2 %', { spread: 0.002 }, {}, 68935.11986, 93],
    ['free of cost, averages of 10 and 30, finalised', { finalize: true }, { slow: 30 }, 51422.99, 66],
    ['twice the money', { margin: 0.5 }, {}, 298149.14, 93],
    [
      'half of what can be bought',
      { commission: 0.002, sizing: { method: 'fraction', fraction: 0.5 } },
      {},
      26003.08492,
      93,
    ],
  ] as const)('with %s', (_name, rules, params, equity, trades) => {
    const simulation = run(asOrders(smaCross), rules, params)
    expectRelative(simulation.equity.at(-1)!, equity)
    expect(closedTrades(simulation)).toHaveLength(trades)
  })
})

/** Every 15 bars, where nothing is held, this order in place of the one before. */
function every15(enter: (desk: BarDesk, close: number) => void): BarStrategy {
  return makeBarStrategy(
    (setup) => setup.price('close'),
    (desk, close) => {
      if (desk.bar === 0 || desk.bar % 15 !== 0 || desk.position().size !== 0) return
      desk.cancel()
      enter(desk, close.now)
    },
  ) as BarStrategy
}

describe('orders that wait and are protected', () => {
  const limit = every15((desk, c) =>
    desk.buy({ size: 10, limit: c * 0.98, stopLoss: c * 0.9, takeProfit: c * 1.06 }),
  )
  const stop = every15((desk, c) =>
    desk.buy({ size: 10, stop: c * 1.02, stopLoss: c * 0.95, takeProfit: c * 1.08 }),
  )
  const stopLimit = every15((desk, c) =>
    desk.buy({ size: 10, stop: c * 1.02, limit: c * 1.025, stopLoss: c * 0.9, takeProfit: c * 1.08 }),
  )
  const short = every15((desk, c) =>
    desk.sell({ size: 10, limit: c * 1.03, stopLoss: c * 1.12, takeProfit: c * 0.95 }),
  )
  const market = every15((desk, c) => desk.buy({ size: 10, stopLoss: c * 0.95, takeProfit: c * 1.07 }))

  it.each([
    ['limit', limit, {}, 8742.063972, 66, 600.644028],
    ['stop', stop, {}, 14373.138941, 83, 763.460059],
    ['limit to sell short', short, {}, 6495.300457, 59, 516.030543],
    ['market', market, {}, 15060.9984029, 106, 974.107897],
    ['market, with spread', market, { spread: 0.001 }, 14568.6476441, 106, 974.5921652],
    ['market, commission in part fixed', market, { commissionFixed: 5 }, 13995.9984029, 106, 2034.107897],
  ] as const)('%s', (_name, strategy, rules, equity, trades, commissions) => {
    const simulation = run(strategy, { commission: 0.001, ...rules })
    const closed = closedTrades(simulation)
    expectRelative(simulation.equity.at(-1)!, equity)
    expect(closed).toHaveLength(trades)
    expectRelative(
      closed.reduce((sum, { commission }) => sum + commission, 0),
      commissions,
    )
  })

  it('a stop-limit that the open has gone through pays the open, where backtesting.py pays the stop', () => {
    const simulation = run(stopLimit, { commission: 0.001 })
    expect(closedTrades(simulation)).toHaveLength(70)
    // There: 14071.83. On bar 796, which opened at 630.45, it buys at the stop, 628.32: a price that was not to be had.
    expect(simulation.equity.at(-1)).toBeLessThan(14_000)
    expect(simulation.trades.find(({ entry_index }) => entry_index === 796)!.entry_price).toBe(630.45)
  })
})
