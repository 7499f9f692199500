/**
 * What became of the trade that an earlier verdict asked for: its order and its bracket followed over the bars since, by
 * the rules of the one simulator, in prices of today. It reads the window it is given and so nothing after as-of. Costs
 * are not counted; whether anyone made the trade, nobody knows.
 */
import type { Bars } from '../market/series.ts'
import type { AsOfWindow } from '../market/window.ts'
import { netReturnPct, NO_COSTS, type Side } from '../trading/costs.ts'
import { fillLimit, fillStop } from '../trading/fills.ts'
import { findExit, type Exit, type ExitReason } from '../trading/simulate.ts'
import type { PriorVerdict } from './prior.ts'
import { HOLDING_BARS } from './rules/trade-rule.ts'
import { areLevelsOrdered, roundToTick } from './trade-levels.ts'

export const EXIT_WORDS: Readonly<Record<Exclude<ExitReason, 'open'>, string>> = {
  stop: 'stopped out',
  target: 'closed at its target',
  time: 'closed when its time was up',
}

export type FollowedTrade =
  /** No bar has come since, or none that filled the order in its time. */
  { state: 'unmet' } | { state: 'unfilled' } | FilledTrade

export interface FilledTrade {
  state: 'filled'
  side: Side
  /** As in `rescaleTo`. */
  scale: number
  entryIndex: number
  entryPrice: number
  stop: number
  /** `open` where nothing has ended it by the last bar: then as if closed on its close. */
  exit: Exit
  /** In percent of the price at entry. */
  returnPct: number
  /** In multiples of the distance between the entry asked for and the stop. */
  rMultiple: number
  /** Bars on which it was held, those of entry and exit included. */
  barsHeld: number
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

/** Null for a verdict that asked for no trade, or one that cannot be followed on these bars. */
export function followTrade(verdict: PriorVerdict, window: AsOfWindow): FollowedTrade | null {
  const { action, entry, stop_loss, take_profit } = verdict
  if (action !== 'BUY' && action !== 'SELL') return null
  const scale = rescaleTo(verdict, window)
  if (scale === null || entry === null || stop_loss === null || take_profit === null) return null
  const side: Side = action === 'BUY' ? 1 : -1
  if (!areLevelsOrdered(side, { entry, stop_loss, take_profit })) return null
  const first = window.indexOf(verdict.close_date!) + 1
  if (first === window.length) return { state: 'unmet' }
  const order = {
    side,
    // An entry other than the close it was written at waits for the price to come to it.
    limit: entry === roundToTick(verdict.close!) ? null : entry * scale,
    stop: stop_loss * scale,
    target: take_profit * scale,
  }
  const ended = followOrder(window.bars, order, first)
  if (ended === null) return { state: 'unfilled' }
  const { entryIndex, entryPrice, exit } = ended
  return {
    state: 'filled',
    ...{ side, scale, entryIndex, entryPrice, stop: order.stop, exit },
    returnPct: netReturnPct(entryPrice, exit.price, side, NO_COSTS),
    rMultiple: (side * (exit.price - entryPrice)) / (side * (entry * scale - order.stop)),
    barsHeld: exit.index - entryIndex + 1,
  }
}

interface Order {
  side: Side
  /** Null for an order that takes the next open. */
  limit: number | null
  stop: number
  target: number
}

type Ended = Pick<FilledTrade, 'entryIndex' | 'entryPrice' | 'exit'>

/** How a position of this order ends; null where the order was never filled in its time. */
function followOrder(bars: Bars, { side, limit, stop, target }: Order, first: number): Ended | null {
  const lastIndex = first + HOLDING_BARS - 1
  if (limit === null) {
    const exit = findExit(bars, { side, entryIndex: first, stop, target, lastIndex }, NO_COSTS)
    return { entryIndex: first, entryPrice: bars.open[first]!, exit }
  }
  const last = Math.min(lastIndex, bars.close.length - 1)
  for (let index = first; index <= last; index++) {
    const bar = { open: bars.open[index]!, high: bars.high[index]!, low: bars.low[index]! }
    // To enter is to close the other side: a buy fills at its limit or below, a sale at its limit or above.
    const entryPrice = fillLimit(bar, side === 1 ? -1 : 1, limit)
    if (Number.isNaN(entryPrice)) continue
    const end = (exit: Exit): Ended => ({ entryIndex: index, entryPrice, exit })
    // On the bar of the fill only the stop is sure to have come after it.
    const stopped = fillStop(bar, side, stop)
    if (!Number.isNaN(stopped)) return end({ index, price: stopped, reason: 'stop' })
    if (index === bars.close.length - 1) return end({ index, price: bars.close[index]!, reason: 'open' })
    return end(findExit(bars, { side, entryIndex: index + 1, stop, target, lastIndex }, NO_COSTS))
  }
  return null
}
