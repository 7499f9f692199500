import { expect, test } from 'vitest'
import { ConflictError } from '../../src/core/errors.ts'
import { createImports, MAX_SERIES, type SeriesKeeper } from '../../src/lab/imports.ts'
import type { ImportedFacts } from '../../src/lab/series-facts.ts'
import { createInlineDispatcher } from '../support/inline-dispatcher.ts'
import { createManualClock } from '../support/manual-clock.ts'

const CSV =
  'Date,Open,High,Low,Close,Volume\n2020-01-02,1,2,1,2,10\n2020-01-03,2,3,2,3,10\n2020-01-06,3,4,3,4,10\n'

async function* piecesOf(text: string) {
  for (let at = 0; at < text.length; at += 7) yield Buffer.from(text.slice(at, at + 7))
}

/** Holds one series at most, and says that it holds `count`. */
function open(count: number) {
  let held: { facts: ImportedFacts; columns: Float64Array } | null = null
  let reads = 0
  const keeper: SeriesKeeper = {
    async put(columns, describe) {
      const facts = describe(held?.facts ?? null)
      held = { facts, columns }
      return { hash: 'a'.repeat(64), facts }
    },
    async get() {
      reads++
      return held!
    },
    facts: async () => held!.facts,
    list: async () => [],
    count: async () => count,
    remove: async () => undefined,
  }
  const imports = createImports({ keeper, dispatcher: createInlineDispatcher(), clock: createManualClock() })
  const bring = (name: string | null) =>
    imports.importCsv(piecesOf(CSV), { name: () => name, signal: new AbortController().signal })
  return { imports, bring, known: () => held, reads: () => reads, fill: (count_: number) => (count = count_) }
}

test('what is told of a file is read from its bars', async () => {
  const { bring } = open(0)
  expect(await bring('goog.csv')).toMatchObject({
    ...{ ticker: 'GOOG', rows: 3, first: '2020-01-02', last: '2020-01-06', interval: '3 d' },
  })
})

test('so many series are kept and no more; one that is kept may come again', async () => {
  const { bring, fill } = open(MAX_SERIES)
  await expect(bring('goog.csv')).rejects.toThrow(ConflictError)
  await expect(bring('goog.csv')).rejects.toThrow(/200 price files are kept already.*remove one first/)
  fill(MAX_SERIES - 1)
  await bring('goog.csv')
  fill(MAX_SERIES)
  expect(await bring(null)).toMatchObject({ name: 'goog.csv' })
})

test('jobs over the same series read it once, whether they begin together or one after the other', async () => {
  const { bring, imports, reads } = open(0)
  const { series } = await bring('goog.csv')
  const loaded = await Promise.all([
    imports.load(series, { prices: 'raw' }),
    imports.load(series, { prices: 'raw' }),
  ])
  loaded.push(await imports.load(series, { prices: 'raw' }))
  expect(reads()).toBe(1)
  for (const { series: bars } of loaded) expect([...bars.close]).toEqual([2, 3, 4])
})
