/**
 * The plain rule: trade when the weighted signals lean far enough to one side, protect the trade by a stop and a target in
 * ATR, and give it up when it went nowhere. The committee reasons with it where no model does, and measures its record;
 * the lab tries it as a strategy. It knows no levels of the chart.
 */
import type { Bars } from '../../market/series.ts'
import { MARKET_COLUMNS } from './market-columns.ts'
import { PLAIN_SIGNALS, type Reading } from './signals.ts'

/** Where the balance must stand, either side of zero, for the rule to act. */
export const ACT_THRESHOLD = 0.25
/** Bars of the average true range that distances are measured by. */
export const ATR_BARS = 14
/** Distances from the entry, in ATR. */
export const STOP_ATR = 2
export const TARGET_ATR = 3.5
/** Bars after which a trade that went nowhere is closed: two months. */
export const HOLDING_BARS = 42

/**
 * Weighted mean of the signals' scores, −1..1, at every bar of columns by label; NaN until every one of them can be read.
 */
export function computeBalances(columns: ReadonlyMap<string, Float64Array>, length: number): Float64Array {
  const balance = new Float64Array(length).fill(Number.NaN)
  const read = [...new Set(PLAIN_SIGNALS.flatMap((signal) => signal.reads))].map((label) =>
    columns.get(label)!,
  )
  const totalWeight = PLAIN_SIGNALS.reduce((sum, signal) => sum + signal.weight, 0)
  let bar = 0
  const reading: Reading = (label) => columns.get(label)![bar]!
  for (; bar < length; bar++) {
    let isComplete = true
    for (const column of read) isComplete &&= Number.isFinite(column[bar]!)
    if (!isComplete) continue
    let sum = 0
    for (const signal of PLAIN_SIGNALS) sum += signal.weight * signal.score(reading)
    balance[bar] = sum / totalWeight
  }
  return balance
}

/** The balance at every bar, worked out in one go: for a thread that nobody waits for. */
export function computeBalanceColumn(bars: Bars): Float64Array {
  const columns = new Map<string, Float64Array>()
  for (const compute of Object.values(MARKET_COLUMNS)) {
    for (const { label, values } of compute(bars)) columns.set(label, values)
  }
  return computeBalances(columns, bars.close.length)
}
