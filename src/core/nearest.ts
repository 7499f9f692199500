/** "Did you mean …?": the known name closest to one that is not known. */

/**
 * The candidate with the fewest edits (insert, delete, replace, swap of neighbours) from `name`, case ignored; the
 * earlier one on a tie. Where even the best is too far to be what was meant, more than half of it being different, the
 * only one that has the words of `name` and more, or some of them and no other; else null.
 */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  let best: string | null = null
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best !== null && bestDistance <= Math.ceil(best.length / 2) ? best : findByWords(name, candidates)
}

/** `usd` for `budget_usd`, and the other way round. */
function findByWords(name: string, candidates: readonly string[]): string | null {
  const words = wordsOf(name)
  const alike = candidates.filter((candidate) => {
    const [fewer, more] = [words, wordsOf(candidate)].sort((a, b) => a.size - b.size) as [
      Set<string>,
      Set<string>,
    ]
    return fewer.size > 0 && [...fewer].every((word) => more.has(word))
  })
  return alike.length === 1 ? alike[0]! : null
}

function wordsOf(name: string): Set<string> {
  return new Set(
    name
      .slice(0, LONGEST_NAME)
      .toLowerCase()
      .match(/[a-z0-9]+/g),
  )
}

/** `did you mean "x"?`, or the names there are when none comes near. */
export function suggestName(name: string, candidates: readonly string[]): string {
  const nearest = nearestName(name, candidates)
  return nearest ? `did you mean ${JSON.stringify(nearest)}?` : `known are ${candidates.join(', ')}`
}

/** Longer ones are like nothing. */
const LONGEST_NAME = 64

/** Optimal string alignment distance: Levenshtein with swaps of two neighbours. Names too long count as far. */
function editDistance(a: string, b: string): number {
  if (a.length > LONGEST_NAME || b.length > LONGEST_NAME) return Number.POSITIVE_INFINITY
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1)
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}
