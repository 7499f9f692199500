/**
 * What has become of the position that an earlier verdict proposed: its order and its bracket followed over the bars
 * since, by the rules of the one simulator, in prices of today. Nobody knows whether it was ever opened; this is what
 * would be left of it.
 */
import { formatNumber } from '../core/format.ts'
import { dateOf, type Bars } from '../market/series.ts'
import { nearestSplit } from '../market/splits.ts'
import type { AsOfWindow } from '../market/window.ts'
import { NO_COSTS, type Side } from '../trading/costs.ts'
import { fillLimit, fillStop } from '../trading/fills.ts'
import { findExit, type Exit } from '../trading/simulate.ts'
import { REFERENCE_EQUITY } from './carry.ts'
import type { PriorVerdict } from './prior.ts'
import { HOLDING_BARS } from './rules/trade-rule.ts'
import { roundToTick } from './trade-levels.ts'

export interface Standing {
  /** Of the reference equity at the last close, negative for a short; 0 where nothing is open. */
  fraction: number
  /** What became of it, a sentence without figures but dates. */
  words: string
  /** The same position in figures, where it is open. */
  figures: string | null
}

/**
 * Today's price for each unit of price that the earlier verdict was written in: splits and dividends since then taken
 * out. Null where its day is not in the window or it recorded no close.
 */
export function rescaleTo(prior: PriorVerdict, window: AsOfWindow): number | null {
  if (prior.close === null || prior.close_date === null || prior.close_date > window.last) return null
  const index = window.indexOf(prior.close_date)
  if (index < 0 || window.bar(index).date !== prior.close_date) return null
  return window.bar(index).close / prior.close
}

/** Null where the earlier verdict proposed no position, or one that cannot be followed here. */
export function followProposal(proposal: PriorVerdict, window: AsOfWindow): Standing | null {
  const { action, shares, entry, stop_loss, take_profit } = proposal
  if ((action !== 'BUY' && action !== 'SELL') || shares === 0) return null
  const scale = rescaleTo(proposal, window)
  if (scale === null || entry === null || stop_loss === null || take_profit === null) return null
  const side: Side = action === 'BUY' ? 1 : -1
  const first = window.indexOf(proposal.close_date!) + 1
  const name = `The ${action} of ${proposal.as_of}`
  if (first === window.length) return { fraction: 0, words: `${name} has not met a bar yet.`, figures: null }
  const order = {
    side,
    // An entry other than the close it was written at waits for the price to come to it.
    limit: entry === roundToTick(proposal.close!) ? null : entry * scale,
    stop: stop_loss * scale,
    target: take_profit * scale,
  }
  const { bars } = window
  const exit = followOrder(bars, order, first)
  if (exit === null) return { fraction: 0, words: `${name} would not have been filled.`, figures: null }
  if (exit.reason !== 'open') {
    const how = { stop: 'stopped out', target: 'closed at its target', time: 'closed when its time was up' }
    const date = dateOf(bars.time[exit.index]!)
    return { fraction: 0, words: `${name} would have been ${how[exit.reason]} on ${date}.`, figures: null }
  }
  const held = Math.round(shares * nearestSplit(scale))
  const close = bars.close.at(-1)!
  const risk = Math.max(0, side * (close - order.stop)) * held
  return {
    fraction: side * Number(((held * close) / REFERENCE_EQUITY).toFixed(6)),
    words: `${name} would still be open.`,
    figures:
      `Of the ${action} of ${proposal.as_of} ${formatNumber(held, 0)} shares would still be open, worth ${formatNumber(held * close)}, ` +
      `with the stop at ${formatNumber(order.stop)} and ${formatNumber(risk)} between it and the last close.`,
  }
}

interface Order {
  side: Side
  /** Null for an order that takes the next open. */
  limit: number | null
  stop: number
  target: number
}

/** How a position of this order ends; null where the order was never filled in its time. */
function followOrder(bars: Bars, { side, limit, stop, target }: Order, first: number): Exit | null {
  const lastIndex = first + HOLDING_BARS - 1
  if (limit === null) return findExit(bars, { side, entryIndex: first, stop, target, lastIndex }, NO_COSTS)
  const last = Math.min(lastIndex, bars.close.length - 1)
  for (let index = first; index <= last; index++) {
    const bar = { open: bars.open[index]!, high: bars.high[index]!, low: bars.low[index]! }
    // To enter is to close the other side: a buy fills at its limit or below, a sale at its limit or above.
    if (Number.isNaN(fillLimit(bar, side === 1 ? -1 : 1, limit))) continue
    // On the bar of the fill only the stop is sure to have come after it.
    const stopped = fillStop(bar, side, stop)
    if (!Number.isNaN(stopped)) return { index, price: stopped, reason: 'stop' }
    if (index === bars.close.length - 1) return { index, price: bars.close[index]!, reason: 'open' }
    return findExit(bars, { side, entryIndex: index + 1, stop, target, lastIndex }, NO_COSTS)
  }
  return null
}
