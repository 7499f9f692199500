/**
 * Numbers of which the average and the percentiles are asked again and again while some come and go. Kept in order: an
 * answer costs nothing, a number that comes or goes a move within one array. Until the first question they are only
 * collected, so that many at once are put in order a single time.
 */

/** Of nothing, all but the count are null. */
export interface Spread {
  n: number
  average: number | null
  /** Percentiles by nearest rank: the smallest number that is not below that part of all. */
  p50: number | null
  p95: number | null
}

export interface Samples {
  add(value: number): void
  /** Takes away one of this value; it must have been added. */
  remove(value: number): void
  spread(): Spread
}

export function createSamples(): Samples {
  let values: number[] = []
  let sum = 0
  let isOrdered = false

  function order(): void {
    if (isOrdered) return
    values = Array.from(Float64Array.from(values).sort())
    isOrdered = true
  }

  /** The index of the first that is not smaller. */
  function findPlace(value: number): number {
    let low = 0
    let high = values.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (values[middle]! < value) low = middle + 1
      else high = middle
    }
    return low
  }

  function percentile(part: number): number | null {
    return values[Math.max(0, Math.ceil(part * values.length) - 1)] ?? null
  }

  return {
    add(value) {
      sum += value
      if (isOrdered) values.splice(findPlace(value), 0, value)
      else values.push(value)
    },
    remove(value) {
      order()
      const place = findPlace(value)
      if (values[place] !== value) throw new Error(`${value} is none of the samples`)
      values.splice(place, 1)
      sum = values.length === 0 ? 0 : sum - value
    },
    spread() {
      order()
      const n = values.length
      return { n, average: n === 0 ? null : sum / n, p50: percentile(0.5), p95: percentile(0.95) }
    },
  }
}
