/**
 * A simulation as its step keeps it and pages show it: statistics, trades, a curve of bounded length, months and
 * distributions, and what a reader must know.
 */
import { createTimeline } from '../trading/orders/timeline.ts'
import type { BarRange, Simulation } from '../trading/simulation.ts'
import type { BacktestStats } from '../trading/statistics.ts'
import type { Params, TickerBars } from '../trading/strategies/strategy.ts'
import {
  TRADES_LISTED,
  type BacktestResult,
  type EquityCurve,
  type MonthReturn,
  type Remark,
  type SeriesFacts,
} from './backtest-result.ts'
import { buildHistogram } from './histogram.ts'
import { packTrades } from './pack-trades.ts'
import { thinCurve } from './thin-curve.ts'

interface Simulated {
  simulation: Simulation
  stats: BacktestStats
}

export interface ResultParts {
  traded: Simulated
  held: Simulated
  range: BarRange
  facts: SeriesFacts[]
  /** Of the bars and the job. */
  notes: readonly string[]
  /** Of the strategy on these bars. */
  remarks: readonly Remark[]
  strategy: string
  params: Params
  cash: number
  series: readonly TickerBars[]
}

const DAY_MS = 86_400_000

export function buildResult(parts: ResultParts): BacktestResult {
  const { traded, held, range, facts, strategy, params, cash, series, remarks } = parts
  const { time: times, last } = createTimeline(series)
  const time = times.subarray(range.from, range.to)
  const { close } = series[0]!.bars
  // Before its first bar a ticker is drawn at the price that it will begin with.
  const closes = Float64Array.from(last[0]!.subarray(range.from, range.to), (own) => close[Math.max(0, own)]!)
  const { equity, trades } = traded.simulation
  return {
    ...{ series: facts, strategy, params: { ...params } },
    ...{ stats: traded.stats, buy_and_hold: held.stats, trades: trades.slice(0, TRADES_LISTED) },
    ...(trades.length > TRADES_LISTED && packTrades(trades)),
    curve: drawCurve(time, equity, held.simulation.equity, closes),
    months: measureMonths(time, equity, cash),
    daily_returns: buildHistogram(measureDays(time, equity, cash)),
    trade_returns: buildHistogram(trades.map((trade) => trade.return_pct)),
    notes: [...parts.notes, ...remarks.map(({ note }) => note), ...describe(traded.simulation, time)],
    caveats: [...new Set(remarks.flatMap(({ caveat }) => caveat ?? []))],
  }
}

function drawCurve(
  time: Float64Array,
  equity: Float64Array,
  held: Float64Array,
  close: Float64Array,
): EquityCurve {
  const drawdown = new Float64Array(equity.length)
  let peak = Number.NEGATIVE_INFINITY
  for (let i = 0; i < equity.length; i++) {
    peak = Math.max(peak, equity[i]!)
    drawdown[i] = peak > 0 ? Math.min(0, (equity[i]! / peak - 1) * 100) : 0
  }
  const kept = thinCurve([equity, drawdown, close, held])
  const pick = (column: Float64Array) => Array.from(kept, (index) => column[index]!)
  return {
    time: pick(time),
    equity: pick(equity),
    drawdown_pct: pick(drawdown),
    buy_and_hold: pick(held),
    close: pick(close),
  }
}

/** Equity at the last bar of each period that `keyOf` names, in order. */
function closesOf(
  time: Float64Array,
  equity: Float64Array,
  keyOf: (ms: number) => number,
): Map<number, number> {
  const closes = new Map<number, number>()
  for (let i = 0; i < time.length; i++) closes.set(keyOf(time[i]!), equity[i]!)
  return closes
}

/** Each month against the end of the one before; the first against the cash at the start. */
function measureMonths(time: Float64Array, equity: Float64Array, cash: number): MonthReturn[] {
  const months = closesOf(time, equity, (ms) => {
    const day = new Date(ms)
    return day.getUTCFullYear() * 12 + day.getUTCMonth()
  })
  let before = cash
  return [...months].flatMap(([key, value]) => {
    const return_pct = changePct(before, value)
    before = value
    return return_pct === null ? [] : [{ year: Math.floor(key / 12), month: (key % 12) + 1, return_pct }]
  })
}

/** In percent, a value for each day with a bar. */
function measureDays(time: Float64Array, equity: Float64Array, cash: number): number[] {
  let before = cash
  return [...closesOf(time, equity, (ms) => Math.floor(ms / DAY_MS)).values()].flatMap((value) => {
    const change = changePct(before, value)
    before = value
    return change ?? []
  })
}

/** Null after ruin: nothing can be gained or lost on nothing. */
function changePct(before: number, after: number): number | null {
  return before > 0 ? (after / before - 1) * 100 : null
}

function describe(
  { trades, ambiguousBars, rejectedOrders, ruinedAt }: Simulation,
  time: Float64Array,
): string[] {
  const notes: string[] = []
  if (trades.length > TRADES_LISTED)
    notes.push(
      `There are ${trades.length} trades; the first ${TRADES_LISTED} are listed, and the file of trades has all of them.`,
    )
  const dayOf = (bar: number) => new Date(time[Math.min(bar, time.length - 1)]!).toISOString().slice(0, 10)
  const open = trades.filter(({ exit_reason }) => exit_reason === 'open').length
  if (open > 0)
    notes.push(
      `${countOf(open, 'trade is', 'trades are')} still open on the last bar: equity has the profit, but exposure, commissions and figures of trades count closed ones alone, unless the job finalises.`,
    )
  if (ruinedAt !== null)
    notes.push(`The account was ruined on ${dayOf(ruinedAt)}: equity came to 0 or below and trading ended.`)
  if (ambiguousBars > 0)
    notes.push(
      `${countOf(ambiguousBars, 'bar leaves', 'bars leave')} open which of two prices was reached first; the worse for the account was taken.`,
    )
  if (rejectedOrders > 0)
    notes.push(
      `${countOf(rejectedOrders, 'order was', 'orders were')} not filled: there was not enough cash, or the size came to nothing.`,
    )
  return notes
}

function countOf(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`
}
