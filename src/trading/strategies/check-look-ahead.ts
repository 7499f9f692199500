/**
 * Whether a strategy makes use of bars that lie ahead of it. A rule that sees only the past says the same of a bar
 * whatever comes after it: so at many places the bars after one are replaced by a few in which prices go the other way, the
 * strategy is run on those, and everything it had said and ordered up to there must be as it was.
 *
 * The places are the bars on which it acts (where a rule that peeks gives itself away, however seldom it acts) and others
 * drawn by chance, the same every time. It finds what it comes across: a strategy that looks ahead only on days that were
 * not tried may pass.
 */
import { createSeededRandom } from '../../core/random.ts'
import { dateOf, type Bars } from '../../market/series.ts'
import { createEvaluator } from '../evaluate.ts'
import type { TradingRules } from '../rules.ts'
import type { BarDesk } from './bar-desk.ts'
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

/** Fewer are no ground to tell anything from. */
const MIN_BARS = 20
/** Bars after a cut: as far ahead as a strategy may look and find a price that has changed. */
const AFTER = 20
/** Places tried: bars on which it acts, and others. */
const MOST = { acts: 60, others: 30 }
/** Bars that all runs together may go through; a strategy called bar by bar takes longer for each. Some are tried always. */
const MOST_BARS = { signals: 4_000_000, bars: 60_000 }
const LEAST_PLACES = 8
const SEED = 'look-ahead'

/** A sentence that says what changed with the future; null where nothing did. */
export function checkLookAhead(
  series: readonly TickerBars[],
  strategy: Strategy,
  params: Params,
  rules: TradingRules,
): string | null {
  const change =
    strategy.form === 'signals'
      ? checkSignals(series[0]!.bars, strategy, fillParams(strategy, params))
      : checkOrders(series, strategy, params, rules)
  return (
    change &&
    `${strategy.title} looks ahead: ${change}. It makes use of later bars, and its results cannot be had by trading.`
  )
}

const SIGNAL_NAMES = new Map<number, string>(Object.entries(SIGNAL).map(([name, value]) => [value, name]))

function checkSignals(bars: Bars, strategy: SignalStrategy, params: Params): string | null {
  const { length } = bars.close
  const whole = new Int8Array(length)
  const first = strategy.signals(createColumns(bars), params, whole)
  const acts: number[] = []
  for (let i = first; i < length; i++) if (whole[i] !== SIGNAL.none && whole[i] !== whole[i - 1]) acts.push(i)
  for (const cut of listCuts(length, acts, MOST_BARS.signals)) {
    const other = turnFuture(bars, cut, Math.min(length, cut + AFTER))
    const part = new Int8Array(other.close.length)
    const partFirst = strategy.signals(createColumns(other), params, part)
    const day = dateOf(bars.time[cut - 1]!)
    for (let i = Math.max(first, partFirst); i < cut; i++) {
      if (part[i] === whole[i]) continue
      const [said, now] = [whole[i]!, part[i]!].map((signal) => SIGNAL_NAMES.get(signal) ?? String(signal))
      return `the signal of ${dateOf(bars.time[i]!)} is “${said}” with the bars after ${day} as they were and “${now}” with others`
    }
    if (first !== partFirst && Math.min(first, partFirst) < cut)
      return `its first bar that counts is number ${first} with all bars and ${partFirst} with fewer`
  }
  return null
}

function checkOrders(
  series: readonly TickerBars[],
  strategy: BarStrategy,
  params: Params,
  rules: TradingRules,
): string | null {
  const times = [...new Set(series.flatMap(({ bars }) => Array.from(bars.time)))].sort((a, b) => a - b)
  const whole = runWatched(series, strategy, params, rules)
  const acts = [...whole.orders.keys()]
  for (const cut of listCuts(times.length, acts, MOST_BARS.bars)) {
    const [seen, end] = [times[cut - 1]!, times[Math.min(times.length, cut + AFTER) - 1]!]
    const others = series.map(({ ticker, bars }) => ({
      ticker,
      bars: turnFuture(bars, countUntil(bars, seen), countUntil(bars, end)),
    }))
    if (others.some(({ bars }) => bars.close.length === 0)) continue
    const part = runWatched(others, strategy, params, rules)
    const day = dateOf(seen)
    const change = compareColumns(whole.columns, part.columns, seen)
    if (change !== null) return change
    for (let i = 0; i < cut; i++) {
      const [said, now] = [whole, part].map(({ orders }) => orders.get(i)?.join(', ') ?? 'nothing')
      if (said !== now)
        return `on ${dateOf(times[i]!)} it ordered ${said} with the bars after ${day} as they were and ${now} with others`
    }
  }
  return null
}

