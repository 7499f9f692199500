/**
 * The simulator of strategies that are a column of signals. It goes from signal to signal: a position is one entry, one
 * look for the first thing that ends it, and one small loop that marks the equity of the bars between. How orders are
 * read and filled is said in `rules.ts` and `fills.ts`; the simulator of orders reads them the same way, and of the same
 * signals makes the same trades and equity.
 *
 * It is made once for bars and rules and run any number of times; a run allocates nothing. What a run leaves stands in
 * its fields until the next.
 */
import type { Bars } from '../../market/series.ts'
import { entryFillPrice, exitFillPrice, type Side } from '../costs.ts'
import { createTradeLog, type TradeLog } from '../measures/trade-log.ts'
import { MAINTENANCE, type TradingRules } from '../rules.ts'
import { countShares, sizingVolatility } from '../share-count.ts'
import type { ExitReason } from '../simulation.ts'
import { SIGNAL } from '../strategies/strategy.ts'
import { createExitScan } from './exit-scan.ts'
import { createSignalColumn, findEnd, findSignal } from './signal-scan.ts'

export interface OpenTrade {
  size: number
  entryPrice: number
  entryIndex: number
  commission: number
}

export interface SignalEngine {
  /** Written before a run, one for each bar. */
  readonly signals: Int8Array
  /** Of each bar of the last range, at the bar's own index. */
  readonly equity: Float64Array
  readonly log: TradeLog
  /** The first bar whose equity may differ from the cash that was there at the start. */
  readonly firstMove: number
  /** What is held at the end; null for nothing. */
  readonly open: Readonly<OpenTrade> | null
  readonly commissions: number
  /** −1 for never. */
  readonly ruinedAt: number
  readonly ambiguousBars: number
  readonly rejectedOrders: number
  /** Trades on the bars `from` to before `to`, by the signals from bar `first` on. */
  run(first: number, from: number, to: number): void
}

