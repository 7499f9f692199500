import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCatalog } from '../../../src/lab/create-catalog.ts'
import { optimizeInputSchema } from '../../../src/lab/job-inputs.ts'
import { createAdaptiveSearch } from '../../../src/lab/search/adaptive.ts'
import { listPlaces, planSearch } from '../../../src/lab/search/search-plan.ts'
import { createShuffle } from '../../../src/lab/search/shuffle.ts'

const smaCross = await createCatalog({ folder: '' }).find('sma-cross')
const plan = (input: object) => planSearch(optimizeInputSchema.parse({ ticker: 'GOOG', ...input }), smaCross)

async function listRows(input: object): Promise<number[][]> {
  const planned = plan(input)
  const places = await listPlaces(planned)
  return Array.from(places, (place) => {
    const row = new Float64Array(planned.space.names.length)
    planned.space.fill(place, row, 0)
    return [...row]
  })
}

test('a grid is run in the order of nested loops, both ends counting, without what the constraints refuse', async () => {
  const rows = await listRows({ grid: { fast: [2, 6, 2], slow: [4, 6] }, constraint: 'fast + slow != 7' })
  expect(rows).toEqual([
    [2, 4],
    [2, 6],
    [4, 5],
    [4, 6],
  ])
})

test('a random search draws each place once, the same ones for the same seed', async () => {
  const input = { grid: { fast: [1, 30], slow: [31, 60] }, method: 'random', tries: 200 }
  const rows = await listRows({ ...input, seed: 7 })
  expect(new Set(rows.map(String)).size).toBe(200)
  expect(await listRows({ ...input, seed: 7 })).toEqual(rows)
  expect(await listRows({ ...input, seed: 8 })).not.toEqual(rows)
  expect(await listRows({ ...input, tries: 900 })).toHaveLength(900)
})

test('a shuffle is a permutation of any size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), fc.string(), (size, seed) => {
      const draw = createShuffle(size, seed)
      const drawn = Array.from({ length: size }, (_, index) => draw(index))
      expect(drawn.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, index) => index))
    }),
  )
})

test.each([
  [{ grid: {} }, /grid is empty/],
  [{ grid: { fsat: [1, 2] } }, /no parameter "fsat"; did you mean "fast"\?/],
  [{ grid: { fast: [9, 3] } }, /fast runs from 9 down to 3/],
  [{ grid: { fast: [0, 5] } }, /grid: fast is 0; allowed: 1 to/],
  [{ grid: { fast: [1, 3, 0.5] } }, /fast is 1.5; allowed: .* in steps of 1/],
  [{ grid: { fast: [1, 9] }, tries: 5 }, /a grid is run whole/],
  [{ grid: { fast: [1, 9] }, params: { slwo: 3 } }, /no parameter "slwo"; did you mean "slow"\?/],
  [{ grid: { fast: [1, 9] }, constraint: 'fats < 3' }, /"fats" is no parameter/],
  [{ grid: { fast: [1, 200], slow: [2, 201] }, method: 'adaptive', tries: 50_000 }, /adaptive search: 1 to/],
])('%j is refused', (input, message) => {
  expect(() => plan(input)).toThrow(message)
})

/** A hill with its top at (30, 150), on a grid of 100 × 199. */
const hill = (place: number) => -((Math.floor(place / 199) - 30) ** 2) / 50 - ((place % 199) - 150) ** 2 / 90

function climb(score: (place: number) => number, isAdmitted = (_place: number) => true) {
  const axes = [100, 199].map((length, at) => ({
    name: 'ab'[at]!,
    values: Float64Array.from({ length }, (_, i) => i),
  }))
  const search = createAdaptiveSearch(
    { names: ['a', 'b'], axes, size: 19_900, fill: () => undefined },
    isAdmitted,
  )
  const asked: number[] = []
  for (let places = search.next(); places.length > 0; places = search.next()) {
    for (const place of places) search.tell(place, score(place))
    asked.push(...places)
    if (asked.length > 400) break
  }
  return asked
}

test('an adaptive search finds the top of a hill in a fraction of the tries, asking nothing twice', () => {
  const asked = climb(hill)
  expect(new Set(asked).size).toBe(asked.length)
  expect(Math.max(...asked.map(hill))).toBeGreaterThan(-0.1)
  expect(climb(hill)).toEqual(asked)
})

test('an adaptive search comes to an end on a plain, where nothing may be chosen, and in a small space', () => {
  expect(climb(() => 0).length).toBeGreaterThan(400)
  expect(climb(() => Number.NaN).length).toBeGreaterThan(400)
  expect(climb(hill, () => false)).toEqual([])
  const axes = [3, 1, 4].map((length, at) => ({
    name: 'abc'[at]!,
    values: Float64Array.from({ length }, (_, i) => i),
  }))
  const search = createAdaptiveSearch({ names: [], axes, size: 12, fill: () => undefined }, () => true)
  const asked: number[] = []
  for (let places = search.next(); places.length > 0; places = search.next()) {
    for (const place of places) search.tell(place, place % 5)
    asked.push(...places)
  }
  expect(asked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i))
})
