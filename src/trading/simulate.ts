/**
 * From signals to trades where every trade has the same kind of protection and nothing is sized or paid for: the record
 * of a rule, by itself. It goes from signal to signal; each position is one entry fill and one scan for the first thing
 * that ends it (`findExit`). It knows nothing of strategies, equity or time zones, and nothing it decides at a bar depends
 * on a later one. Fills and costs are those of `fills.ts` and `costs.ts`, as in every simulation; the same orders given to
 * the broker of `orders/` make the same trades, which a test holds it to.
 *
 * A signal on the close of bar i fills at the open of bar i + 1, if there is one. One position at a time: signals while
 * one is open are passed over; the close of the bar on which it ends may signal the next.
 */
import type { Bars } from '../market/series.ts'
import { checkCosts, entryFillPrice, exitFillPrice, netReturnPct, type Costs, type Side } from './costs.ts'
import { fillBracket, type BarPrices } from './fills.ts'
import type { ExitReason as SimulationExit } from './simulation.ts'

/** Those of a simulation that a bracket can have. */
export type ExitReason = Extract<SimulationExit, 'stop' | 'target' | 'time' | 'open'>

/** One position from its entry to its exit. Snake case, for it leaves the house as it is. */
export interface Trade {
  /** 1 long, −1 short. */
  side: Side
  entry_index: number
  exit_index: number
  /** What was paid or received a share, spread and slippage included, commission not. */
  entry_price: number
  exit_price: number
  /** In percent of the value at entry, all costs taken off. */
  return_pct: number
  /** Bars on which the position was held, those of entry and exit included. */
  bars_held: number
  /** `open`: not ended on the last bar; exit and return are then as if closed on its close, and no statistic counts it. */
  exit_reason: ExitReason
}

export interface BracketRule {
  /** From the entry price to the stop, in price units, read on the signal's bar. */
  stopDistance: Float64Array
  /** From the entry price to the target, in price units, read on the signal's bar. */
  targetDistance: Float64Array
  /** A position is closed on the close of its `maxBars`-th bar, the bar of entry being the first. */
  maxBars: number
  costs: Costs
}

/** Where and how a position may end. */
export interface OpenPosition {
  side: Side
  entryIndex: number
  stop: number
  target: number
  /** On the close of this bar at the latest. */
  lastIndex: number
}

export interface Exit {
  index: number
  price: number
  reason: ExitReason
}

/**
 * Trades of `entries` (1 long, −1 short, 0 nothing, on the close of each bar), each protected by a stop, a target and a
 * longest holding time. A distance that is NaN, zero or negative on the signal's bar means no entry; an infinite one
 * means no such exit. Oldest first; only the last can be `open`.
 *
 * Throws `RangeError` where a column differs in length from the bars or `maxBars` is no whole number from 1, and
 * `InputError` for costs out of range.
 */
export function simulateBracket(bars: Bars, entries: Int8Array, rule: BracketRule): Trade[] {
  checkRule(bars, entries, rule)
  const { stopDistance, targetDistance, maxBars, costs } = rule
  const count = bars.close.length
  const trades: Trade[] = []
  let signal = 0
  while (signal < count - 1) {
    const side = entries[signal]!
    const stopAway = stopDistance[signal]!
    const targetAway = targetDistance[signal]!
    if (side === 0 || !(stopAway > 0) || !(targetAway > 0)) {
      signal += 1
      continue
    }
    const position = openAtNextBar(bars, side > 0 ? 1 : -1, signal, stopAway, targetAway, maxBars, costs)
    const exit = findExit(bars, position, costs)
    trades.push(describeTrade(position, exit, costs))
    signal = exit.index
    if (exit.reason === 'open') break
  }
  return trades
}

function openAtNextBar(
  bars: Bars,
  side: Side,
  signal: number,
  stopAway: number,
  targetAway: number,
  maxBars: number,
  costs: Costs,
): OpenPosition & { entryPrice: number } {
  const entryIndex = signal + 1
  const entryPrice = entryFillPrice(bars.open[entryIndex]!, side, costs)
  return {
    side,
    entryIndex,
    entryPrice,
    stop: entryPrice - side * stopAway,
    target: entryPrice + side * targetAway,
    lastIndex: entryIndex + maxBars - 1,
  }
}

/** The first end of a position, bar by bar from its entry; `open` where the bars end before it does. */
export function findExit(bars: Bars, position: OpenPosition, costs: Costs): Exit {
  const { side, stop, target } = position
  const last = Math.min(position.lastIndex, bars.close.length - 1)
  const bar: BarPrices = { open: 0, high: 0, low: 0 }
  for (let i = position.entryIndex; i <= last; i++) {
    const high = bars.high[i]!
    const low = bars.low[i]!
    const isTouched = side === 1 ? low <= stop || high >= target : high >= stop || low <= target
    if (!isTouched) continue
    bar.open = bars.open[i]!
    bar.high = high
    bar.low = low
    const fill = fillBracket(bar, side, stop, target)
    if (fill === null) continue
    const price = fill.reason === 'stop' ? exitFillPrice(fill.price, side, costs) : fill.price
    return { index: i, price, reason: fill.reason }
  }
  const reason = last === position.lastIndex ? 'time' : 'open'
  return { index: last, price: exitFillPrice(bars.close[last]!, side, costs), reason }
}

function describeTrade(position: OpenPosition & { entryPrice: number }, exit: Exit, costs: Costs): Trade {
  const { side, entryIndex, entryPrice } = position
  return {
    side,
    entry_index: entryIndex,
    exit_index: exit.index,
    entry_price: entryPrice,
    exit_price: exit.price,
    return_pct: netReturnPct(entryPrice, exit.price, side, costs),
    bars_held: exit.index - entryIndex + 1,
    exit_reason: exit.reason,
  }
}

function checkRule(bars: Bars, entries: Int8Array, rule: BracketRule): void {
  const { length } = bars.close
  const columns = { entries, stopDistance: rule.stopDistance, targetDistance: rule.targetDistance }
  for (const [name, column] of Object.entries(columns)) {
    if (column.length !== length)
      throw new RangeError(`${name} has ${column.length} values for ${length} bars`)
  }
  if (!Number.isInteger(rule.maxBars) || rule.maxBars < 1) {
    throw new RangeError(`maxBars is ${rule.maxBars}; allowed: a whole number from 1`)
  }
  checkCosts(rule.costs)
}
