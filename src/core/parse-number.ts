/** Numbers as people type them, the same in a form and on a command line. */

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i

/** Decimal, with an exponent if need be: `10`, `-.5`, `2e-3`. NaN for anything else, hexadecimal and infinities included. */
export function parseNumber(text: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : Number.NaN
}