interface OwnColumn {
  name: string
  time: Float64Array
  values: Float64Array
}

interface Watched {
  /** Those that the strategy has worked out over all bars. */
  columns: OwnColumn[]
  /** What it ordered on a bar, as text that is equal where that is. */
  orders: Map<number, string[]>
}

function runWatched(
  series: readonly TickerBars[],
  strategy: BarStrategy,
  params: Params,
  rules: TradingRules,
): Watched {
  const columns: OwnColumn[] = []
  const orders = new Map<number, string[]>()
  let desk: BarDesk | null = null
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
    next: (given, state, chosen) => strategy.next((desk ??= watchOrders(given, orders)), state, chosen),
  }
  const evaluator = createEvaluator(series, watched, rules)
  evaluator.simulate(params, { from: 0, to: evaluator.bars })
  return { columns, orders }
}

function watchOrders(desk: BarDesk, orders: Map<number, string[]>): BarDesk {
  const tell = (name: string, given: unknown[]) => {
    const told = orders.get(desk.bar) ?? []
    orders.set(desk.bar, told)
    told.push(`${name}(${given.map((one) => JSON.stringify(one)).join(', ')})`)
  }
  const watched: Pick<BarDesk, 'buy' | 'sell' | 'close' | 'cancel' | 'target'> = {
    buy: (...given) => (tell('buy', given), desk.buy(...given)),
    sell: (...given) => (tell('sell', given), desk.sell(...given)),
    close: (...given) => (tell('close', given), desk.close(...given)),
    cancel: (...given) => (tell('cancel', given), desk.cancel(...given)),
    target: (...given) => (tell('target', given), desk.target(...given)),
  }
  // What else there is, it reads from the desk itself.
  return Object.setPrototypeOf(watched, desk) as BarDesk
}

function compareColumns(
  whole: readonly OwnColumn[],
  part: readonly OwnColumn[],
  seen: number,
): string | null {
  for (const [index, { name, time, values }] of part.entries()) {
    const known = whole[index]?.values
    for (let i = 0; i < values.length && time[i]! <= seen; i++) {
      if (!Object.is(values[i], known?.[i]))
        return `its column “${name}” is ${known?.[i]} on ${dateOf(time[i]!)} with the bars after ${dateOf(seen)} as they were and ${values[i]} with others`
    }
  }
  return null
}

/**
 * After how many bars the future is turned, each once: right after bars on which the strategy acts, evenly chosen where
 * there are many, then after any, drawn evenly and by chance. As many as the bars that may be gone through allow.
 */
function listCuts(length: number, acts: readonly number[], mostBars: number): Set<number> {
  const places = Math.max(LEAST_PLACES, Math.floor(mostBars / length))
  const others = Math.min(MOST.others, Math.floor(places / 2))
  const chosen = Math.min(acts.length, MOST.acts, places - others)
  const random = createSeededRandom(SEED)
  const cuts = [
    ...Array.from({ length: chosen }, (_, k) => acts[Math.floor((k * acts.length) / chosen)]! + 1),
    ...Array.from({ length: others }, (_, k) => Math.floor(((k + random()) / others) * length)),
  ]
  return new Set(cuts.filter((cut) => cut >= MIN_BARS && cut < length))
}

/**
 * The first `end` bars, of which those after the first `seen` have prices as far on the other side of the last close seen
 * as they were on one, and twice the volume.
 */
function turnFuture(bars: Bars, seen: number, end: number): Bars {
  const other = cutBars(bars, end)
  const pivot = seen > 0 ? bars.close[seen - 1]! : (bars.open[0] ?? Number.NaN)
  const turn = (own: Float64Array, opposite = own) =>
    own.map((value, i) => (i < seen || opposite[i] === 0 ? value : (pivot * pivot) / opposite[i]!))
  const { open, high, low, close } = other
  return {
    ...other,
    ...{ open: turn(open), high: turn(high, low), low: turn(low, high), close: turn(close) },
    volume: other.volume.map((value, i) => (i < seen ? value : 2 * value)),
  }
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
