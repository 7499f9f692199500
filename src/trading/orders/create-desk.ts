/** The desk at which a strategy stands: its account, and its orders handed to the broker. */
import { InputError } from '../../core/errors.ts'
import type { Side } from '../costs.ts'
import type { BarDesk, HeldPosition, OrderRequest } from '../strategies/bar-desk.ts'
import type { Account, Moment } from './account.ts'
import type { Broker } from './broker.ts'
import { createClosingOrder, createOrder } from './order.ts'
import { createTickerIndex } from './strategy-views.ts'

export interface DeskPresent {
  /** Place on the common timeline and time of the bar that has just closed. */
  readonly moment: Moment
  /** Annual volatility of a ticker on that close, NaN where it is not known or not asked for. */
  volatilityOf(ticker: number): number
}

export function createDesk(broker: Broker, tickers: readonly string[], present: DeskPresent): BarDesk {
  const { account } = broker
  const placeOf = createTickerIndex(tickers)
  const positions = tickers.map((_, ticker) => describePosition(account, ticker, present))

  function contextOf(ticker: number) {
    return { id: broker.nextId(), ticker, volatility: present.volatilityOf(ticker) }
  }

  function place(side: Side, request: OrderRequest): number {
    const order = createOrder(request, { ...contextOf(placeOf(request.ticker)), side })
    broker.place(order)
    return order.id
  }

  return {
    get bar() {
      return present.moment.index
    },
    get time() {
      return present.moment.time
    },
    get equity() {
      return account.equity
    },
    get cash() {
      return account.cash
    },
    position: (ticker) => positions[placeOf(ticker)]!,
    buy: (request = {}) => place(1, request),
    sell: (request = {}) => place(-1, request),
    close({ ticker, part = 1 } = {}) {
      if (!(part > 0 && part <= 1)) throw new InputError('part', `part is ${part}; allowed: above 0, up to 1`)
      const at = placeOf(ticker)
      if (account.sizeOf(at) !== 0) broker.place(createClosingOrder(contextOf(at), { by: 'close', part }))
    },
    cancel: (order) => broker.cancel(order),
    target(fraction, ticker) {
      if (!Number.isFinite(fraction))
        throw new InputError('fraction', `fraction is ${fraction}; allowed: a number`)
      broker.place(createClosingOrder(contextOf(placeOf(ticker)), { by: 'target', fraction }))
    },
  }
}

/** Reads the account when it is read itself. */
function describePosition(account: Account, ticker: number, present: DeskPresent): HeldPosition {
  return {
    get size() {
      return account.sizeOf(ticker)
    },
    get entryPrice() {
      let shares = 0
      let paid = 0
      for (const lot of account.lots[ticker]!) {
        shares += lot.shares
        paid += lot.shares * lot.entryPrice
      }
      return shares === 0 ? Number.NaN : paid / shares
    },
    get barsHeld() {
      const [oldest] = account.lots[ticker]!
      return oldest === undefined ? 0 : present.moment.index - oldest.entryIndex
    },
    get profit() {
      let profit = 0
      for (const { side, shares, entryPrice } of account.lots[ticker]!)
        profit += side * shares * (account.markOf(ticker) - entryPrice)
      return profit
    },
  }
}
