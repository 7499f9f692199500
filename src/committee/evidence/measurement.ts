/** A value as a tool measures it, before it has a number in the evidence. */

/**
 * What a value is counted in: `price` and `money` in the instrument's currency, `%` already times 100, `points` for
 * oscillators, `ratio` for pure numbers.
 */
export type Unit = 'price' | 'money' | '%' | 'points' | 'ratio' | 'shares' | 'bars' | 'days' | 'trades'

export interface Measurement {
  /** What it is called; unique among the evidence of one assessment. */
  label: string
  value: number
  unit: Unit
  /** What it is, for a label that does not say it by itself; follows the origin in the evidence's source. */
  meaning?: string
  /** Where it comes from, when that is not the bars of the window. */
  source?: string
}

/** Keeps what could be computed: a value that is no finite number is absent, never a placeholder. */
export function keepFinite(
  measurements: readonly (Omit<Measurement, 'value'> & { value: number | null | undefined })[],
): Measurement[] {
  return measurements.filter((item): item is Measurement => Number.isFinite(item.value))
}
