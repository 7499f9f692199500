/**
 * The account behind the orders: settled money, what is held lot by lot, and the trades that have ended. Prices passed in
 * are the market's; spread, slippage and commission are added here and nowhere else.
 *
 * Money is what was put in, plus what ended trades have brought, minus every commission so far; so that at any time
 * equity = money + Σ side · shares · (mark − entry price), and also = cash + Σ side · shares · mark.
 */
import { entryFillPrice, exitFillPrice, type Side } from '../costs.ts'
import type { TradingRules } from '../rules.ts'
import type { Purse } from '../share-count.ts'
import type { ExitReason, SimulatedTrade } from '../simulation.ts'
import { createLot, type Lot } from './lot.ts'
import type { Bracket } from './order.ts'

export interface Moment {
  /** Place on the common timeline. */
  index: number
  time: number
}

export interface Opening {
  ticker: number
  side: Side
  shares: number
  /** Spread, slippage and a limit's bound included. */
  price: number
  began: Lot['began']
  bracket: Bracket
  tag: string | null
}

export interface Account {
  readonly money: number
  /** Everything bought paid for, everything sold short cashed in; below 0 is borrowed. */
  readonly cash: number
  readonly equity: number
  /** Value of all that is held, long and short alike. */
  readonly exposure: number
  /** Commissions paid in all. */
  readonly commissions: number
  /** Ended ones, in the order in which they ended. */
  readonly trades: readonly SimulatedTrade[]
  /** Of each ticker, oldest first; all of one side. */
  readonly lots: readonly (readonly Lot[])[]
  /** Shares held of a ticker, negative for short. */
  sizeOf(ticker: number): number
  purse(): Purse
  /** What a ticker is worth a share from now on. */
  mark(ticker: number, price: number): void
  markOf(ticker: number): number
  open(opening: Opening, now: Moment): Lot
  /** Ends a lot, at `price` before slippage, which a limit's fill has none of. */
  closeLot(lot: Lot, price: number, takesMarket: boolean, reason: ExitReason, now: Moment): void
  /** Ends so many shares of a ticker as one order, the oldest first. Returns how many there were to end. */
  reduce(
    ticker: number,
    shares: number,
    price: number,
    takesMarket: boolean,
    reason: ExitReason,
    now: Moment,
  ): number
  /** What is still held, as trades that have not ended, valued like equity. */
  describeOpen(now: Moment): SimulatedTrade[]
  /** Ends everything at the marks and leaves nothing: what was lost beyond the last of it is not asked for. */
  ruin(now: Moment): void
}

/** Of an order's shares, what rounding may leave over. */
const DUST = 1e-9

