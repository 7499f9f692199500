/**
 * Turns the fill of an order into changes of the account: what is set off against a holding of the other side, and how
 * many shares are opened with the money there is. An order to open that cannot be paid for, or comes to no share, is
 * rejected and counted.
 */
import type { TradingRules } from '../rules.ts'
import { countFor, countPart, countShares, keepPayable, roundShares } from '../share-count.ts'
import { openingPrice, type Account, type Moment } from './account.ts'
import type { Lot } from './lot.ts'
import type { Order } from './order.ts'
import type { OrderFill } from './order-fills.ts'

/** An order that fills now. */
export interface Deal {
  order: Order
  side: Order['side']
  /** The market's, before spread and slippage. */
  price: number
  /** Null for one that takes the market's price. */
  fill: OrderFill | null
  /** Still to be opened: 0 for nothing, NaN where the money is still to say. */
  shares: number
}

export interface Dealer {
  readonly rejected: number
  /** `equity` is what a target is a part of. */
  begin(order: Order, price: number, equity: number, fill?: OrderFill): Deal
  setOff(deal: Deal, now: Moment): void
  /** Opens what is left, having set it off once more against what others have opened since. */
  open(deal: Deal, began: Lot['began'], now: Moment): Lot | null
  /** From here on, until the next bar, what others set free cannot be spent: nobody knows what came first. */
  beginInside(): void
}

/** Of an order's shares, what rounding may leave over. */
const DUST = 1e-9

export function createDealer(rules: TradingRules, account: Account): Dealer {
  let rejected = 0
  /** Left of what was free when the inside of the bar began. */
  let unspent = Number.POSITIVE_INFINITY

  function takesMarket({ fill }: Deal): boolean {
    return fill === null || fill.kind === 'stop'
  }

  function begin(order: Order, price: number, equity: number, fill: OrderFill | null): Deal {
    const { size, side } = order
    const deal: Deal = { order, side, price, fill, shares: Number.NaN }
    const held = account.sizeOf(order.ticker)
    if (size.by === 'shares') return { ...deal, shares: roundShares(rules, size.shares) }
    if (size.by === 'target') {
      const wanted = aim(size.fraction, equity, price)
      const change = Math.abs(wanted - held) > Math.abs(held) * DUST ? wanted - held : 0
      return { ...deal, side: change < 0 ? -1 : 1, shares: Math.abs(change) }
    }
    if (size.by === 'close') {
      const shares = size.part === 1 ? Math.abs(held) : roundShares(rules, size.part * Math.abs(held))
      if (shares === 0 && held !== 0) rejected += 1
      return { ...deal, side: held > 0 ? -1 : 1, shares }
    }
    return deal
  }

  function aim(fraction: number, equity: number, price: number): number {
    if (fraction < 0 && !rules.allowShort) return 0
    return Math.sign(fraction) * countFor(rules, Math.abs(fraction) * equity, price)
  }

  function setOff(deal: Deal, now: Moment): void {
    const { order, side, price, shares } = deal
    const held = account.sizeOf(order.ticker)
    if (side * held >= 0) {
      if (order.size.by === 'close') deal.shares = 0
      return
    }
    const before = account.purse().free
    const wanted = Number.isNaN(shares) ? Math.abs(held) : shares
    const ended = account.reduce(order.ticker, wanted, price, takesMarket(deal), order.reason, now)
    unspent += account.purse().free - before
    const left = shares - ended
    deal.shares = order.size.by === 'close' || left <= shares * DUST ? 0 : left
  }

  function open(deal: Deal, began: Lot['began'], now: Moment): Lot | null {
    setOff(deal, now)
    const { order, side, price, fill, shares } = deal
    const { ticker, bracket, tag } = order
    if (shares === 0 || (side === -1 && !rules.allowShort)) return null
    const paid = openingPrice(rules, side, {
      price,
      takesMarket: takesMarket(deal),
      bound: fill?.bound ?? Number.NaN,
    })
    const purse = account.purse()
    const free = began === 'inside' ? Math.min(purse.free, unspent) : purse.free
    const count = countOpening(order, shares, paid, { ...purse, free })
    if (count === 0) {
      rejected += 1
      return null
    }
    const lot = account.open({ ticker, side, shares: count, price: paid, began, bracket, tag }, now)
    unspent -= purse.free - account.purse().free
    return lot
  }

  function countOpening(
    order: Order,
    shares: number,
    price: number,
    purse: { equity: number; free: number },
  ) {
    const { size, volatility } = order
    if (size.by === 'shares') return keepPayable(rules, shares, purse.free, price)
    if (size.by === 'target') return Math.min(shares, countPart(rules, 1, purse.free, price))
    if (size.by === 'part') return countPart(rules, size.part, purse.free, price)
    return countShares(rules, purse, price, volatility)
  }

  return {
    get rejected() {
      return rejected
    },
    begin: (order, price, equity, fill) => begin(order, price, equity, fill ?? null),
    setOff,
    open,
    beginInside() {
      unspent = account.purse().free
    },
  }
}
