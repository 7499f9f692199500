/** Fewer points of curves that share their bars, so that what is drawn of them looks the same. */

export const CURVE_POINTS_MAX = 1_500

/**
 * Indices, rising, of at most `max` points: the first and the last, of each stretch in between those on which any column
 * is highest or lowest, and others at even distances as far as there is room. All of them where there are no more than
 * `max`. Columns are of equal length.
 */
export function thinCurve(columns: readonly Float64Array[], max = CURVE_POINTS_MAX): number[] {
  const length = columns[0]?.length ?? 0
  if (length <= max) return Array.from({ length }, (_, index) => index)
  const stretches = Math.max(1, Math.floor((max - 2) / (2 * columns.length)))
  const kept = new Set<number>([0])
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * length) / stretches)
    const to = Math.floor(((stretch + 1) * length) / stretches)
    for (const column of columns) for (const index of findExtremes(column, from, to)) kept.add(index)
  }
  kept.add(length - 1)
  // Columns often have their extremes on the same bar: what room is left goes to points at even distances.
  const room = max - kept.size
  for (let i = 1; i <= room; i++) kept.add(Math.floor((i * (length - 1)) / (room + 1)))
  return [...kept].sort((a, b) => a - b)
}

/** The first of the lowest and the first of the highest. */
function findExtremes(column: Float64Array, from: number, to: number): [number, number] {
  let low = from
  let high = from
  for (let i = from + 1; i < to; i++) {
    if (column[i]! < column[low]!) low = i
    if (column[i]! > column[high]!) high = i
  }
  return [low, high]
}
