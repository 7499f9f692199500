/** How figures of every bar stand to each other, in percent; NaN where one of them is not there yet. */

/** 100 × (a / b − 1) at every bar. */
export function pctAbove(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => 100 * (value / b[index]! - 1))
}

/** 100 × a / b at every bar. */
export function pctOf(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => (100 * value) / b[index]!)
}

/** 100 × change over the last `bars` bars. */
export function pctChange(values: Float64Array, bars: number): Float64Array {
  return values.map((value, index) => (index < bars ? Number.NaN : 100 * (value / values[index - bars]! - 1)))
}

/**
 * Percentile rank, 0..100, of each value among the last `bars` values, itself included: the share that is smaller,
 * ties counted half. NaN until `bars` values are known.
 */
export function rollingRankPct(values: Float64Array, bars: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN)
  for (let index = bars - 1; index < values.length; index++) {
    const value = values[index]!
    if (Number.isNaN(value) || Number.isNaN(values[index - bars + 1]!)) continue
    let below = 0
    let equal = 0
    for (let at = index - bars + 1; at <= index; at++) {
      if (values[at]! < value) below++
      else if (values[at] === value) equal++
    }
    out[index] = (100 * (below + (equal - 1) / 2)) / (bars - 1)
  }
  return out
}
