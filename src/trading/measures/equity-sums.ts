/**
 * One pass over an account's equity that gathers what all its statistics are made of. It is where a search spends its
 * time, so it takes no logarithm where a short series gives the same, takes no branch where arithmetic will do, and
 * allocates nothing.
 */

/** Above this |u| the series of `logRatio` is left for the logarithm itself: ratios outside 0.82 … 1.22. */
const SERIES_LIMIT_SQUARED = 0.01

export interface EquitySums {
  /** Over the returns r of the steps that `calendar.ts` tells: how many, Σr, Σr², Σ min(r, 0)². */
  returns: number
  sum: number
  squares: number
  downSquares: number
  /** Equity at the end of the first and the last step. */
  firstEquity: number
  lastEquity: number
  /** Σ of log return × the market's log return, bar by bar; NaN after ruin. */
  products: number
  /** Σ of log returns; NaN after ruin. */
  logs: number
  peak: number
  /** As fractions, 0 or above. */
  maxDrawdown: number
  drawdownSum: number
  /** Drawdowns counted, as in `drawdowns.ts`, and their time in milliseconds. */
  drawdowns: number
  maxDrawdownMs: number
  drawdownMsSum: number
}

export function createEquitySums(): EquitySums {
  const none = Number.NaN
  return {
    ...{ returns: none, sum: none, squares: none, downSquares: none, firstEquity: none, lastEquity: none },
    ...{ products: none, logs: none, peak: none, maxDrawdown: none, drawdownSum: none, drawdowns: none },
    ...{ maxDrawdownMs: none, drawdownMsSum: none },
  }
}

/**
 * Reads the bars `from` to before `to` of `equity` and writes `out`. `marketLogs` holds log(close / close before) of each
 * bar, all three columns have the same indices. Equity must not change before bar `firstMove`. A drawdown is a stretch
 * of bars below the running peak, from the bar of the peak to the one that reaches it again, or to the last; one that
 * is only begun on the last bar counts for the deepest alone. On bar `ruinedAt` (−1 for never) equity came to 0 or below,
 * which ends the returns with −1.
 */
export function sumEquity(
  equity: Float64Array,
  marketLogs: Float64Array,
  time: Float64Array,
  from: number,
  to: number,
  firstMove: number,
  ruinedAt: number,
  out: EquitySums,
): void {
  const isRuined = ruinedAt >= 0
  const end = isRuined ? ruinedAt : to
  let i = firstMove > from + 1 ? firstMove : from + 1
  let before = equity[i - 1]!
  let peak = before
  let peakAt = i - 1
  let trough = before
  let sum = 0
  let squares = 0
  let downSquares = 0
  let products = 0
  let maxDrawdown = 0
  let drawdownSum = 0
  let drawdowns = 0
  let maxDrawdownMs = 0
  let drawdownMsSum = 0

  for (; i < end; i++) {
    const value = equity[i]!
    const both = value + before
    // One division serves the return, (value − before) / before, and u = (value − before) / (value + before).
    const scaled = (value - before) / (before * both)
    const change = scaled * both
    const u = scaled * before
    sum += change
    squares += change * change
    // change − |change| is twice what lies below 0, without a branch that half of the bars would take.
    const fall = change - Math.abs(change)
    downSquares += fall * fall
    products += marketLogs[i]! * logRatio(u, value, before)
    if (value >= peak) {
      if (i > peakAt + 1) {
        const depth = 1 - trough / peak
        const ms = time[i]! - time[peakAt]!
        drawdowns++
        drawdownSum += depth
        drawdownMsSum += ms
        if (depth > maxDrawdown) maxDrawdown = depth
        if (ms > maxDrawdownMs) maxDrawdownMs = ms
      }
      peak = value
      peakAt = i
      trough = value
    } else if (value < trough) trough = value
    before = value
  }

  let returns = to - from - 1
  if (isRuined) {
    returns = end - from
    sum -= 1
    squares += 1
    downSquares += 4
    trough = 0
    before = 0
    products = Number.NaN
  }
  const last = to - 1
  if (last > peakAt) {
    const depth = 1 - trough / peak
    if (depth > maxDrawdown) maxDrawdown = depth
    if (last > peakAt + 1) {
      const ms = time[last]! - time[peakAt]!
      drawdowns++
      drawdownSum += depth
      drawdownMsSum += ms
      if (ms > maxDrawdownMs) maxDrawdownMs = ms
    } else if (drawdowns === 0) drawdownSum = depth
  }

  out.returns = returns
  out.sum = sum
  out.squares = squares
  out.downSquares = downSquares / 4
  out.firstEquity = equity[from]!
  out.lastEquity = before
  out.products = products
  out.logs = isRuined ? Number.NaN : Math.log(before / equity[from]!)
  out.peak = peak
  out.maxDrawdown = maxDrawdown
  out.drawdownSum = drawdownSum
  out.drawdowns = drawdowns
  out.maxDrawdownMs = maxDrawdownMs
  out.drawdownMsSum = drawdownMsSum
}

/** Replaces the sums over returns by those from step to step, `ends` being the last bar of each. */
export function sumStepReturns(equity: Float64Array, ends: Int32Array, out: EquitySums): void {
  let before = equity[ends[0]!]!
  let returns = 0
  let sum = 0
  let squares = 0
  let downSquares = 0
  out.firstEquity = before
  for (let k = 1; k < ends.length && before > 0; k++) {
    const value = equity[ends[k]!]!
    const change = (value - before) / before
    returns++
    sum += change
    squares += change * change
    if (change < 0) downSquares += change * change
    before = value
  }
  out.returns = returns
  out.sum = sum
  out.squares = squares
  out.downSquares = downSquares
  out.lastEquity = before
}

/**
 * log(a / b) = 2·artanh(u) with u = (a − b) / (a + b), artanh u = u + u³/3 + u⁵/5 + …: to the last bit or the one
 * before it by seven terms where a and b are within a fifth of each other, which is nearly always, else by `Math.log`.
 */
function logRatio(u: number, a: number, b: number): number {
  const x = u * u
  if (x > SERIES_LIMIT_SQUARED) return Math.log(a / b)
  const low = 1 + x * (1 / 3) + x * x * (1 / 5 + x * (1 / 7))
  const high = 1 / 9 + x * (1 / 11) + x * x * (1 / 13 + x * (1 / 15))
  return 2 * u * (low + x * x * (x * x) * high)
}
