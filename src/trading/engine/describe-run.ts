/** What a run of the signal engine left, as a simulation that may be kept: copies, nothing of the engine's own. */
import { tradeProfit, tradeReturn } from '../measures/trade-log.ts'
import type { BarRange, ExitReason, SimulatedTrade, Simulation } from '../simulation.ts'
import type { TickerBars } from '../strategies/strategy.ts'
import type { SignalEngine } from './signal-engine.ts'

export function describeRun({ ticker, bars }: TickerBars, engine: SignalEngine, range: BarRange): Simulation {
  const { log, open, ruinedAt } = engine

  function describe(
    size: number,
    prices: { entry: number; exit: number },
    indices: { entry: number; exit: number },
    commission: number,
    reason: ExitReason,
  ): SimulatedTrade {
    const pnl = tradeProfit(size, prices.entry, prices.exit, commission)
    return {
      ticker,
      size,
      entry_index: indices.entry,
      exit_index: indices.exit,
      entry_time: bars.time[indices.entry]!,
      exit_time: bars.time[indices.exit]!,
      entry_price: prices.entry,
      exit_price: prices.exit,
      pnl,
      return_pct: 100 * tradeReturn(size, prices.entry, pnl),
      commission,
      exit_reason: reason,
      tag: null,
    }
  }

  const trades = Array.from({ length: log.count }, (_, k) =>
    describe(
      log.size[k]!,
      { entry: log.entryPrice[k]!, exit: log.exitPrice[k]! },
      { entry: log.entryIndex[k]!, exit: log.exitIndex[k]! },
      log.commission[k]!,
      log.reasons[k]!,
    ),
  )
  if (open !== null) {
    const last = range.to - 1
    const prices = { entry: open.entryPrice, exit: bars.close[last]! }
    const indices = { entry: open.entryIndex, exit: last }
    trades.push(describe(open.size, prices, indices, open.commission, 'open'))
  }
  return {
    equity: engine.equity.slice(range.from, range.to),
    trades,
    commissions: engine.commissions,
    ruinedAt: ruinedAt < 0 ? null : ruinedAt,
    ambiguousBars: engine.ambiguousBars,
    rejectedOrders: engine.rejectedOrders,
  }
}
