/**
 * The benchmark that costs no thought: the cash split evenly between the tickers, each bought at the first open it has in
 * the range, and held. It pays the same costs and buys whole shares where the rules say so; it borrows nothing and has no
 * stops. At the end it is valued at the last close, or sold where the rules finalise, as any strategy is.
 */
import { entryFillPrice, exitFillPrice } from './costs.ts'
import { tradeProfit, tradeReturn } from './measures/trade-log.ts'
import { hasBar, type Timeline } from './orders/timeline.ts'
import type { TradingRules } from './rules.ts'
import { countPart } from './share-count.ts'
import type { BarRange, ExitReason, SimulatedTrade, Simulation } from './simulation.ts'
import type { TickerBars } from './strategies/strategy.ts'

export function simulateHolding(
  series: readonly TickerBars[],
  timeline: Timeline,
  rules: TradingRules,
  { from, to }: BarRange,
): Simulation {
  const { time, last } = timeline
  const end = to - 1
  const equity = new Float64Array(to - from).fill(rules.cash)
  const trades: SimulatedTrade[] = []
  const share = rules.cash / series.length
  let commissions = 0
  let rejectedOrders = 0

  for (const [index, { ticker, bars }] of series.entries()) {
    const own = last[index]!
    let entryIndex = from
    while (entryIndex < to && !hasBar(timeline, index, entryIndex)) entryIndex++
    if (entryIndex === to) continue
    const price = entryFillPrice(bars.open[own[entryIndex]!]!, 1, rules)
    const size = countPart({ ...rules, margin: 1 }, 1, share, price)
    if (size === 0) {
      rejectedOrders++
      continue
    }
    const commissionAt = (fill: number) => rules.commission * size * fill + rules.commissionFixed
    const paid = commissionAt(price)
    for (let at = entryIndex; at < to; at++) {
      equity[at - from] = equity[at - from]! + size * (bars.close[own[at]!]! - price) - paid
    }

    const close = bars.close[own[end]!]!
    let [exitPrice, commission] = [close, paid]
    let reason: ExitReason = 'open'
    if (rules.finalize) {
      reason = rules.finalize === 'fold' ? 'fold' : 'end'
      // One that has no bar at the end is sold at its last close.
      const isAtOpen =
        rules.fillAt === 'next-open' && rules.finalize !== 'fold' && hasBar(timeline, index, end)
      exitPrice = exitFillPrice(isAtOpen ? bars.open[own[end]!]! : close, 1, rules)
      commission += commissionAt(exitPrice)
      equity[end - from] = equity[end - from]! + size * (exitPrice - close) - (commission - paid)
    }
    commissions += commission
    const pnl = tradeProfit(size, price, exitPrice, commission)
    trades.push({
      ...{ ticker, size, entry_index: entryIndex, exit_index: end },
      ...{ entry_time: time[entryIndex]!, exit_time: time[end]! },
      ...{ entry_price: price, exit_price: exitPrice, pnl, return_pct: 100 * tradeReturn(size, price, pnl) },
      ...{ commission, exit_reason: reason, tag: null },
    })
  }
  return { equity, trades, commissions, ruinedAt: null, ambiguousBars: 0, rejectedOrders }
}

/**
 * What 1 in money split evenly is worth at each time of the timeline's range: the price of the market that an account
 * over several tickers is measured against. A ticker's part is cash before its first bar. Of one ticker: its closes.
 */
export function priceMarket(
  series: readonly TickerBars[],
  { time, last }: Timeline,
  { from, to }: BarRange,
): Float64Array {
  if (series.length === 1) return series[0]!.bars.close
  const prices = new Float64Array(time.length).fill(Number.NaN)
  prices.fill(0, from, to)
  for (const [index, { bars }] of series.entries()) {
    const own = last[index]!
    const firstBar = own.slice(from, to).find((bar) => bar >= 0) ?? -1
    for (let at = from; at < to; at++) {
      const worth = own[at]! < 0 ? 1 : bars.close[own[at]!]! / bars.close[firstBar]!
      prices[at] = prices[at]! + worth / series.length
    }
  }
  return prices
}
