/**
 * The broker of a simulation, one bar at a time: takes orders, fills them on the bars that come, protects what is held
 * and keeps the account. A backtest hands it bars from columns, a live session as they arrive.
 *
 * For each time: `trade` with the bars that begin then, then `place` what was decided on their closes, then `settle`.
 * Within one bar:
 *
 * 1. At the open: market orders, what reduces a holding before what adds to one, so that a sale pays for a purchase; then
 *    stops and targets which the open has gone through; then waiting orders which it has.
 * 2. Inside: stops and targets of what is held; then waiting orders, stops before limits, each in the order given. What
 *    is opened here is paid for by what was there at the open, and may end here (`endOnEntryBar`).
 * 3. At the close: what has had its time; then the account is valued, and may be ruined or called.
 * 4. `settle`: where the rules fill at the close, market orders.
 *
 * Buying power counts a holding at the last price it was traded at, or its open: never at one that comes later in the bar.
 */
import { fillLimit, fillStop, firstOfBracket, isAmbiguous as isEitherFirst } from '../fills.ts'
import { MAINTENANCE, type TradingRules } from '../rules.ts'
import { createAccount, type Account, type Moment } from './account.ts'
import { createDealer } from './dealer.ts'
import { followClose, stopOf, type Lot } from './lot.ts'
import { createClosingOrder, isMarketOrder, type Order } from './order.ts'
import { atOpen, endOnEntryBar, fillOrder, type MarketBar } from './order-fills.ts'

export interface Broker {
  readonly account: Account
  /** Waiting to be filled, in the order given. */
  readonly orders: readonly Order[]
  /** The number for the next order. */
  nextId(): number
  place(order: Order): void
  /** Withdraws what has not filled: the order of that number, or all. */
  cancel(id?: number): void
  /** Trades the bars that begin at this moment; null for a ticker that has none. They are read until `settle`. */
  trade(now: Moment, bars: readonly (MarketBar | null)[]): void
  /** Ends the moment: fills what was decided on the close and is filled there. */
  settle(): void
  /** Ends what is held as orders on the bar at hand: at its open, by fills at the close at its close. */
  finalize(): void
  readonly ruinedAt: number | null
  readonly ambiguousBars: number
  readonly rejectedOrders: number
}

