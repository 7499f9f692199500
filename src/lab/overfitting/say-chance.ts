/** A probability as one says it: `about 3 times in 4`. */
import { formatNumber } from '../../core/format.ts'

/** Denominators that are pictured easily; the smallest that says the figure well enough is taken. */
const OUT_OF = [2, 3, 4, 5, 10, 20]
/** How far off, relative to the smaller of the chance and its opposite, a saying may be. */
const TOLERANCE = 0.12
/** Rarer than this it is said as one in so many. */
const RARE = 0.08

/** `samples` draws cannot say less than one in as many. */
export function sayChance(probability: number, samples: number): string {
  const rarer = Math.min(probability, 1 - probability)
  const isRare = probability < 0.5
  if (rarer < 0.5 / samples) return isRare ? `fewer than 1 time in ${formatNumber(samples, 0)}` : 'every time'
  if (rarer < RARE) return sayParts(isRare ? 1 : -1, roundOff(1 / rarer))
  const whole = OUT_OF.find((of) => {
    const part = Math.round(probability * of)
    return part > 0 && part < of && Math.abs(part / of - probability) <= TOLERANCE * rarer
  })
  const of = whole ?? OUT_OF.at(-1)!
  const part = Math.round(probability * of)
  const shared = findDivisor(part, of)
  return sayParts(part / shared, of / shared)
}

/** The greatest common one. */
function findDivisor(a: number, b: number): number {
  return b === 0 ? a : findDivisor(b, a % b)
}

/** Of a negative part, all but so many. */
function sayParts(part: number, whole: number): string {
  const times = part < 0 ? whole + part : part
  return `about ${formatNumber(times, 0)} ${times === 1 ? 'time' : 'times'} in ${formatNumber(whole, 0)}`
}

/** 62 is 60, 137 is 150, 345 is 300; as it is up to 20. */
function roundOff(value: number): number {
  if (value <= 20) return Math.round(value)
  const unit = 10 ** Math.floor(Math.log10(value))
  const step = value < 2 * unit ? unit / 2 : unit
  return Math.round(value / step) * step
}