/** The account of a run that begins with the rules' cash; `tickers` by their place in the series. */
export function createAccount(rules: TradingRules, tickers: readonly string[]): Account {
  const lots: Lot[][] = tickers.map(() => [])
  const marks = new Float64Array(tickers.length).fill(Number.NaN)
  const trades: SimulatedTrade[] = []
  let money = rules.cash
  let commissions = 0

  function pay(commission: number): number {
    money -= commission
    commissions += commission
    return commission
  }

  /** Of all lots. */
  function sum(worth: (lot: Lot, mark: number) => number): number {
    let total = 0
    for (let ticker = 0; ticker < lots.length; ticker++) {
      for (const lot of lots[ticker]!) total += worth(lot, marks[ticker]!)
    }
    return total
  }

  const exposure = () => sum((lot, mark) => lot.shares * mark)
  const equity = () => money + sum((lot, mark) => lot.side * lot.shares * (mark - lot.entryPrice))

  /** Ends part of a lot at a price that holds all costs but the commission, of which `fixed` falls on it. */
  function end(
    lot: Lot,
    shares: number,
    price: number,
    fixed: number,
    reason: ExitReason,
    now: Moment,
  ): void {
    const entryCommission = lot.commission * (shares / lot.shares)
    const exitCommission = pay(rules.commission * shares * price + fixed)
    money += lot.side * shares * (price - lot.entryPrice)
    trades.push(
      describe(tickers[lot.ticker]!, lot, shares, price, entryCommission, exitCommission, reason, now),
    )
    lot.commission -= entryCommission
    lot.shares -= shares
  }

  function exitPrice(price: number, takesMarket: boolean, side: Side): number {
    return takesMarket ? exitFillPrice(price, side, rules) : price
  }

  const account: Account = {
    get money() {
      return money
    },
    get cash() {
      return money - sum((lot) => lot.side * lot.shares * lot.entryPrice)
    },
    get equity() {
      return equity()
    },
    get exposure() {
      return exposure()
    },
    get commissions() {
      return commissions
    },
    trades,
    lots,

    sizeOf(ticker) {
      let size = 0
      for (const lot of lots[ticker]!) size += lot.side * lot.shares
      return size
    },

    purse() {
      const total = equity()
      return { equity: total, free: total - rules.margin * exposure() }
    },

    mark(ticker, price) {
      marks[ticker] = price
    },
    markOf: (ticker) => marks[ticker]!,

    open({ ticker, side, shares, price, began, bracket, tag }, { index, time }) {
      const commission = pay(rules.commission * shares * price + rules.commissionFixed)
      const entry = { ticker, side, shares, entryPrice: price, began, commission, tag }
      const lot = createLot({ ...entry, entryIndex: index, entryTime: time }, bracket, rules)
      lots[ticker]!.push(lot)
      return lot
    },

    closeLot(lot, price, takesMarket, reason, now) {
      end(lot, lot.shares, exitPrice(price, takesMarket, lot.side), rules.commissionFixed, reason, now)
      const held = lots[lot.ticker]!
      held.splice(held.indexOf(lot), 1)
    },

    reduce(ticker, shares, price, takesMarket, reason, now) {
      const held = lots[ticker]!
      const wanted = Math.min(shares, Math.abs(account.sizeOf(ticker)))
      let left = wanted
      while (held.length > 0 && left > wanted * DUST) {
        const lot = held[0]!
        const taken = lot.shares - left <= lot.shares * DUST ? lot.shares : left
        const fixed = rules.commissionFixed * (taken / wanted)
        end(lot, taken, exitPrice(price, takesMarket, lot.side), fixed, reason, now)
        left -= taken
        if (lot.shares === 0) held.shift()
      }
      return wanted
    },

    describeOpen(now) {
      return lots.flatMap((held, ticker) =>
        held.map((lot) =>
          describe(tickers[ticker]!, lot, lot.shares, marks[ticker]!, lot.commission, 0, 'open', now),
        ),
      )
    },

    ruin(now) {
      for (const [ticker, held] of lots.entries()) {
        account.reduce(ticker, Number.POSITIVE_INFINITY, marks[ticker]!, true, 'margin', now)
        held.length = 0
      }
      money = 0
    },
  }
  return account
}

function describe(
  ticker: string,
  lot: Lot,
  shares: number,
  exitPrice: number,
  entryCommission: number,
  exitCommission: number,
  reason: ExitReason,
  now: Moment,
): SimulatedTrade {
  const commission = entryCommission + exitCommission
  const pnl = lot.side * shares * (exitPrice - lot.entryPrice) - commission
  return {
    ticker,
    size: lot.side * shares,
    entry_index: lot.entryIndex,
    exit_index: now.index,
    entry_time: lot.entryTime,
    exit_time: now.time,
    entry_price: lot.entryPrice,
    exit_price: exitPrice,
    pnl,
    return_pct: (100 * pnl) / (shares * lot.entryPrice),
    commission,
    exit_reason: reason,
    tag: lot.tag,
  }
}

/** What an order's fill costs or brings a share, to open: a limit's has no slippage, a bound is kept. */
export function openingPrice(
  rules: TradingRules,
  side: Side,
  fill: { price: number; takesMarket: boolean; bound: number },
): number {
  const { price, takesMarket, bound } = fill
  if (!takesMarket) return entryFillPrice(price, side, { ...rules, slippage: 0 })
  if (Number.isNaN(bound)) return entryFillPrice(price, side, rules)
  const slipped = entryFillPrice(price, side, { ...rules, spread: 0 })
  const bounded = side === 1 ? Math.min(slipped, bound) : Math.max(slipped, bound)
  return entryFillPrice(bounded, side, { ...rules, slippage: 0 })
}