export function createBroker(rules: TradingRules, tickers: readonly string[]): Broker {
  const account = createAccount(rules, tickers)
  const dealer = createDealer(rules, account)
  let orders: Order[] = []
  let bars: readonly (MarketBar | null)[] = []
  let now: Moment = { index: -1, time: Number.NaN }
  let lastId = 0
  let ruinedAt: number | null = null
  let ambiguousBars = 0
  /** Of what happened inside the bar: whether its order, or what came first, is left open. */
  let isAmbiguous = false
  let endedInside = 0
  let filledInside = 0

  function trade(): void {
    isAmbiguous = false
    endedInside = filledInside = 0
    forEachBar((bar, ticker) => account.mark(ticker, bar.open))
    if (rules.fillAt === 'next-open') fillMarketOrders('open')
    forEachLot((lot, bar) => endByBracket(lot, atOpen(bar)))
    if (orders.length > 0) fillWaiting('open', orders)
    if (orders.length > 0) dealer.beginInside()
    forEachLot((lot, bar) => {
      if (endByBracket(lot, bar)) endedInside += 1
    })
    if (orders.length > 0) {
      const limits = orders.filter((order) => !isWaitingStop(order))
      fillWaiting('inside', orders.filter(isWaitingStop))
      fillWaiting('inside', limits)
      expireOrders()
    }
    if (isAmbiguous || (filledInside > 0 && filledInside + endedInside > 1)) ambiguousBars += 1
    closeBar()
  }

  function isDue(order: Order): boolean {
    return isMarketOrder(order) && Boolean(bars[order.ticker])
  }

  /** All market orders of tickers with a bar: first what they set off, then what they open. */
  function fillMarketOrders(at: 'open' | 'close'): void {
    if (!orders.some(isDue)) return
    const due = orders.filter(isDue)
    orders = orders.filter((order) => !due.includes(order))
    const { equity } = account
    const deals = due.map((order) => dealer.begin(order, bars[order.ticker]![at], equity))
    for (const deal of deals) dealer.setOff(deal, now)
    for (const deal of deals) dealer.open(deal, at, now)
  }

  /** Limits and stops that the bar fills, at its open or inside it. */
  function fillWaiting(at: 'open' | 'inside', waiting: readonly Order[]): void {
    for (const order of waiting) {
      const bar = bars[order.ticker]
      if (!bar || isMarketOrder(order)) continue
      const fill = fillOrder(order, at === 'open' ? atOpen(bar) : bar)
      if (fill === null) continue
      orders = orders.filter((one) => one !== order)
      account.mark(order.ticker, fill.price)
      const deal = dealer.begin(order, fill.price, account.equity, fill)
      dealer.setOff(deal, now)
      const lot = dealer.open(deal, at, now)
      if (at === 'open') continue
      filledInside += 1
      if (lot === null) continue
      const stop = stopOf(lot)
      const end = endOnEntryBar(bar, lot.side, fill, stop.price, lot.target)
      if (end.isAmbiguous) isAmbiguous = true
      if (end.exit !== null) endLot(lot, end.exit.price, end.exit.reason === 'stop' ? stop.reason : 'target')
    }
  }

  function endByBracket(lot: Lot, bar: MarketBar): boolean {
    const stop = stopOf(lot)
    const stopFill = fillStop(bar, lot.side, stop.price)
    const targetFill = fillLimit(bar, lot.side, lot.target)
    const first = firstOfBracket(bar.open, stopFill, targetFill)
    if (first === null) return false
    if (isEitherFirst(bar.open, stopFill, targetFill)) isAmbiguous = true
    if (first === 'stop') endLot(lot, stopFill, stop.reason)
    else endLot(lot, targetFill, 'target')
    return true
  }

  function endLot(lot: Lot, price: number, reason: 'stop' | 'trail' | 'target'): void {
    account.mark(lot.ticker, price)
    account.closeLot(lot, price, reason !== 'target', reason, now)
  }

  function expireOrders(): void {
    for (const order of orders) if (bars[order.ticker] && !isMarketOrder(order)) order.barsLeft -= 1
    if (orders.some(({ barsLeft }) => barsLeft <= 0)) orders = orders.filter(({ barsLeft }) => barsLeft > 0)
  }

  function closeBar(): void {
    forEachBar((bar, ticker) => account.mark(ticker, bar.close))
    forEachLot((lot, bar) => {
      followClose(lot, bar.close)
      lot.barsLeft -= 1
      if (lot.barsLeft <= 0) account.closeLot(lot, bar.close, true, 'time', now)
    })
    value()
  }

  /** Ruin, or a call for margin, by the marks. */
  function value(): void {
    const { equity, exposure } = account
    if (equity <= 0) {
      ruinedAt = now.index
      orders = []
      account.ruin(now)
    } else if (rules.margin < 1 && equity < MAINTENANCE * rules.margin * exposure) callMargin()
  }

  function callMargin(): void {
    const isCalled = (ticker: number) =>
      orders.some((order) => order.ticker === ticker && order.reason === 'margin')
    for (const [ticker, held] of account.lots.entries()) {
      if (held.length === 0 || isCalled(ticker)) continue
      const context = { id: ++lastId, ticker, volatility: Number.NaN }
      orders.unshift(createClosingOrder(context, { by: 'close', part: 1 }, 'margin'))
    }
  }

  function forEachBar(visit: (bar: MarketBar, ticker: number) => void): void {
    for (let ticker = 0; ticker < bars.length; ticker++) {
      const bar = bars[ticker]
      if (bar) visit(bar, ticker)
    }
  }

  /** Lots of tickers that have a bar; they may end while they are visited. */
  function forEachLot(visit: (lot: Lot, bar: MarketBar) => void): void {
    forEachBar((bar, ticker) => {
      const held = account.lots[ticker]!
      if (held.length === 0) return
      for (const lot of held.slice()) visit(lot, bar)
    })
  }

  return {
    account,
    get orders() {
      return orders
    },
    nextId: () => ++lastId,
    place(order) {
      orders.push(order)
    },
    cancel(id) {
      orders = orders.filter((order) => order.reason === 'margin' || (id !== undefined && order.id !== id))
    },
    trade(moment, given) {
      now = moment
      bars = given
      trade()
    },
    settle() {
      if (rules.fillAt !== 'close') return
      do {
        fillMarketOrders('close')
        value()
        // A call for margin, by what has only now been opened.
      } while (orders.some(isDue))
    },
    finalize() {
      const isFold = rules.finalize === 'fold'
      const reason = isFold ? 'fold' : 'end'
      const isAtOpen = rules.fillAt === 'next-open' && !isFold
      forEachLot((lot, bar) => {
        const isFromOpen = isAtOpen && (lot.entryIndex < now.index || lot.began === 'open')
        const price = isFromOpen ? bar.open : bar.close
        account.closeLot(lot, price, true, reason, now)
      })
      // One that has no bar now ends at its last close. What this costs may be the last of the money.
      for (const [ticker, held] of account.lots.entries()) {
        for (const lot of held.slice()) account.closeLot(lot, account.markOf(ticker), true, reason, now)
      }
      value()
    },
    get ruinedAt() {
      return ruinedAt
    },
    get ambiguousBars() {
      return ambiguousBars
    },
    get rejectedOrders() {
      return dealer.rejected
    },
  }
}

function isWaitingStop({ stop, isTriggered }: Order): boolean {
  return !Number.isNaN(stop) && !isTriggered
}
