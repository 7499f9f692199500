/** One pass over the closed trades of a simulation that gathers what their statistics are made of. Allocates nothing. */
import { tradeProfit, tradeReturn, type TradeLog } from './trade-log.ts'

/** Beyond these the running product of growth factors is taken into its logarithm, lest it overflow or vanish. */
const LARGEST_PRODUCT = 1e100
const SMALLEST_PRODUCT = 1e-100

export interface TradeSums {
  count: number
  commissions: number
  /** Bars on which a closed trade was held, entry and exit included, each once. */
  barsHeld: number
  wins: number
  /** Σ of profits above 0, and of those below; the number of the latter. */
  won: number
  lost: number
  losses: number
  meanProfit: number
  /** Sample standard deviation (n − 1) of the profits. */
  profitDeviation: number
  /** Of returns as fractions: Σ of all, of those above 0, and of those below; the extremes. */
  returnSum: number
  gainSum: number
  lossSum: number
  best: number
  worst: number
  /** Σ log(1 + return); −∞ where one lost everything. */
  logGrowth: number
  maxMs: number
  msSum: number
}

export function createTradeSums(): TradeSums {
  const none = Number.NaN
  return {
    ...{ count: none, commissions: none, barsHeld: none, wins: none, won: none, lost: none, losses: none },
    ...{ meanProfit: none, profitDeviation: none, returnSum: none, gainSum: none, lossSum: none },
    ...{ best: none, worst: none, logGrowth: none, maxMs: none, msSum: none },
  }
}

export function sumTrades(log: TradeLog, time: Float64Array, out: TradeSums): void {
  const { count, size, entryPrice, exitPrice, commission, entryIndex, exitIndex } = log
  let commissions = 0
  let wins = 0
  let won = 0
  let losses = 0
  let lost = 0
  let returnSum = 0
  let gainSum = 0
  let lossSum = 0
  let maxMs = 0
  let msSum = 0
  let best = Number.NEGATIVE_INFINITY
  let worst = Number.POSITIVE_INFINITY
  let growth = 1
  let logGrowth = 0
  // Profits are summed from the first one: equal profits deviate by nothing at all.
  const origin = count === 0 ? 0 : tradeProfit(size[0]!, entryPrice[0]!, exitPrice[0]!, commission[0]!)
  let shifted = 0
  let shiftedSquares = 0
  let barsHeld = 0
  let heldTo = -1
  let isInOrder = true

  for (let k = 0; k < count; k++) {
    const paid = commission[k]!
    const profit = tradeProfit(size[k]!, entryPrice[k]!, exitPrice[k]!, paid)
    const gained = tradeReturn(size[k]!, entryPrice[k]!, profit)
    commissions += paid
    if (profit > 0) {
      wins++
      won += profit
    } else if (profit < 0) {
      losses++
      lost += profit
    }
    const distance = profit - origin
    shifted += distance
    shiftedSquares += distance * distance
    returnSum += gained
    if (gained > 0) gainSum += gained
    else lossSum += gained
    if (gained > best) best = gained
    if (gained < worst) worst = gained
    growth *= 1 + gained
    if (growth > LARGEST_PRODUCT || growth < SMALLEST_PRODUCT) {
      logGrowth += Math.log(growth)
      growth = 1
    }
    const entry = entryIndex[k]!
    const exit = exitIndex[k]!
    const ms = time[exit]! - time[entry]!
    msSum += ms
    if (ms > maxMs) maxMs = ms
    if (k > 0 && entry < entryIndex[k - 1]!) isInOrder = false
    if (exit > heldTo) {
      barsHeld += exit - (entry > heldTo ? entry - 1 : heldTo)
      heldTo = exit
    }
  }

  out.count = count
  out.commissions = commissions
  out.barsHeld = isInOrder ? barsHeld : countHeldBars(log)
  out.wins = wins
  out.won = won
  out.losses = losses
  out.lost = lost
  out.meanProfit = origin + shifted / count
  const squares = shiftedSquares - (shifted * shifted) / count
  out.profitDeviation = squares <= 0 ? 0 : Math.sqrt(squares / (count - 1))
  out.returnSum = returnSum
  out.gainSum = gainSum
  out.lossSum = lossSum
  out.best = best
  out.worst = worst
  out.logGrowth = worst <= -1 ? Number.NEGATIVE_INFINITY : logGrowth + Math.log(growth)
  out.maxMs = maxMs
  out.msSum = msSum
}

/** Trades that were held side by side end in another order than they began in. */
function countHeldBars({ count, entryIndex, exitIndex }: TradeLog): number {
  const byEntry = Array.from({ length: count }, (_, k) => k).sort((a, b) => entryIndex[a]! - entryIndex[b]!)
  let bars = 0
  let heldTo = -1
  for (const k of byEntry) {
    if (exitIndex[k]! <= heldTo) continue
    bars += exitIndex[k]! - Math.max(entryIndex[k]! - 1, heldTo)
    heldTo = exitIndex[k]!
  }
  return bars
}