export function createSignalEngine(bars: Bars, rules: TradingRules): SignalEngine {
  const { close } = bars
  const { signals, words } = createSignalColumn(close.length)
  const equity = new Float64Array(close.length)
  const log = createTradeLog(close.length)
  const exits = createExitScan(bars, rules)
  const { commission, commissionFixed, margin, allowShort, finalize, sizing } = rules
  const lag = rules.fillAt === 'close' ? 0 : 1
  const fills = lag === 1 ? bars.open : close
  const volatility = sizing.method === 'volatility' ? sizingVolatility(bars, sizing.window) : null
  const purse = { equity: Number.NaN, free: Number.NaN }
  const held: OpenTrade = { size: Number.NaN, entryPrice: Number.NaN, entryIndex: 0, commission: Number.NaN }
  const left = {
    /** Settled: what was put in and what ended trades brought, less all commissions. */
    money: Number.NaN,
    firstMove: 0,
    isOpen: false,
    commissions: Number.NaN,
    ruinedAt: -1,
    ambiguous: 0,
    rejected: 0,
  }

  function enter(side: Side, decidedAt: number): boolean {
    const at = decidedAt + lag
    const price = entryFillPrice(fills[at]!, side, rules)
    purse.equity = left.money
    purse.free = left.money
    const shares = countShares(rules, purse, price, volatility === null ? Number.NaN : volatility[decidedAt]!)
    if (!(shares > 0)) {
      left.rejected++
      return false
    }
    const paid = commission * shares * price + commissionFixed
    left.money -= paid
    left.commissions += paid
    held.size = side * shares
    held.entryPrice = price
    held.entryIndex = at
    held.commission = paid
    return true
  }

  /** `price` holds all costs but the commission. */
  function exit(price: number, at: number, reason: ExitReason): void {
    const { size, entryPrice, entryIndex } = held
    const paid = commission * Math.abs(size) * price + commissionFixed
    left.commissions += paid
    left.money -= paid
    left.money += size * (price - entryPrice)
    const k = log.count++
    log.size[k] = size
    log.entryPrice[k] = entryPrice
    log.exitPrice[k] = price
    log.commission[k] = held.commission + paid
    log.entryIndex[k] = entryIndex
    log.exitIndex[k] = at
    log.reasons[k] = reason
  }

  /** Writes the equity of the bars `start` to before `end` and returns the one on which it came to 0, `end` for none. */
  function mark(start: number, end: number): number {
    const { size, entryPrice } = held
    const settled = left.money
    for (let at = start; at < end; at++) {
      const value = settled + size * (close[at]! - entryPrice)
      equity[at] = value
      if (value <= 0) return at
    }
    return end
  }

  /** The first close from `start` to `end` on which the position is called, `end + 1` for none. */
  function findCall(start: number, end: number): number {
    const { size, entryPrice } = held
    const needed = MAINTENANCE * margin * Math.abs(size)
    for (let at = start; at <= end; at++) {
      if (left.money + size * (close[at]! - entryPrice) < needed * close[at]!) return at
    }
    return end + 1
  }

  /** Ends everything on the close of `at`, with what is held if something is. */
  function ruin(at: number, to: number, side: Side | 0): void {
    if (side !== 0) exit(exitFillPrice(close[at]!, side, rules), at, 'margin')
    left.ruinedAt = at
    equity.fill(0, at, to)
  }

  function reset(to: number): void {
    left.money = rules.cash
    log.count = 0
    left.firstMove = to
    left.isOpen = false
    left.commissions = 0
    left.ruinedAt = -1
    left.ambiguous = 0
    left.rejected = 0
  }

  function run(first: number, from: number, to: number): void {
    reset(to)
    const last = to - 1
    // The close of the last bar decides nothing.
    const lastDecision = to - 2
    /** Equity is written on all bars before this one. */
    let marked = from
    let decidedAt = findSignal(signals, words, first > from ? first : from, lastDecision)

    while (decidedAt <= lastDecision) {
      const side = signals[decidedAt]!
      const settled = left.money
      if (!isEntry(side) || !enter(side, decidedAt)) {
        decidedAt = findSignal(signals, words, decidedAt + 1, lastDecision)
        continue
      }
      const entryAt = held.entryIndex
      if (left.firstMove === to) left.firstMove = entryAt
      equity.fill(settled, marked, entryAt)

      // Whichever comes first ends it: a signal or a call on a close, or what its price touches on the way there.
      let endAt = findEnd(signals, words, side, decidedAt + 1, lastDecision)
      let isCalled = false
      if (margin < 1) {
        const callAt = findCall(entryAt, Math.min(endAt, lastDecision))
        isCalled = callAt <= endAt && callAt <= lastDecision
        if (isCalled) endAt = callAt
      }
      const touchedAt = exits.isNeeded
        ? exits.find(side, held.entryPrice, entryAt + 1 - lag, endAt)
        : endAt + 1
      const isTouched = touchedAt <= endAt

      const heldTo = isTouched ? touchedAt : endAt + 1
      const ruinedAt = mark(entryAt, heldTo)
      if (ruinedAt < heldTo) return ruin(ruinedAt, to, side)

      if (isTouched) {
        if (exits.isAmbiguous) left.ambiguous++
        exit(exits.price, touchedAt, exits.reason)
        marked = touchedAt
        decidedAt = findSignal(signals, words, touchedAt, lastDecision)
      } else if (endAt <= lastDecision) {
        marked = endAt + lag
        exit(exitFillPrice(fills[marked]!, side, rules), marked, isCalled ? 'margin' : 'signal')
        // To hold what was called is what the signal said while it was still held.
        decidedAt = findSignal(signals, words, signals[endAt] === side ? endAt + 1 : endAt, lastDecision)
        if (left.money <= 0 && decidedAt === endAt && isEntry(signals[endAt]!)) left.rejected++
      } else if (finalize) {
        marked = last
        const price = (finalize === 'fold' ? close : fills)[last]!
        exit(exitFillPrice(price, side, rules), last, finalize === 'fold' ? 'fold' : 'end')
        decidedAt = to
      } else {
        left.isOpen = true
        return
      }
      if (left.money <= 0) return ruin(marked, to, 0)
    }
    equity.fill(left.money, marked, to)
  }

  function isEntry(signal: number): signal is Side {
    return signal === SIGNAL.long || (signal === SIGNAL.short && allowShort)
  }

  return {
    signals,
    equity,
    log,
    run,
    get firstMove() {
      return left.firstMove
    },
    get open() {
      return left.isOpen ? held : null
    },
    get commissions() {
      return left.commissions
    },
    get ruinedAt() {
      return left.ruinedAt
    },
    get ambiguousBars() {
      return left.ambiguous
    },
    get rejectedOrders() {
      return left.rejected
    },
  }
}
