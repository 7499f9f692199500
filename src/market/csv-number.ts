/**
 * Plain decimal numbers straight from a text, without cutting them out of it first. What it reads it reads exactly as
 * `Number` would: up to 15 digits make a whole number that a double holds, and dividing two such doubles rounds once.
 */

const MAX_EXACT_DIGITS = 15
/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

const ZERO = 48
const NINE = 57

/** Digits with at most one `mark` (a character code) among them, from `start` to before `end`; NaN for anything else. */
export function readPlainNumber(text: string, start: number, end: number, mark: number): number {
  let value = 0
  let digits = 0
  let decimals = -1
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code >= ZERO && code <= NINE) {
      value = value * 10 + (code - ZERO)
      // Zeros in front are no digits of the number.
      if (value !== 0) digits += 1
      if (decimals >= 0) decimals += 1
    } else if (code === mark && decimals < 0 && i > start) decimals = 0
    else return Number.NaN
  }
  if (start === end || digits > MAX_EXACT_DIGITS || decimals >= POWERS.length) return Number.NaN
  return decimals > 0 ? value / POWERS[decimals]! : value
}
