/** Orders written out by bar in a test, run through the simulator of orders. */
import { createOrderSimulator } from '../../src/trading/orders/simulate-orders.ts'
import { DEFAULT_RULES, type TradingRules } from '../../src/trading/rules.ts'
import type { Simulation } from '../../src/trading/simulation.ts'
import type { BarDesk, StrategySetup } from '../../src/trading/strategies/bar-desk.ts'
import type { BarStrategy, TickerBars } from '../../src/trading/strategies/strategy.ts'
import { makeBars, type Ohlc } from './hand-made-bars.ts'

/** What is done on the close of a bar. */
export type BarScript = Readonly<Record<number, (desk: BarDesk) => void>>

/** A strategy without parameters. */
export function makeBarStrategy<State>(
  init: (setup: StrategySetup) => State,
  next: (desk: BarDesk, state: State) => void,
): BarStrategy<State> {
  return {
    ...{ name: 'scripted', title: 'Scripted', about: 'As written.', source: 'None', parameters: [] },
    ...{ constraint: null, tickers: 'several', form: 'bars' },
    init,
    next,
  }
}

export function runScript(
  series: readonly TickerBars[],
  script: BarScript,
  rules: Partial<TradingRules> = {},
) {
  const simulator = createOrderSimulator(series, { ...DEFAULT_RULES, ...rules })
  const strategy = makeBarStrategy(
    () => null,
    (desk) => script[desk.bar]?.(desk),
  )
  return simulator.simulate(strategy, {}, { from: 0, to: simulator.bars })
}

/** On the bars of one ticker, `ABC`. */
export function tradeScript(
  rows: readonly Ohlc[],
  script: BarScript,
  rules: Partial<TradingRules> = {},
): Simulation {
  return runScript([{ ticker: 'ABC', bars: makeBars(rows) }], script, rules)
}

/** Of each trade: shares, bar and price in, bar and price out, why. */
export function sumUpTrades({ trades }: Simulation) {
  return trades.map(({ size, entry_index, entry_price, exit_index, exit_price, exit_reason }) => [
    ...[size, entry_index, entry_price, exit_index, exit_price],
    exit_reason,
  ])
}
