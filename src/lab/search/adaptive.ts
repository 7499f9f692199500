/**
 * The adaptive search: DIRECT, dividing rectangles (D. Jones, C. Perttunen and B. Stuckman, "Lipschitzian Optimization
 * Without the Lipschitz Constant", 1993), over the unit cube, each axis cut into as many equal parts as it has values. A
 * box is divided in three along its longest sides; divided next are those that could hold the best for some bound on how
 * fast scores change: large ones that nobody knows much of, small ones where it has been good.
 *
 * Of boxes equal in size and score the earliest is taken, and with it all those whose centre a constraint refuses:
 * dividing them costs no trial. A side within which there is a single value is not divided, so
 * that nothing is asked twice and a small space is searched whole. Each round is asked for at once and may be run side by
 * side; what is asked next depends on scores alone, so the same scores make the same search.
 */
import type { SearchSpace } from './space.ts'

export interface AdaptiveSearch {
  /** The places to run next, each for the first time; empty once all have been asked for. */
  next(): number[]
  /** What running a place has shown, more being better; NaN where it may not be chosen. To be told of every place asked for. */
  tell(place: number, score: number): void
}

interface Box {
  centre: Float64Array
  /** How often each side was divided in three. */
  cuts: Uint8Array
  place: number
  /** Half of its diagonal; boxes of one size have the very same. */
  size: number
}

interface Division {
  box: Box
  /** Sides to divide, with the places at a third to either side of the centre. */
  sides: { side: number; lower: Float64Array; upper: Float64Array }[]
}

/** A box must promise to better the best by this part of it: without, the search stays where it is (Jones et al. use the same). */
const LEAST_GAIN = 1e-4
/** What may not be chosen counts as worse than the worst by this part of what has been seen. */
const BEYOND_WORST = 0.1

export function createAdaptiveSearch(
  { axes }: SearchSpace,
  isAdmitted: (place: number) => boolean,
): AdaptiveSearch {
  const counts = axes.map(({ values }) => values.length)
  const scores = new Map<number, number>()
  const refused = new Set<number>()
  const first = openBox(
    counts.map(() => 0.5),
    counts.map(() => 0),
  )
  /** Those that can still be divided. */
  const open = new Set<Box>()
  let round: Division[] = []
  let begun = false

  function openBox(centre: ArrayLike<number>, cuts: ArrayLike<number>): Box {
    const at = Float64Array.from(centre)
    const held = Uint8Array.from(cuts)
    // Summed in one order whatever side was cut, so that equal sizes are equal to the last bit.
    const sides = Array.from(held).sort((a, b) => a - b)
    const size = Math.sqrt(sides.reduce((sum, cut) => sum + 9 ** -cut, 0)) / 2
    return { centre: at, cuts: held, place: placeOf(at), size }
  }

  function placeOf(point: Float64Array): number {
    return counts.reduce(
      (place, count, side) => place * count + Math.min(count - 1, Math.floor(point[side]! * count)),
      0,
    )
  }

  function canDivide(box: Box, side: number): boolean {
    return counts[side]! * 3 ** -box.cuts[side]! > 1
  }

  function keep(box: Box): void {
    if (counts.some((_, side) => canDivide(box, side))) open.add(box)
  }

  function planDivision(box: Box): Division {
    const free = counts.flatMap((_, side) => (canDivide(box, side) ? [side] : []))
    const fewest = Math.min(...free.map((side) => box.cuts[side]!))
    const third = 3 ** -(fewest + 1)
    const moved = (side: number, by: number) => {
      const point = box.centre.slice()
      point[side]! += by
      return point
    }
    const sides = free
      .filter((side) => box.cuts[side] === fewest)
      .map((side) => ({ side, lower: moved(side, -third), upper: moved(side, third) }))
    return { box, sides }
  }

  /** The best sides are cut first: their halves stay the largest. */
  function divide({ box, sides }: Division, costOf: (place: number) => number): void {
    open.delete(box)
    const cuts = Array.from(box.cuts)
    const ranked = sides
      .map((one) => ({ ...one, cost: Math.min(costOf(placeOf(one.lower)), costOf(placeOf(one.upper))) }))
      .sort((a, b) => a.cost - b.cost || a.side - b.side)
    for (const { side, lower, upper } of ranked) {
      cuts[side]!++
      keep(openBox(lower, cuts))
      keep(openBox(upper, cuts))
    }
    keep(openBox(box.centre, cuts))
  }

  function ask(points: Iterable<number>): number[] {
    const fresh = new Set<number>()
    for (const place of points) {
      if (scores.has(place)) continue
      if (isAdmitted(place)) fresh.add(place)
      else {
        refused.add(place)
        scores.set(place, Number.NaN)
      }
    }
    return [...fresh]
  }

  return {
    next() {
      if (!begun) {
        begun = true
        keep(first)
        const fresh = ask([first.place])
        if (fresh.length > 0) return fresh
      }
      for (;;) {
        const costOf = priceScores(scores)
        for (const division of round) divide(division, costOf)
        if (open.size === 0) return []
        round = selectBoxes(open, costOf, refused).map(planDivision)
        const points = round.flatMap(({ sides }) => sides.flatMap(({ lower, upper }) => [lower, upper]))
        const fresh = ask(points.map(placeOf))
        if (fresh.length > 0) return fresh
      }
    },
    tell: (place, score) => void scores.set(place, score),
  }
}

