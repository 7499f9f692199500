import fc from 'fast-check'
import { expect, it } from 'vitest'
import { withinAsOf } from '../../../src/market/sources/within-as-of.ts'
import {
  NO_SOURCES,
  type FiledFact,
  type Headline,
  type SentimentChange,
  type Sources,
} from '../../../src/market/sources.ts'
import { LookAheadError } from '../../../src/market/window.ts'

const { signal } = new AbortController()
const AS_OF = '2012-06-29'

const fact = (filed: string, period_end = '2012-03-31'): FiledFact => ({
  ...{ label: 'Revenue', concept: 'x:Revenue', unit: 'USD', value: 1, period_start: null, period_end },
  ...{ period: 'Q2 2012', form: '10-Q', filed },
})
const headline = (published_at: string): Headline => ({
  ...{ title: 'A', publisher: 'B', published_at, url: null, summary: null },
})
const change = (date: string): SentimentChange => ({
  ...{ kind: 'analyst', date, who: 'A', what: 'upgrade', from: null, to: null, shares: null, value: null },
})

/** Sources that answer whatever they are told to, for any date. */
function lying(answers: {
  facts?: FiledFact[]
  headlines?: Headline[]
  changes?: SentimentChange[]
}): Sources {
  return {
    fundamentals: { name: 'Books', facts: async () => answers.facts ?? [] },
    news: [
      { name: 'Honest', headlines: async () => [headline(`${AS_OF}T00:00:00.000Z`)] },
      { name: 'Paper', headlines: async () => answers.headlines ?? [] },
    ],
    sentiment: { name: 'Rumour', changes: async () => answers.changes ?? [] },
  }
}

it('passes on what is dated by the as-of date, to its last moment', async () => {
  const answers = {
    facts: [fact(AS_OF), fact('2001-01-01', '2000-12-31')],
    headlines: [headline(`${AS_OF}T23:59:59.999Z`), headline('2012-06-01T00:00:00Z')],
    changes: [change(AS_OF)],
  }
  const { fundamentals, news, sentiment } = withinAsOf(lying(answers))
  expect(await fundamentals!.facts('AAPL', AS_OF, signal)).toEqual(answers.facts)
  expect(await news[1]!.headlines('AAPL', AS_OF, signal)).toEqual(answers.headlines)
  expect(await sentiment!.changes('AAPL', AS_OF, signal)).toEqual(answers.changes)
  expect([fundamentals!.name, ...news.map(({ name }) => name), sentiment!.name]).toEqual([
    ...['Books', 'Honest', 'Paper', 'Rumour'],
  ])
})

it.each([
  ['Books', { facts: [fact(AS_OF), fact('2012-06-30')] }],
  ['Books', { facts: [fact(AS_OF, '2012-06-30')] }],
  ['Books', { facts: [fact('')] }],
  ['Paper', { headlines: [headline('2012-06-30T00:00:00.000Z')] }],
  ['Paper', { headlines: [headline('2012-06-29T23:00:00-05:00')] }],
  ['Paper', { headlines: [headline('soon')] }],
  ['Rumour', { changes: [change('2012-07-01')] }],
  ['Rumour', { changes: [change('1 June 2012')] }],
])('throws for a lying %s, whatever the lie: %j', async (name, answers) => {
  const { fundamentals, news, sentiment } = withinAsOf(lying(answers))
  const asked = {
    Books: () => fundamentals!.facts('AAPL', AS_OF, signal),
    Paper: () => news[1]!.headlines('AAPL', AS_OF, signal),
    Rumour: () => sentiment!.changes('AAPL', AS_OF, signal),
  }
  const failure = asked[name as keyof typeof asked]()
  await expect(failure).rejects.toThrow(LookAheadError)
  await expect(failure).rejects.toThrow(name)
})

it('lets nothing through that is later, wherever in the answer it stands', async () => {
  const day = fc
    .date({ min: new Date('2012-01-01'), max: new Date('2013-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10))
  await fc.assert(
    fc.asyncProperty(fc.array(day, { minLength: 1 }), day, async (days, asOf) => {
      const { sentiment } = withinAsOf(lying({ changes: days.map(change) }))
      const outcome = await sentiment!.changes('AAPL', asOf, signal).catch((error: unknown) => error)
      if (days.some((one) => one > asOf)) expect(outcome).toBeInstanceOf(LookAheadError)
      else expect(outcome).toHaveLength(days.length)
    }),
  )
})

it('leaves what is not there not there, and failures as they are', async () => {
  expect(withinAsOf(NO_SOURCES)).toEqual(NO_SOURCES)
  const reason = new Error('Books: answered 403')
  const failing = { ...NO_SOURCES, fundamentals: { name: 'Books', facts: () => Promise.reject(reason) } }
  await expect(withinAsOf(failing).fundamentals!.facts('AAPL', AS_OF, signal)).rejects.toBe(reason)
})
