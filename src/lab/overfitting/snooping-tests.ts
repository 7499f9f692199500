/**
 * Tests of all tries at once: how often the best of them would look this good if none had any skill, with what the tries
 * have in common left in. White, "A Reality Check for Data Snooping", Econometrica 68(5), 2000; Hansen, "A Test for
 * Superior Predictive Ability", Journal of Business & Economic Statistics 23(4), 2005.
 *
 * Tries are taken in one after the other, each with its sums over the resamples; what is kept are maxima, so that parts
 * made anywhere merge to the same bits.
 */

import { packDoubles, unpackDoubles } from '../trials.ts'

/** Maxima over tries; those of the resamples are rows of `samples` each. */
export interface SnoopingMaxima {
  /** √T·d̄ of the best, and the same over its deviation. −∞ before the first try. */
  observed: number
  observedStudentised: number
  realityCheck: Float64Array
  lower: Float64Array
  consistent: Float64Array
  upper: Float64Array
}

export function createSnoopingMaxima(samples: number): SnoopingMaxima {
  const create = () => new Float64Array(samples).fill(Number.NEGATIVE_INFINITY)
  return {
    ...{ observed: Number.NEGATIVE_INFINITY, observedStudentised: Number.NEGATIVE_INFINITY },
    ...{ realityCheck: create(), lower: create(), consistent: create(), upper: create() },
  }
}

/** Deviations below this part of the return itself are what rounding leaves of a difference that is none. */
const ROUNDING = 1e-9

/**
 * One try: `mean` of its d = return − benchmark's return, over `observations`, and at `offset + sample × stride` of `sums`
 * the sum of d − `mean` over each resample. `scale` is a deviation of √T·mean that is worth mentioning.
 *
 * V* = √T·(d̄* − d̄). Studentised: √T·(d̄* − g(d̄))/ω with g(d̄) = max(0, d̄) for the lower, d̄ where
 * d̄ ≥ −ω/√T·√(2·ln ln T) and 0 elsewhere for the consistent, and d̄ for the upper bound; ω² is the mean over the
 * resamples of (√T·(d̄* − d̄))² (Hansen's bootstrap estimate). A try whose d does not vary has no ω and is left out of
 * the studentised.
 */
export function addTry(
  maxima: SnoopingMaxima,
  { mean, observations, scale }: { mean: number; observations: number; scale: number },
  sums: Float64Array,
  offset: number,
  stride: number,
): void {
  const { realityCheck, lower, consistent, upper } = maxima
  const samples = realityCheck.length
  const root = Math.sqrt(observations)
  maxima.observed = Math.max(maxima.observed, root * mean)
  let squares = 0
  for (let b = 0, at = offset; b < samples; b++, at += stride) {
    const v = sums[at]! / root
    squares += v * v
    if (v > realityCheck[b]!) realityCheck[b] = v
  }
  const omega = Math.sqrt(squares / samples)
  if (!(omega > scale * ROUNDING)) return

  const studentised = (root * mean) / omega
  maxima.observedStudentised = Math.max(maxima.observedStudentised, studentised)
  const bound = -Math.sqrt(2 * Math.log(Math.log(observations)))
  // What is left of √T·d̄/ω after g has been taken off.
  const keptLower = Math.min(0, studentised)
  const keptConsistent = studentised >= bound ? 0 : studentised
  const factor = 1 / (root * omega)
  for (let b = 0, at = offset; b < samples; b++, at += stride) {
    const z = sums[at]! * factor
    if (z > upper[b]!) upper[b] = z
    if (z + keptConsistent > consistent[b]!) consistent[b] = z + keptConsistent
    if (z + keptLower > lower[b]!) lower[b] = z + keptLower
  }
}

export function mergeSnoopingMaxima(one: SnoopingMaxima, other: SnoopingMaxima): SnoopingMaxima {
  const larger = (left: Float64Array, right: Float64Array) =>
    left.map((value, b) => Math.max(value, right[b]!))
  return {
    observed: Math.max(one.observed, other.observed),
    observedStudentised: Math.max(one.observedStudentised, other.observedStudentised),
    realityCheck: larger(one.realityCheck, other.realityCheck),
    lower: larger(one.lower, other.lower),
    consistent: larger(one.consistent, other.consistent),
    upper: larger(one.upper, other.upper),
  }
}

export interface SnoopingProbabilities {
  /** √T·mean / ω of the best, which the studentised ones are about: not above 0 where no try was better than the benchmark. */
  observed: number | null
  realityCheck: number | null
  lower: number | null
  consistent: number | null
  upper: number | null
}

/**
 * Shares of resamples whose best is better than the one that was observed. Studentised, what was observed counts from 0
 * up, as Hansen has it: where no try was better than the benchmark there is nothing to explain, and all are 1. Null where
 * no try varies.
 */
export function computeSnoopingProbabilities(maxima: SnoopingMaxima): SnoopingProbabilities {
  const { observed, observedStudentised } = maxima
  if (observedStudentised === Number.NEGATIVE_INFINITY)
    return { observed: null, realityCheck: null, lower: null, consistent: null, upper: null }
  const shareAbove = (values: Float64Array, value: number): number => {
    let above = 0
    for (const one of values) if (one > value) above++
    return above / values.length
  }
  const studentised = (values: Float64Array) =>
    observedStudentised > 0 ? shareAbove(values, observedStudentised) : 1
  return {
    observed: observedStudentised,
    realityCheck: shareAbove(maxima.realityCheck, observed),
    lower: studentised(maxima.lower),
    consistent: studentised(maxima.consistent),
    upper: studentised(maxima.upper),
  }
}

/** Maxima as JSON holds them. */
export interface PackedMaxima {
  samples: number
  /** Both that were observed, then the four rows of the resamples; doubles, base64. */
  values: string
}

export function packSnoopingMaxima(maxima: SnoopingMaxima): PackedMaxima {
  const { observed, observedStudentised, realityCheck, lower, consistent, upper } = maxima
  const rows = [realityCheck, lower, consistent, upper]
  const samples = realityCheck.length
  const values = new Float64Array(2 + rows.length * samples)
  values.set([observed, observedStudentised])
  rows.forEach((row, i) => values.set(row, 2 + i * samples))
  return { samples, values: packDoubles(values) }
}

export function unpackSnoopingMaxima({ samples, values }: PackedMaxima): SnoopingMaxima {
  const all = unpackDoubles(values)
  const row = (i: number) => all.slice(2 + i * samples, 2 + (i + 1) * samples)
  return {
    ...{ observed: all[0]!, observedStudentised: all[1]! },
    ...{ realityCheck: row(0), lower: row(1), consistent: row(2), upper: row(3) },
  }
}
