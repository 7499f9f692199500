/**
 * The benchmark that costs no thought: the cash split evenly between the tickers, each bought at the first open it has in
 * the range, and held. It pays the same costs and buys whole shares where the rules say so; it borrows nothing, has no
 * stops, and is valued at the last close.
 */
import { entryFillPrice } from './costs.ts'
import type { TradingRules } from './rules.ts'
import { countPart } from './share-count.ts'
import type { BarRange, SimulatedTrade, Simulation } from './simulation.ts'
import type { TickerBars } from './strategies/strategy.ts'

/** The times that a range counts in, and of each ticker the last of its own bars at each of them (−1 before its first). */
export interface HeldTimeline {
  time: Float64Array
  last: readonly Int32Array[]
}

export function simulateHolding(
  series: readonly TickerBars[],
  { time, last }: HeldTimeline,
  rules: TradingRules,
  { from, to }: BarRange,
): Simulation {
  const equity = new Float64Array(to - from).fill(rules.cash)
  const trades: SimulatedTrade[] = []
  const share = rules.cash / series.length
  let commissions = 0
  let rejectedOrders = 0

  for (const [index, { ticker, bars }] of series.entries()) {
    const own = last[index]!
    const entryIndex = findFirstBar(own, from, to)
    if (entryIndex === to) continue
    const price = entryFillPrice(bars.open[own[entryIndex]!]!, 1, rules)
    const size = countPart({ ...rules, margin: 1 }, 1, share, price)
    if (size === 0) {
      rejectedOrders++
      continue
    }
    const commission = rules.commission * size * price + rules.commissionFixed
    commissions += commission
    for (let at = entryIndex; at < to; at++) {
      equity[at - from] = equity[at - from]! + size * (bars.close[own[at]!]! - price) - commission
    }
    const exitPrice = bars.close[own[to - 1]!]!
    const pnl = size * (exitPrice - price) - commission
    trades.push({
      ...{ ticker, size, entry_index: entryIndex, exit_index: to - 1 },
      ...{ entry_time: time[entryIndex]!, exit_time: time[to - 1]! },
      ...{ entry_price: price, exit_price: exitPrice, pnl, return_pct: (100 * pnl) / (size * price) },
      ...{ commission, exit_reason: 'open', tag: null },
    })
  }
  return { equity, trades, commissions, ruinedAt: null, ambiguousBars: 0, rejectedOrders }
}

/** The first time in the range at which the ticker has a bar of its own, `to` for none. */
function findFirstBar(own: Int32Array, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const before = at === 0 ? -1 : own[at - 1]!
    if (own[at]! !== before) return at
  }
  return to
}

/**
 * What 1 in money split evenly is worth at each time of the timeline's range: the price of the market that an account
 * over several tickers is measured against. A ticker's part is cash before its first bar. Of one ticker: its closes.
 */
export function priceMarket(
  series: readonly TickerBars[],
  { time, last }: HeldTimeline,
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
