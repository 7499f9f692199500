/**
 * At what price a waiting order fills inside one bar, and what of the bar may be counted after it. The rules of `fills.ts`
 * hold: to open a position is to close one of the other side. What the bar leaves open is read against the holder.
 */
import type { Side } from '../costs.ts'
import { fillBracket, fillLimit, fillStop, type BarPrices, type BracketFill } from '../fills.ts'
import type { Order } from './order.ts'

export interface MarketBar extends BarPrices {
  close: number
}

export interface OrderFill {
  /** The market's, before spread and slippage. */
  price: number
  /** How the price was come to: as a stop the market ran through it, as a limit it came back to it. */
  kind: 'stop' | 'limit'
  /** With slippage the fill is no worse than this; NaN for no such bound. */
  bound: number
}

/**
 * The fill of a limit, stop or stop-limit order in the bar; null where there is none. Marks a stop-limit whose stop was
 * touched.
 *
 * A stop-limit is a limit from where its stop was touched: at the open, for the whole bar; inside the bar it fills at the
 * stop where the limit allows that, and else only if the bar closes at the limit or better, for then the price came back
 * to it after the touch.
 */
export function fillOrder(order: Order, bar: MarketBar): OrderFill | null {
  const closing: Side = order.side === 1 ? -1 : 1
  const isLimited = !Number.isNaN(order.limit)
  if (Number.isNaN(order.stop) || order.isTriggered)
    return describe(fillLimit(bar, closing, order.limit), 'limit')
  const touched = fillStop(bar, closing, order.stop)
  if (!isLimited || Number.isNaN(touched)) return describe(touched, 'stop')
  order.isTriggered = true
  if (touched === bar.open) return describe(fillLimit(bar, closing, order.limit), 'limit')
  if (order.side * (order.limit - order.stop) >= 0) return describe(order.stop, 'stop', order.limit)
  return order.side * (order.limit - bar.close) >= 0 ? describe(order.limit, 'limit') : null
}

function describe(price: number, kind: OrderFill['kind'], bound = Number.NaN): OrderFill | null {
  return Number.isNaN(price) ? null : { price, kind, bound }
}

/** A bar of which only the first price is known. */
export function atOpen(bar: MarketBar): MarketBar {
  const { open } = bar
  return { open, high: open, low: open, close: open }
}

export interface EntryBarEnd {
  exit: BracketFill | null
  /** The bar leaves open whether this is what happened. */
  isAmbiguous: boolean
}

/**
 * What becomes of a position on the very bar inside which it was opened. The bar's extreme against the holder is taken to
 * have come after the fill. The one in his favour is so where he got in on a stop, for the price had to pass it on the
 * way; after a limit only the close is known to have come later.
 */
export function endOnEntryBar(
  bar: MarketBar,
  side: Side,
  fill: OrderFill,
  stop: number,
  target: number,
): EntryBarEnd {
  const { price, kind } = fill
  const rest: BarPrices = { open: price, high: bar.high, low: bar.low }
  if (kind === 'limit') {
    if (side === 1) rest.high = Math.max(price, bar.close)
    else rest.low = Math.min(price, bar.close)
  }
  const exit = fillBracket(rest, side, stop, target)
  const isTargetInBar = side === 1 ? bar.high >= target : bar.low <= target
  const isAmbiguous = kind === 'stop' ? exit?.reason === 'stop' : isTargetInBar && exit?.reason !== 'target'
  return { exit, isAmbiguous }
}
