/**
 * What a search will try, from its input alone: the space, what must hold, how many trials, and how they are cut into
 * chunks. The same input makes the same plan on any machine.
 */
import { InputError } from '../../core/errors.ts'
import { createTurns } from '../../core/turns.ts'
import type { Statistic } from '../../trading/statistics.ts'
import { fillParams } from '../../trading/strategies/fill-params.ts'
import type { Params } from '../../trading/strategies/strategy.ts'
import { DEFAULT_TRIES, MAX_TRIALS, type OptimizeInput } from '../job-inputs.ts'
import type { StrategyListing } from '../strategy-catalog.ts'
import { parseConstraint, type ConstraintPart } from './constraint.ts'
import { createShuffle } from './shuffle.ts'
import { createSpace, type SearchSpace } from './space.ts'

export type SearchInput = Pick<
  OptimizeInput,
  'grid' | 'params' | 'maximize' | 'constraint' | 'method' | 'tries' | 'seed'
>

export interface SearchPlan {
  readonly space: SearchSpace
  /** Parameters that are not searched, the same in every trial. */
  readonly fixed: Params
  readonly maximize: Statistic
  readonly method: OptimizeInput['method']
  /** At most so many trials. */
  readonly tries: number
  readonly seed: number
  /** What is judged before a trial is run. */
  isAdmitted(place: number): boolean
  /** What is judged after it; null for nothing. */
  readonly afterwards: ((valueOf: (name: string) => number) => boolean) | null
}

/** Each round of an adaptive search looks at all tries before it. */
export const MAX_ADAPTIVE_TRIES = 5_000
/** Draws in a row that the constraint refuses, after which a search is taken to have none to run. */
const MAX_REFUSED_DRAWS = 100_000
/** Places looked at when a job is launched, to tell a constraint that nothing can meet. */
const PLACES_CHECKED = 100_000
/** Places between two looks at the clock. */
const PLACES_A_LOOK = 1_024
const CHUNKS_AIMED_AT = 20
const CHUNK_TRIALS = { min: 20, max: 1_000 } as const

/** Throws `InputError` naming what of the input cannot be searched. */
export function planSearch(input: SearchInput, strategy: StrategyListing): SearchPlan {
  const space = createSpace(strategy, input.grid)
  const searched = new Set(space.names)
  const given = Object.fromEntries(Object.entries(input.params).filter(([name]) => !searched.has(name)))
  const filled = fillParams(strategy, given)
  const fixed = Object.fromEntries(Object.entries(filled).filter(([name]) => !searched.has(name)))
  const { before, afterwards } = readConstraints(input, strategy, Object.keys(filled))
  const row = new Float64Array(space.names.length)
  const valueOf = (name: string) => {
    const at = space.names.indexOf(name)
    return at >= 0 ? row[at]! : fixed[name]!
  }
  return {
    ...{ space, fixed, afterwards, maximize: input.maximize, method: input.method, seed: input.seed },
    tries: countTries(input, space),
    isAdmitted(place) {
      if (before.length === 0) return true
      space.fill(place, row, 0)
      return before.every(({ holds }) => holds(valueOf))
    },
  }
}

/** What the strategy asks of its parameters counts as well. */
function readConstraints(
  { constraint }: SearchInput,
  strategy: StrategyListing,
  names: readonly string[],
): { before: ConstraintPart[]; afterwards: SearchPlan['afterwards'] } {
  const asked = constraint?.trim() ? parseConstraint(constraint, names).parts : []
  const own = strategy.constraint === null ? [] : parseConstraint(strategy.constraint, names).parts
  const after = asked.filter(({ isOfParameters }) => !isOfParameters)
  return {
    before: [...own, ...asked.filter(({ isOfParameters }) => isOfParameters)],
    afterwards: after.length === 0 ? null : (valueOf) => after.every(({ holds }) => holds(valueOf)),
  }
}

function countTries({ method, tries }: SearchInput, { size }: SearchSpace): number {
  if (method === 'grid') {
    if (tries !== undefined)
      throw new InputError(
        'tries',
        `tries is ${tries}: a grid is run whole; choose method random or adaptive`,
      )
    if (size > MAX_TRIALS)
      throw new InputError(
        'grid',
        `grid makes ${size} tries; at most ${MAX_TRIALS}: take larger steps, or method random`,
      )
    return size
  }
  const wanted = tries ?? DEFAULT_TRIES[method]
  if (method === 'adaptive' && wanted > MAX_ADAPTIVE_TRIES)
    throw new InputError(
      'tries',
      `tries is ${wanted}; allowed for an adaptive search: 1 to ${MAX_ADAPTIVE_TRIES}`,
    )
  return Math.min(wanted, size)
}

export interface PlacedSearch {
  plan: SearchPlan
  /** Of its trials, in their order; null where it finds them as it goes. */
  places: Float64Array | null
  /** Trials; where it finds them as it goes, at most so many. */
  planned: number
}

/** Throws `InputError` where there is nothing to run. */
export async function placeTrials(plan: SearchPlan): Promise<PlacedSearch> {
  if (plan.method === 'adaptive') return { plan, places: null, planned: plan.tries }
  const places = await listPlaces(plan)
  return { plan, places, planned: places.length }
}

/**
 * So that a search without a single trial is refused rather than launched: looks at as many places as that takes, up to a
 * bound, and lets others go first now and then. Throws `InputError`.
 */
export async function checkAnyAdmitted(plan: SearchPlan): Promise<void> {
  const { size } = plan.space
  const turn = createTurns()
  for (let place = 0; place < Math.min(size, PLACES_CHECKED); place++) {
    if (plan.isAdmitted(place)) return
    if (place % PLACES_A_LOOK === PLACES_A_LOOK - 1) await turn()
  }
  if (size <= PLACES_CHECKED) throw nothingToRun()
}

export function nothingToRun(): InputError {
  return new InputError(
    'constraint',
    'constraint: it leaves nothing to run; no combination in the grid meets it',
  )
}

/**
 * The places to run, in the order of their trials: all of a grid, or as many as a random search draws, those refused
 * left out. Lets others go first now and then. Throws `InputError` where none is left.
 */
export async function listPlaces(plan: SearchPlan): Promise<Float64Array> {
  const { space, method, tries, seed } = plan
  const draw = method === 'grid' ? (index: number) => index : createShuffle(space.size, `search:${seed}`)
  const places = new Float64Array(tries)
  const turn = createTurns()
  let count = 0
  let refusedInRow = 0
  for (let index = 0; index < space.size && count < tries; index++) {
    const place = draw(index)
    if (plan.isAdmitted(place)) {
      places[count++] = place
      refusedInRow = 0
    } else if (method !== 'grid' && ++refusedInRow >= MAX_REFUSED_DRAWS) break
    if (index % PLACES_A_LOOK === PLACES_A_LOOK - 1) await turn()
  }
  if (count === 0) throw nothingToRun()
  return places.slice(0, count)
}

/** Trials of a chunk: about twenty chunks, within bounds. What a crash costs, and how often progress is told. */
export function sizeChunks(trials: number): number {
  const { min, max } = CHUNK_TRIALS
  return Math.min(max, Math.max(min, Math.ceil(trials / CHUNKS_AIMED_AT)))
}