/** Scores as costs, less being better, those that may not be chosen included. */
function priceScores(scores: ReadonlyMap<number, number>): (place: number) => number {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const score of scores.values()) {
    if (!Number.isFinite(score)) continue
    low = Math.min(low, score)
    high = Math.max(high, score)
  }
  const worst = low > high ? 0 : -low + BEYOND_WORST * (high - low)
  return (place) => {
    const score = scores.get(place)
    if (score === undefined) throw new Error(`place ${place} was asked for and not told of`)
    return Number.isFinite(score) ? -score : worst
  }
}

/** The lower right hull of cost over size: of each size the best, where a line through it passes below all others. */
function selectBoxes(
  open: ReadonlySet<Box>,
  costOf: (place: number) => number,
  refused: ReadonlySet<number>,
): Box[] {
  const bestOfSize = new Map<number, Point>()
  let lowest = Number.POSITIVE_INFINITY
  for (const box of open) {
    const cost = costOf(box.place)
    lowest = Math.min(lowest, cost)
    const known = bestOfSize.get(box.size)
    if (!known || cost < known.cost) bestOfSize.set(box.size, { size: box.size, cost, boxes: [box] })
    else if (cost === known.cost && refused.has(box.place)) known.boxes.push(box)
  }
  const bySize = [...bestOfSize.values()].sort((a, b) => a.size - b.size)
  // From the largest of the best on: a smaller box that is no better is never worth dividing.
  const hull: Point[] = []
  for (const one of bySize.slice(bySize.findLastIndex(({ cost }) => cost === lowest))) {
    while (hull.length >= 2 && !isBelow(hull.at(-2)!, hull.at(-1)!, one)) hull.pop()
    hull.push(one)
  }
  const wanted = lowest - LEAST_GAIN * Math.abs(lowest)
  const promising = hull.filter((one, at) => {
    const larger = hull[at + 1]
    if (!larger) return true
    const slope = (larger.cost - one.cost) / (larger.size - one.size)
    return one.cost - slope * one.size <= wanted
  })
  return promising.flatMap(({ boxes }) => boxes)
}

interface Point {
  size: number
  cost: number
  boxes: Box[]
}

/** Whether `b` lies below the line from `a` to `c`. */
function isBelow(a: Point, b: Point, c: Point): boolean {
  return (b.cost - a.cost) * (c.size - a.size) < (c.cost - a.cost) * (b.size - a.size)
}
