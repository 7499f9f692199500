/** Which tries are looked at one by one where there are more than one would wait for. */
import type { JudgedSearch } from './judged-search.ts'

/**
 * Rows of `search.trials`, rising: all of them, or `most` at even distances, of which the nearest to the chosen one gives
 * way to it. Neighbours in a search are much alike, so that an even selection leaves little out.
 */
export function selectTries(search: Pick<JudgedSearch, 'trials' | 'best'>, most: number): Int32Array {
  const { numbers } = search.trials
  const count = numbers.length
  if (count <= most) return Int32Array.from({ length: count }, (_, row) => row)
  const rows = Int32Array.from({ length: most }, (_, i) => Math.floor((i * count) / most))
  const best = search.best === null ? -1 : Array.prototype.indexOf.call(numbers, search.best)
  if (best >= 0) rows[Math.min(most - 1, Math.floor((best * most) / count))] = best
  return rows.sort()
}
