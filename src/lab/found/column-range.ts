/** A stretch of values of one column, both ends counting. */
export interface ColumnRange {
  column: Float64Array
  from: number
  to: number
}

export function isWithin(ranges: readonly ColumnRange[], row: number): boolean {
  for (const { column, from, to } of ranges) {
    const value = column[row]!
    if (!(value >= from && value <= to)) return false
  }
  return true
}
