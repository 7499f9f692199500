import { expect, test } from 'vitest'
import { createImports } from '../../src/lab/imports.ts'
import type { ImportedFacts } from '../../src/lab/series-facts.ts'
import { createSeriesStore } from '../../src/storage/series-store.ts'
import { createInlineDispatcher } from '../support/inline-dispatcher.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createTempDir } from '../support/temp-dir.ts'

const ADJUSTED =
  'Date,Open,High,Low,Close,Adj Close,Volume\n2012-06-28,10,12,9,11,5.5,500\n2012-06-29,11,13,10,12,12,600\n'

async function open() {
  const clock = createManualClock()
  const keeper = createSeriesStore<ImportedFacts>({ dataDir: await createTempDir() })
  return { clock, imports: createImports({ keeper, dispatcher: createInlineDispatcher(), clock }) }
}

async function* piecesOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

const named = (name: string | null) => ({ name: () => name, signal: new AbortController().signal })

test('a file becomes bars, adjusted up to its last day or as traded, under the ticker of its name', async () => {
  const { imports } = await open()
  const { series, ...facts } = await imports.importCsv(
    piecesOf(ADJUSTED.slice(0, 20), ADJUSTED.slice(20)),
    named('goog.csv'),
  )
  expect(facts).toMatchObject({
    ticker: 'GOOG',
    rows: 2,
    first: '2012-06-28',
    last: '2012-06-29',
    interval: '1 d',
  })
  const adjusted = await imports.load(series, { prices: 'adjusted' })
  expect([[...adjusted.series.close], adjusted.series.adjusted_to]).toEqual([[5.5, 12], '2012-06-29'])
  const raw = await imports.load(series, { prices: 'raw' })
  expect([[...raw.series.close], raw.series.adjustment]).toEqual([[11, 12], 'raw'])
})

test('prices up to a day are those of a file that ends there: nothing later has any influence', async () => {
  const { imports } = await open()
  const whole = await imports.importCsv(piecesOf(ADJUSTED), named('goog.csv'))
  const ended = await imports.importCsv(piecesOf(ADJUSTED.split('2012-06-29')[0]!), named('goog.csv'))
  const cut = await imports.load(whole.series, { prices: 'adjusted', until: '2012-06-28' })
  expect(cut.series).toEqual((await imports.load(ended.series, { prices: 'adjusted' })).series)
})

test.each([
  ['goog.csv', 'GOOG'],
  ['BATS_AAPL, 1D.csv', 'AAPL'],
  ['brk.b.csv', 'BRK.B'],
  ['../../etc/passwd', 'PASSWD'],
  ['C:\\data\\ibm.csv', 'IBM'],
  ['msft\u202egpj.csv\u0000', 'MSFTGPJ'],
  ['???.csv', 'IMPORT'],
])('a file called %s is of %s', async (name, ticker) => {
  const { imports } = await open()
  expect((await imports.importCsv(piecesOf(ADJUSTED), named(name))).ticker).toBe(ticker)
})

test('the same bars without a name are the series that has one', async () => {
  const { imports } = await open()
  const first = await imports.importCsv(piecesOf(ADJUSTED), named('goog.csv'))
  expect(await imports.importCsv(piecesOf(ADJUSTED), named(null))).toEqual(first)
  expect(await imports.list()).toEqual([first])
})

test('a sender who falls silent gives the place back', async () => {
  const { clock, imports } = await open()
  const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) }
  const waiting = Array.from({ length: 8 }, () => imports.importCsv(silent, named('slow.csv')))
  const ended = Promise.allSettled(waiting)
  await expect(imports.importCsv(piecesOf(ADJUSTED), named('a.csv'))).rejects.toThrow(
    /price files are being read/,
  )
  await clock.advance(10_000)
  for (const { reason } of (await ended) as PromiseRejectedResult[])
    expect(reason).toMatchObject({ status: 408 })
  await expect(imports.importCsv(piecesOf(ADJUSTED), named('a.csv'))).resolves.toMatchObject({ ticker: 'A' })
})
