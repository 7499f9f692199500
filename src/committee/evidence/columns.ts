/** Values of every bar, as evidence is read from them. */

/** The last value, or undefined where it is not a finite number. */
export function lastOf(values: Float64Array): number | undefined {
  const value = values.at(-1)
  return value !== undefined && Number.isFinite(value) ? value : undefined
}
