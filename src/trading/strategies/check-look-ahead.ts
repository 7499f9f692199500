/**
 * Whether a strategy makes use of bars that lie ahead of it. A rule that sees only the past says the same of a bar
 * whatever comes after it: so the bars are cut off at a few places, the strategy is run on what is left, and everything it
 * had said and done by then must be as it was.
 *
 * It finds what it comes across: a strategy that looks ahead only on days on which nothing is cut off near them may pass.
 */
import { dateOf, type Bars } from '../../market/series.ts'
import { createEvaluator } from '../evaluate.ts'
import type { TradingRules } from '../rules.ts'
import type { SimulatedTrade, Simulation } from '../simulation.ts'
import { createColumns } from './create-columns.ts'
import { fillParams } from './fill-params.ts'
import {
  SIGNAL,
  type BarStrategy,
  type Params,
  type SignalStrategy,
  type Strategy,
  type TickerBars,
} from './strategy.ts'

/** Parts of the bars after which they are cut off. */
const CUTS = [0.35, 0.5, 0.65, 0.8, 0.9, 0.97]
/** Fewer are no ground to tell anything from. */
const MIN_BARS = 20

/** A sentence that says what changed with the future taken away; null where nothing did. */
export function checkLookAhead(
  series: readonly TickerBars[],
  strategy: Strategy,
  params: Params,
  rules: TradingRules,
): string | null {
  return strategy.form === 'signals'
    ? checkSignals(series[0]!.bars, strategy, fillParams(strategy, params))
    : checkTrades(series, strategy, params, rules)
}

const SIGNAL_NAMES = new Map<number, string>(Object.entries(SIGNAL).map(([name, value]) => [value, name]))

function checkSignals(bars: Bars, strategy: SignalStrategy, params: Params): string | null {
  const { length } = bars.close
  const whole = new Int8Array(length)
  const first = strategy.signals(createColumns(bars), params, whole)
  for (const cut of listCuts(length)) {
    const part = new Int8Array(cut)
    const partFirst = strategy.signals(createColumns(cutBars(bars, cut)), params, part)
    for (let i = Math.max(first, partFirst); i < cut; i++) {
      if (part[i] === whole[i]) continue
      const [before, after] = [part[i]!, whole[i]!].map(
        (signal) => SIGNAL_NAMES.get(signal) ?? String(signal),
      )
      return tell(
        strategy,
        `the signal of ${dateOf(bars.time[i]!)} is “${after}” with the bars after ${dateOf(bars.time[cut - 1]!)} and “${before}” without them`,
      )
    }
    if (first !== partFirst && Math.min(first, partFirst) < cut) {
      return tell(
        strategy,
        `its first bar that counts is number ${first} with all bars and ${partFirst} with fewer`,
      )
    }
  }
  return null
}

function checkTrades(
  series: readonly TickerBars[],
  strategy: BarStrategy,
  params: Params,
  rules: TradingRules,
): string | null {
  const times = [...new Set(series.flatMap(({ bars }) => Array.from(bars.time)))].sort((a, b) => a - b)
  const whole = runWatched(series, strategy, params, rules)
  for (const cut of listCuts(times.length)) {
    const end = times[cut - 1]!
    const day = dateOf(end)
    const rest = series.map(({ ticker, bars }) => ({ ticker, bars: cutBars(bars, countUntil(bars, end)) }))
    if (rest.some(({ bars }) => bars.close.length === 0)) continue
    const part = runWatched(rest, strategy, params, rules)
    const change =
      compareColumns(whole.columns, part.columns, day) ??
      compareTrades(listUntil(whole.trades, end), listUntil(part.trades, end), day)
    if (change !== null) return tell(strategy, change)
    for (let i = 0; i < cut; i++) {
      if (whole.equity[i] === part.equity[i]) continue
      return tell(
        strategy,
        `equity on ${dateOf(times[i]!)} is ${whole.equity[i]!.toFixed(2)} with the bars after ${day} and ${part.equity[i]!.toFixed(2)} without them`,
      )
    }
  }
  return null
}

interface OwnColumn {
  name: string
  time: Float64Array
  values: Float64Array
}

interface Watched extends Pick<Simulation, 'trades' | 'equity'> {
  /** Those that the strategy has worked out over all bars. */
  columns: OwnColumn[]
}

/**
 * On the last bar nothing is decided any more, so a strategy that sees no further than tomorrow does the same with fewer
 * bars: its columns give it away.
 */
function runWatched(
  series: readonly TickerBars[],
  strategy: BarStrategy,
  params: Params,
  rules: TradingRules,
): Watched {
  const columns: OwnColumn[] = []
  const watched: BarStrategy = {
    ...strategy,
    init: (setup, given) =>
      strategy.init(
        {
          ...setup,
          column: (name, compute, ticker) =>
            setup.column(
              name,
              (source) => {
                const values = compute(source)
                columns.push({ name, time: source.time, values })
                return values
              },
              ticker,
            ),
        },
        given,
      ),
    next: (desk, state, given) => strategy.next(desk, state, given),
  }
  // What is held at the end stays open, or the last bar of the shorter run would end it by rule.
  const evaluator = createEvaluator(series, watched, { ...rules, finalize: false })
  const { trades, equity } = evaluator.simulate(params, { from: 0, to: evaluator.bars }).simulation
  return { trades, equity, columns }
}

function compareColumns(whole: readonly OwnColumn[], part: readonly OwnColumn[], day: string): string | null {
  for (const [index, { name, time, values }] of part.entries()) {
    const at = values.findIndex((value, i) => !Object.is(value, whole[index]?.values[i]))
    if (at >= 0)
      return `its column “${name}” is ${whole[index]?.values[at]} on ${dateOf(time[at]!)} with the bars after ${day} and ${values[at]} without them`
  }
  return null
}

/** Those that ended before the last bar, as text that is equal where they are. */
function listUntil(trades: readonly SimulatedTrade[], end: number): string[] {
  return trades
    .filter(({ exit_time, exit_reason }) => exit_time < end && exit_reason !== 'open')
    .map(
      ({ ticker, size, entry_time, entry_price, exit_time, exit_price }) =>
        `${ticker}: ${size} shares from ${dateOf(entry_time)} at ${entry_price} to ${dateOf(exit_time)} at ${exit_price}`,
    )
}

function compareTrades(whole: readonly string[], part: readonly string[], day: string): string | null {
  const index = whole.findIndex((trade, at) => trade !== part[at])
  if (index >= 0)
    return `with the bars after ${day} it made the trade ${whole[index]}, and without them it did not`
  if (part.length === whole.length) return null
  return `without the bars after ${day} it made the trade ${part[whole.length]}, and with them it did not`
}

function tell(strategy: Strategy, change: string): string {
  return `${strategy.title} looks ahead: ${change}. It makes use of later bars, and its results cannot be had by trading.`
}

function listCuts(length: number): number[] {
  return CUTS.map((part) => Math.floor(part * length)).filter((cut) => cut >= MIN_BARS && cut < length)
}

/** The first `count` bars, over the same memory. */
export function cutBars(bars: Bars, count: number): Bars {
  return {
    time: bars.time.subarray(0, count),
    open: bars.open.subarray(0, count),
    high: bars.high.subarray(0, count),
    low: bars.low.subarray(0, count),
    close: bars.close.subarray(0, count),
    volume: bars.volume.subarray(0, count),
  }
}

function countUntil(bars: Bars, end: number): number {
  let count = 0
  while (count < bars.time.length && bars.time[count]! <= end) count++
  return count
}
