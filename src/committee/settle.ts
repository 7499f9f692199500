/**
 * What became of the trade that an earlier verdict asked for: its order and its bracket followed over the bars since, by
 * the rules of the one simulator, in prices of today. It reads the window it is given and so nothing after as-of. Costs
 * are not counted; whether anyone made the trade, nobody knows.
 */
import type { Bars } from '../market/series.ts'
import type { AsOfWindow } from '../market/window.ts'
import { netReturnPct, NO_COSTS, type Side } from '../trading/costs.ts'
import { fillLimit, fillStop, type BarPrices } from '../trading/fills.ts'
import { findExit, type Exit, type ExitReason } from '../trading/simulate.ts'
import { HOLDING_BARS } from '../trading/plain-rule/plain-rule.ts'
import type { PriorVerdict } from './prior.ts'
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
    ...orderOf(side, entry, roundToTick(verdict.close!)),
    entry: entry * scale,
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
  /**
   * `open` takes the next open; `limit` waits for the price to come back to the entry; `stop` waits for it to go through
   * the entry, for it lies beyond the close on the trade's side.
   */
  kind: 'open' | 'limit' | 'stop'
  entry: number
  stop: number
  target: number
}

/** An entry at the close it was written at does not wait. */
function orderOf(side: Side, entry: number, close: number): Pick<Order, 'kind'> {
  if (entry === close) return { kind: 'open' }
  return { kind: side * (entry - close) > 0 ? 'stop' : 'limit' }
}

type Ended = Pick<FilledTrade, 'entryIndex' | 'entryPrice' | 'exit'>

/** How a position of this order ends; null where the order was never filled in its time. */
function followOrder(bars: Bars, order: Order, first: number): Ended | null {
  const { side, stop, target } = order
  const lastIndex = first + HOLDING_BARS - 1
  const last = Math.min(lastIndex, bars.close.length - 1)
  for (let index = first; index <= last; index++) {
    const bar = { open: bars.open[index]!, high: bars.high[index]!, low: bars.low[index]! }
    const entryPrice = fillEntry(bar, order)
    if (Number.isNaN(entryPrice)) continue
    const end = (exit: Exit): Ended => ({ entryIndex: index, entryPrice, exit })
    const endFrom = (from: number) =>
      end(findExit(bars, { side, entryIndex: from, stop, target, lastIndex }, NO_COSTS))
    // What filled at the open was held over the whole bar.
    if (entryPrice === bar.open) return endFrom(index)
    // Within the bar: its extremes may lie before the fill. That the stop was touched after it is the worse reading.
    if (side === 1 ? bar.low <= stop : bar.high >= stop) return end({ index, price: stop, reason: 'stop' })
    // What went through the entry on its way to the target came to the target after the fill.
    if (order.kind === 'stop' && !Number.isNaN(fillLimit(bar, side, target)))
      return end({ index, price: target, reason: 'target' })
    return endFrom(index + 1)
  }
  return null
}

/** To enter is to close the other side: a limit fills at its price or better, a stop at its price or worse. */
function fillEntry(bar: BarPrices, { side, kind, entry }: Order): number {
  if (kind === 'open') return bar.open
  return (kind === 'limit' ? fillLimit : fillStop)(bar, side === 1 ? -1 : 1, entry)
}
