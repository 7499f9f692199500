/** The check that every indicator makes of its lengths. */
import { InputError } from '../../core/errors.ts'

/** Throws `InputError` naming `name` unless `value` is a whole number of at least `min`. */
export function checkPeriod(value: number, name = 'period', min = 1): void {
  if (!Number.isInteger(value) || value < min) {
    throw new InputError(name, `${name} is ${value}; allowed: a whole number from ${min}`)
  }
}

/** Index of the first value that is a number, `values.length` where none is. */
export function firstNumber(values: Float64Array): number {
  let index = 0
  while (index < values.length && Number.isNaN(values[index]!)) index++
  return index
}
